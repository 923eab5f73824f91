/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what: one entry point for every request. Deny unless something allows. Today
 * the one identity is the root account, which may do everything.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

struct access;

struct access_conf {
	const char *root_user; /* access key */
	const char *root_password; /* secret key */
};

struct access *access_new(const struct access_conf *conf);
void access_free(struct access **a);

/* Secret of an access key: E_NOT_FOUND when there is none. [any] */
struct access_secret {
	char secret[128];
	size_t n;
	uint64_t generation;
};
NODISCARD enum err access_secret(
    struct access *a, struct span access_key, struct access_secret *out);

struct access_question {
	struct span access_key; /* n = 0: nobody signed */
	const char *action; /* "s3:GetObject" */
	struct span bucket, key;
};
/* OK, or E_ACCESS_DENIED. [any] */
NODISCARD enum err access_decide(struct access *a, const struct access_question *q);

/* The root account's number. */
#define ACCESS_ACCOUNT "000000000000"

/* Canonical id and name that listings show as the owner. */
#define ACCESS_OWNER_ID "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"

#endif
