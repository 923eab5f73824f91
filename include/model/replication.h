/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replication rules: read from a bucket's document (AWS's forms V1 and V2, and MinIO's), kept
 * beside it in a form that costs a write next to nothing, and which of them want an object.
 * Decides; does not change anything. Sources: docs.aws.amazon.com/AmazonS3/latest/userguide/
 * replication-add-config.html, API_ReplicationRule.html; MinIO: docs/bucket/replication. [any]
 */
#ifndef MODEL_REPLICATION_H
#define MODEL_REPLICATION_H

#include "codec/xml.h"
#include "model/rec.h"
#include "model/tags.h"

enum { REPLICATION_RULES_MAX = 1000, REPLICATION_MINUTES = 15 };

/* Beside the document: the rules as replication_put() writes them. */
#define REPLICATION_RULES_ID ".rules"

enum replication_flag {
	REPLICATE_ENABLED = 1,
	REPLICATE_MARKERS = 2, /* delete markers */
	REPLICATE_DELETES = 4, /* deletes of versions (MinIO's DeleteReplication) */
	REPLICATE_EXISTING = 8, /* what was there before the rule */
	REPLICATE_MODIFICATIONS = 16, /* changes made to replicas */
	REPLICATE_KMS = 32, /* what is encrypted with a named key */
	REPLICATE_OWNER = 64, /* replicas belong to the destination's owner */
	REPLICATE_CLASS = 128, /* class is the replicas' */
	REPLICATE_METRICS = 256,
	REPLICATE_TIMED = 512, /* replication time control: events when it takes longer */
	REPLICATE_REMOTE =
	    1024 /* arn names a remote target, else a bucket of this store */
};

struct replication_rule {
	unsigned flags; /* enum replication_flag */
	uint32_t priority; /* the higher goes first; V1 has none: 0 */
	uint8_t class;
	struct span id, prefix;
	struct tags tags;
	struct span arn; /* of the destination, as given */
	struct span bucket; /* its name */
	struct span account, key; /* n = 0: not given */
};

struct replication {
	struct replication_rule *rule;
	size_t n;
	struct span role;
	struct span source; /* the bucket's name, once they are kept */
	bool minio; /* MinIO's form */
};

/* What MinIO's clients send empty goes, before the document is checked. */
void replication_prune(struct xml_node *root);
/* Reads the rules, and refuses what AWS refuses in a document of the right elements:
 * E_MALFORMED_XML, E_INVALID_ARGUMENT, E_INVALID_REQUEST. Borrows from root. */
NODISCARD enum err replication_parse(struct arena *a, const struct xml_node *root,
    struct replication *out, struct fail *fail);

void replication_put(struct buf *out, const struct replication *r);
NODISCARD enum err replication_get(
    struct arena *a, struct span in, struct replication *out); /* borrows from in */

/* "arn:aws:s3:::bucket" or "arn:minio:replication:region:id:bucket". */
bool replication_arn(struct span arn, struct span *bucket, bool *remote);

/* One version as the rules see it. */
struct replication_object {
	struct span key;
	struct tags tags;
	bool marker; /* a delete marker */
	bool kms; /* encrypted with a named key */
	bool replica; /* came by replication itself */
	bool existing; /* asked for long after it was made */
};
/* Does the rule want it? */
bool replication_wants(
    const struct replication_rule *r, const struct replication_object *o);
/* The rules that want it, one for each destination: of two the one of higher priority.
 * Arena memory. */
size_t replication_match(const struct replication *r, const struct replication_object *o,
    struct arena *a, const struct replication_rule ***out);

#endif
