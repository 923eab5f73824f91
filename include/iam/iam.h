/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query APIs of IAM (2010-05-08) and STS (2011-06-15): a call is parameters and who
 * asks, its answer is XML. Reading and writing the directory in one transaction; knows no
 * HTTP. Actions are rows of iam.def. Sources:
 * docs.aws.amazon.com/IAM/latest/APIReference/ and docs.aws.amazon.com/STS/latest/APIReference/
 */
#ifndef IAM_IAM_H
#define IAM_IAM_H

#include "access/access.h"
#include "access/policy.h"
#include "access/roster.h"
#include "base/arena.h"
#include "codec/keyring.h"

enum iam_service { IAM_IAM, IAM_STS };

struct iam_oidc; /* iam/oidc.h */

struct iam_conf {
	const struct access *access;
	const struct keyring *keys;
	const struct iam_oidc *oidc; /* providers of web identities, or NULL */
};

struct iam_action;

/* Caller's memory, zeroed; lives until the answer is sent. */
struct iam_call {
	/* in */
	const struct iam_conf *conf;
	struct arena *arena;
	const struct field *param;
	size_t nparam;
	const struct credential *credential; /* NULL: nobody signed */
	const char *id; /* RequestId */
	int64_t now_ms; /* what is made is made now: clock_now_ms() */
	int64_t real_ms; /* of tokens: clock_real_ms() */
	bool tls;
	struct span peer; /* address in text */
	struct fail *fail;
	/* out: the document; the caller frees it */
	struct buf out;
	/* inside */
	const struct iam_action *action;
	struct txn *txn;
};

/* Version and Action among the parameters: which service they are of, E_INVALID_ACTION. */
NODISCARD enum err iam_find(struct iam_call *c);
enum iam_service iam_service(const struct iam_call *c);
const char *iam_name(const struct iam_call *c); /* "iam:CreateUser" */
bool iam_writes(const struct iam_call *c);
bool iam_unsigned(const struct iam_call *c); /* the token in it is its credential */

/* May they, then the action; in a write when iam_writes(), else in a read. May run again:
 * everything out is made anew. */
NODISCARD enum err iam_run(struct iam_call *c, struct txn *t);

/* c->fail as <ErrorResponse> into c->out. */
void iam_error(struct iam_call *c);

#endif
