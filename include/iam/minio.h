/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MinIO's admin API about users, groups, policies and access keys, on the directory that IAM's
 * API has: what one makes the other shows. A MinIO user is a user with an access key of its
 * own name; a canned policy is a managed policy of the account; a service account is an access
 * key that a policy may narrow. Calls are rows of minio.def; bodies come decrypted and parsed,
 * answers go out as JSON. Source: github.com/minio/madmin-go (user-commands.go,
 * group-commands.go, policy-commands.go, idp-commands.go)
 */
#ifndef IAM_MINIO_H
#define IAM_MINIO_H

#include "codec/json.h"
#include "iam/iam.h"

enum minio_iam_flag {
	MINIO_IAM_WRITES = 1,
	MINIO_IAM_SEALED = 2,
	MINIO_IAM_JSON = 4,
	MINIO_IAM_SEALS = 8,
	MINIO_IAM_OWN = 16,
	MINIO_IAM_EMPTY = 32
};

struct minio_iam_row;

struct minio_call {
	/* in: conf, arena, param, credential, now_ms, real_ms, fail; out: JSON */
	struct iam_call c;
	const struct minio_iam_row *row;
	const cJSON *body; /* NULL: not JSON */
	struct span raw; /* the body as it came */
	bool allowed; /* the row's right; else only what is the caller's own */
};

struct minio_iam_row {
	const char *method, *path;
	unsigned flags; /* enum minio_iam_flag */
	enum err (*fn)(struct minio_call *m);
};

/* NULL: there is none. */
const struct minio_iam_row *minio_iam_find(struct span method, struct span path);

/* In a write where the row WRITES, else in a read. May run again: everything out is made
 * anew. */
NODISCARD enum err minio_iam_run(struct minio_call *m, struct txn *t);

/* A policy as MinIO takes it, as IAM has it: statements about the server alone need no
 * Resource there, and get "*". E_MINIO_POLICY. out: the arena's */
NODISCARD enum err minio_policy_take(
    struct arena *a, struct span text, struct span *out, struct fail *fail);

#endif
