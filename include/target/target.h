/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where messages about events go: one kind of target a file, each a row of kinds.def. A
 * target is declared by the operator, never by who configures a bucket. This is what a kind
 * is made of; which targets there are: targets.h.
 *
 * A kind's client library is loaded when a target of the kind is declared (base/solib.h), so
 * that who has none pays neither memory nor time, and needs no package. The kinds themselves
 * are linked in: six of them are 36 KB of code. As modules beside the binary they would be no
 * smaller, and have to be found, from the build tree, a container's root and a copied binary.
 */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include "base/buf.h"
#include "base/err.h"

struct outbound_net;

/* ---- what a target was declared with ---- */
enum target_type {
	TARGET_TEXT,
	TARGET_SECRET, /* text that is never shown */
	TARGET_URL, /* http:// or https:// */
	TARGET_PATH, /* of a file that can be read */
	TARGET_BOOL, /* on, off, true, false, 1, 0 */
	TARGET_NUMBER, /* of 0 up to 2^31 - 1 */
	TARGET_WORD, /* one of words, separated by "|" */
	TARGET_IGNORED /* MinIO has it, and it has no meaning here */
};
struct target_rule {
	const char *name; /* MinIO's, in lower case: "auth_token" */
	enum target_type type;
	bool needed;
	const char *words;
	const char *about; /* for people: what it is, and its default */
};

struct target_param {
	const char *name, *value;
};
struct target_conf {
	const char *kind, *id;
	const char
	    *arn; /* "arn:minio:sqs:REGION:ID:KIND", or the AWS form it answers to */
	const struct target_param *param; /* checked by the kind's rules */
	size_t nparam;
	const struct outbound_net *net; /* where connections may go; borrowed */
	const struct target_stop *stop; /* NULL: nobody stops it; borrowed */
};
/* Told to stop: what waits in a send gives up. */
struct target_stop {
	int fd; /* of an event: readable from then on */
};
/* "" where it was not given. */
const char *target_param(const struct target_conf *c, const char *name);
bool target_flag(const struct target_conf *c, const char *name, bool otherwise);
unsigned target_number(const struct target_conf *c, const char *name, unsigned otherwise);
/* A failure of the declaration: E_CONFIG, "target KIND:ID: NAME: 'VALUE' WHAT", with what is
 * allowed in it. A secret's value is not shown, and one that is not there neither. */
enum err target_refuse(
    const struct target_conf *c, const char *name, const char *what, struct fail *fail);

/* ---- one message ---- */
struct target_msg {
	struct span key; /* "bucket/key", as it is; of one key they come in order */
	struct span record; /* JSON: one record, without "Records" around it */
	struct span whole; /* JSON: the message, as the target's form has it */
	struct span event; /* "s3:ObjectCreated:Put" */
	bool removed; /* the key has no object any more */
	int64_t time_ms; /* of the event, by the store's clock */
	uint64_t number; /* of the event: rises, unique in the store */
};

/* ---- a kind ---- */
struct target; /* each kind's own */
struct target_kind {
	const char *name; /* "webhook" */
	const char
	    *env; /* the name in MINIO_NOTIFY_..., where it is another one; or NULL */
	const struct target_rule *rules; /* till the one without a name */
	/* What rules cannot say; or NULL. Connects to nobody: E_CONFIG by target_refuse(). */
	enum err (*check)(const struct target_conf *conf, struct fail *fail);
	/* conf outlives the target. It may leave connecting to the first send. */
	enum err (*open)(
	    const struct target_conf *conf, struct target **out, struct fail *fail);
	/* OK: all n are safe at the target. Else none is taken as sent: all come again, in
	 * the same order, so a target may see a message twice. Blocks, for seconds at most.
	 * E_INVALID_ARGUMENT: the target will never take this; with n > 1 they come one by
	 * one then. Any other failure: later, perhaps. n is 1 to batch. */
	enum err (*send)(
	    struct target *t, const struct target_msg *msg, size_t n, struct fail *fail);
	void (*close)(struct target **t);
	size_t batch; /* messages in one send at most */
	/* A target belongs to one thread at a time. */
};
/* NULL: there is none of that name. */
const struct target_kind *target_kind_find(struct span name);

#define KIND(name) extern const struct target_kind name##_kind;
#include "target/kinds.def"
#undef KIND

#endif
