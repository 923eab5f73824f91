/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of MinIO's admin API call of each other. */
#ifndef MINIO_PRIV_H
#define MINIO_PRIV_H

#include "iam/minio.h"
#include "iam_priv.h"

enum { MINIO_USER_MAX = 64, MINIO_GROUP_MAX = 128, MINIO_POLICY_MAX = 128 };

struct span minio_param(const struct minio_call *m, const char *name);
/* A text of the body; "" where there is none. */
struct span minio_text(const struct minio_call *m, const char *name);
/* Letters that IAM's names have, at most max of them; n = 0 is none. */
bool minio_is_name(struct span name, size_t max);
/* The same as a failure: blanks around it are E_MINIO_NAME, all else is bad. */
NODISCARD enum err minio_need_name(
    struct minio_call *m, struct span name, size_t max, enum err bad);

/* ---- who asks ---- */
/* The user's name, or the settings' root key. */
struct span minio_self(const struct minio_call *m);
struct span minio_root(const struct minio_call *m);
/* The right of the row, or it is about the caller's own user: else E_ACCESS_DENIED. */
NODISCARD enum err minio_may(struct minio_call *m, struct span user);

/* ---- what is in the directory ---- */
NODISCARD enum err minio_load_user(
    struct minio_call *m, struct span name, struct entity *out);
NODISCARD enum err minio_load_group(
    struct minio_call *m, struct span name, struct entity *out);
NODISCARD enum err minio_declared(struct minio_call *m, const struct entity *e);
struct directory_link minio_member(
    struct minio_call *m, struct span group, struct span user);
/* Its policies and what names it are let go of, then it is. */
NODISCARD enum err minio_delete(struct minio_call *m, struct entity *e);
/* directory_key_get(), all of it the arena's: it outlives changes. */
NODISCARD enum err minio_key_get(
    struct minio_call *m, struct span id, struct rec_key *out);
void minio_put_time(struct buf *b, const char *name, int64_t ms);

/* ---- policies ---- */
/* The ARN of the policy of that name: the account's own, MinIO's (made one of the account's,
 * or n = 0 without make), AWS's. E_MINIO_NO_POLICY. */
NODISCARD enum err minio_policy_arn(
    struct minio_call *m, struct span name, bool make, struct span *out);
/* Names of what is attached, as "a,b" or ["a","b"]. */
void minio_put_attached(struct buf *b, const struct entity *e);
void minio_list_attached(struct buf *b, const struct entity *e);
struct span minio_policy_name(struct span arn);
/* All that a user may by its policies and its groups', as one document in a string; of the
 * root an empty one. */
NODISCARD enum err minio_put_combined(
    struct minio_call *m, struct span user, struct buf *out);

#define MINIO_IAM(method, path, flags, fn) enum err fn(struct minio_call *m);
#include "iam/minio.def"
#undef MINIO_IAM

#endif
