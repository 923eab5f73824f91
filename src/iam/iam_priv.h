/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the query APIs call of each other. */
#ifndef IAM_PRIV_H
#define IAM_PRIV_H

#include "access/managed.h"
#include "codec/xml.h"
#include "iam/iam.h"

#define IAM_NS "https://iam.amazonaws.com/doc/2010-05-08/"
#define STS_NS "https://sts.amazonaws.com/doc/2011-06-15/"

/* What an action is about; which parameter names it. */
enum iam_about {
	ABOUT_ANY,
	ABOUT_SELF, /* who asks: decided by the action itself */
	ABOUT_USER,
	ABOUT_GROUP,
	ABOUT_ROLE,
	ABOUT_POLICY, /* by ARN */
	ABOUT_NEW_USER,
	ABOUT_NEW_GROUP,
	ABOUT_NEW_ROLE,
	ABOUT_NEW_POLICY,
	ABOUT_USERS,
	ABOUT_GROUPS,
	ABOUT_ROLES,
	ABOUT_POLICIES
};

struct iam_action {
	const char *name;
	enum iam_service service;
	bool writes;
	enum iam_about about;
	enum err (*fn)(struct iam_call *c);
};

/* A kind of entity in words. */
struct iam_kind {
	enum entity_kind kind;
	const char *name; /* "user" */
	const char *title; /* "User" */
	const char *param; /* "UserName" */
	const char *id; /* "UserId" */
	const char *prefix; /* "AIDA" */
	size_t name_max, inline_max;
};
const struct iam_kind *iam_kind(const struct iam_call *c);
const struct iam_kind *iam_kind_of(enum entity_kind kind);

/* ---- parameters: iam_param.c ---- */
struct span iam_param(const struct iam_call *c, const char *name); /* p == NULL: none */
/* Present and not empty, at most max characters. */
NODISCARD enum err iam_need(
    struct iam_call *c, const char *name, size_t max, struct span *out);
/* The same, of the letters of names. */
NODISCARD enum err iam_need_name(
    struct iam_call *c, const char *name, size_t max, struct span *out);
NODISCARD enum err iam_path(struct iam_call *c, const char *name, struct span *out);
NODISCARD enum err iam_tags(struct iam_call *c, struct entity_list *out);
/* prefix.member.N[.suffix] for N from 1, while they are there. */
NODISCARD enum err iam_members(struct iam_call *c, const char *prefix, const char *suffix,
    size_t max, struct entity_list *out);
NODISCARD enum err iam_number(struct iam_call *c, const char *name, uint64_t min,
    uint64_t max, uint64_t *out); /* absent: *out untouched */
/* A policy that parses and is at most max characters without white space. */
NODISCARD enum err iam_document(struct iam_call *c, const char *name,
    enum policy_place place, size_t max, const char *quota, struct span *out);
size_t iam_document_size(struct span text); /* without white space */

/* Marker and MaxItems. */
struct iam_page {
	struct span marker; /* decoded; n = 0: from the start */
	uint64_t max, n;
	bool truncated;
	struct span last;
};
NODISCARD enum err iam_page(struct iam_call *c, struct iam_page *out);
void iam_page_put(struct iam_call *c, const struct iam_page *p);
/* Of a list by index: where to begin. */
size_t iam_page_start(const struct iam_page *p);
/* Is there room for the row of that name? Else the page ends before it. */
bool iam_page_row(struct iam_call *c, struct iam_page *p, struct span name);

/* ---- what is in the directory: iam_entity.c ---- */
struct span iam_account(const struct iam_call *c);
/* The name that the action's parameter gives, or that of the user who asks. */
NODISCARD enum err iam_subject_name(struct iam_call *c, struct span *out);
NODISCARD enum err iam_subject(struct iam_call *c, struct entity *out);
/* The same, to be changed: E_UNMODIFIABLE where the identity file declares it. */
NODISCARD enum err iam_subject_write(struct iam_call *c, struct entity *out);
NODISCARD enum err iam_load(
    struct iam_call *c, enum entity_kind kind, struct span name, struct entity *out);
NODISCARD enum err iam_not_found(
    struct iam_call *c, enum entity_kind kind, struct span name);
NODISCARD enum err iam_unmodifiable(struct iam_call *c);
NODISCARD enum err iam_save(struct iam_call *c, const struct entity *e);
struct span iam_arn(struct iam_call *c, const struct entity *e);
struct span iam_new_id(struct iam_call *c, const char *prefix);
void iam_list_add(
    struct iam_call *c, struct entity_list *l, struct span name, struct span value);
void iam_list_set(
    struct iam_call *c, struct entity_list *l, struct span name, struct span value);
bool iam_list_remove(struct entity_list *l, struct span name);
void iam_put_entity(struct iam_call *c, const struct entity *e, bool whole);
void iam_put_tags(struct iam_call *c, const struct entity_list *tags);
/* A managed policy by ARN, the account's own or built in. */
NODISCARD enum err iam_managed_id(
    struct iam_call *c, struct span arn, struct span *id, struct span *name);
NODISCARD enum err iam_link_policy(
    struct iam_call *c, char kind, struct span arn, const struct entity *to, bool there);

/* ---- the document ---- */
void iam_time(struct buf *b, const char *name, int64_t ms); /* to the second */
void iam_doc(struct buf *b, const char *name, struct span text); /* percent-encoded */

/* ---- actions ---- */
#define ACTION(name, service, writes, about, fn) enum err fn(struct iam_call *c);
#include "iam/iam.def"
#undef ACTION

#endif
