/* SPDX-License-Identifier: Apache-2.0 */
/* How versions are called: by a number of their store, or by an id that is the same in every
 * store. Texts and bytes only; what is called so stands in the index. [any] */
#ifndef MODEL_VERSION_H
#define MODEL_VERSION_H

#include "model/rec.h"

/* S3 shows opaque text of 32 characters; it holds the number and a check of it. */
enum { VERSION_ID_NUMBER = 32, VERSION_ID_TEXT = 36 /* of either kind */ };
void version_id_render(char out[VERSION_ID_NUMBER], uint64_t number);
bool version_id_parse(struct span text, uint64_t *number);
/*
 * Versions that stores hand to each other have ids that no two stores give: UUIDs, which
 * is also what MinIO calls its versions by. One that had only a number before goes by a
 * UUID that holds it (RFC 9562, version 8), and is shown as that number's text.
 */
void version_origin_of(uint8_t out[ORIGIN_SIZE], uint64_t number);
size_t version_origin_render(
    char out[VERSION_ID_TEXT], const uint8_t origin[ORIGIN_SIZE]);
bool version_origin_parse(struct span text, uint8_t origin[ORIGIN_SIZE]); /* of both */
void version_origin_uuid(char out[VERSION_ID_TEXT], const uint8_t origin[ORIGIN_SIZE]);
void version_origin_new(uint8_t out[ORIGIN_SIZE]);
bool version_origin_number(const uint8_t origin[ORIGIN_SIZE], uint64_t *out);
/* Index key that finds the number of the version with that id: key NUL origin. */
void origin_key_put(struct buf *out, struct span key, const uint8_t origin[ORIGIN_SIZE]);

#endif
