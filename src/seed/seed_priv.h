/* SPDX-License-Identifier: Apache-2.0 */
/* The plan between those who make it (seed_json.c, seed_tree.c, seed_zip.c) and who carries
 * it out (seed_run.c). */
#ifndef SEED_PRIV_H
#define SEED_PRIV_H

#include "seed/seed.h"

/* In this order: what a later one needs is there, and objects cause no events. */
enum seed_pass { PASS_BUCKET, PASS_SETTING, PASS_OBJECT, PASS_LATE, PASSES };

struct seed_step {
	struct seed_step *next;
	enum seed_pass pass;
	const char *method;
	struct span bucket, key; /* key.p == NULL: of the bucket */
	struct span query; /* encoded; n = 0: none */
	struct span lines; /* of the head, each with its line end */
	struct span place; /* "FILE: buckets[0].cors", for failures */
	struct span body;
	const char *file; /* the body is this file's, or of zip: a member's */
	const char *zip;
	uint64_t member; /* its number there */
};

struct seed {
	const char *what;
	struct arena arena;
	struct seed_step *first[PASSES], **last[PASSES];
	struct buf accounts; /* elements of the list */
	struct buf accounts_text;
};

/* A new step at the end of its pass, in the arena. */
struct seed_step *seed_step_new(struct seed *s, enum seed_pass pass, const char *method,
    struct span bucket, struct span place);
void seed_bucket(struct seed *s, struct span bucket, bool lock, struct span place);
/* By its length and characters; the server knows the rest. */
bool seed_may_be_bucket(struct span name);
/* The content type a name's ending tells, or NULL. */
const char *seed_type(struct span name);
/* E_CONFIG with "WHAT: PLACE: " before it. */
NODISCARD enum err seed_wrong(const struct seed *s, struct fail *fail, struct span place,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/* ---- seed_doc.c ---- */
struct cJSON;
struct seed_doc {
	const char *member, *sub, *root;
	bool many; /* a list of documents, each with its Id */
	enum seed_pass pass;
};
extern const struct seed_doc seed_docs[];
const struct seed_doc *seed_doc_find(const char *member); /* NULL */
/* AWS's JSON of a document as its XML; false: *bad is the member that can't be. */
bool seed_doc_render(
    struct buf *out, const struct seed_doc *d, const struct cJSON *v, const char **bad);

/* ---- seed_zip.c ---- */
NODISCARD enum err seed_zip_add(struct seed *s, struct span bucket, struct span prefix,
    const char *path, struct fail *fail);
/* An archive that is open; one member at a time is entered, read to its end and left. */
struct seed_zip;
NODISCARD enum err seed_zip_open(
    struct seed_zip **out, const char *path, const struct seed *s, struct fail *fail);
void seed_zip_close(struct seed_zip **z);
const char *seed_zip_path(const struct seed_zip *z);
NODISCARD enum err seed_zip_enter(struct seed_zip *z, uint64_t member, uint64_t *length);
NODISCARD enum err seed_zip_read(struct seed_zip *z, void *p, size_t cap, size_t *n);
void seed_zip_leave(struct seed_zip *z);

#endif
