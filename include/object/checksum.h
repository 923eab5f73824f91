/* SPDX-License-Identifier: Apache-2.0 */
/*
 * S3's additional checksums: names, computing while bytes pass, text form, and the checksum
 * of a multipart object from those of its parts.
 * Source: docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
#ifndef OBJECT_CHECKSUM_H
#define OBJECT_CHECKSUM_H

#include "codec/digest.h"
#include "codec/xxh.h"
#include "model/rec.h"

struct checksum_row {
	const char *name; /* "CRC32" */
	const char *header; /* "x-amz-checksum-crc32" */
	const char *element; /* "ChecksumCRC32" */
	uint8_t size; /* bytes of the value */
	bool composite, full; /* forms a multipart upload may have */
};
const struct checksum_row *checksum_row(uint8_t kind); /* kind > 0 */
bool checksum_find(struct span name, uint8_t *kind); /* "CRC32", any case */
/* What AWS says to a name it does not know. */
extern const char checksum_unknown[];

/* Computing; zeroed kind NONE computes nothing. One thread at a time. */
struct checksum_calc {
	uint8_t kind;
	uint64_t crc;
	struct digest *digest;
	struct xxh *xxh;
};
void checksum_begin(struct checksum_calc *c, uint8_t kind);
void checksum_add(struct checksum_calc *c, const void *p, size_t n);
void checksum_end(struct checksum_calc *c, struct checksum *out); /* also frees */
void checksum_drop(struct checksum_calc *c);

/* Base64 text as in headers ("...-3" for a composite of 3 parts). Returns the
 * length. */
enum { CHECKSUM_TEXT = 96 };
size_t checksum_render(char out[CHECKSUM_TEXT], const struct checksum *c, unsigned parts);
/* Base64 of the right length for kind, or false. */
bool checksum_parse(uint8_t kind, struct span text, struct checksum *out);

/* The whole from the parts, fed in order; kind and composite as the upload has them. */
struct checksum_join {
	struct checksum_calc calc; /* composite: over the parts' values */
	uint64_t crc;
	uint8_t kind;
	bool composite, started;
};
void checksum_join_begin(struct checksum_join *j, uint8_t kind, bool composite);
void checksum_join_add(
    struct checksum_join *j, const struct checksum *part, uint64_t size);
void checksum_join_end(struct checksum_join *j, struct checksum *out);

#endif
