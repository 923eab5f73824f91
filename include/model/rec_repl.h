/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of replication: where to, what is still to be sent, what became of it, and what
 * an object knows of its own (SIDE_REPLICA). Readers borrow from what they read.
 */
#ifndef MODEL_REC_REPL_H
#define MODEL_REC_REPL_H

#include "model/rec.h"

/* ---- an object's own ---- */

enum replica_status {
	REPLICA_NONE,
	REPLICA_PENDING,
	REPLICA_COMPLETED,
	REPLICA_FAILED,
	REPLICA_REPLICA, /* it came from elsewhere */
	REPLICA_STATES
};
struct replica {
	uint8_t status; /* enum replica_status */
	uint16_t pending, failed; /* destinations */
	bool is_replica; /* it came from elsewhere, whatever became of it since */
	/* What an arriving one brings along; never stored that way. */
	bool has_origin;
	uint8_t origin[ORIGIN_SIZE];
	int64_t mtime_ms; /* 0: none */
};
const char *replica_status_name(unsigned status); /* "PENDING" */
struct span replica_render(struct arena *a, const struct replica *r);
NODISCARD enum err replica_read(struct span in, struct replica *out); /* p NULL: none */

/* ---- remote targets ---- */

enum place_flag {
	PLACE_PATH = 1, /* path style, whatever the host */
	PLACE_VIRTUAL = 2,
	PLACE_PEER = 4, /* another trug or a MinIO: keeps version ids and times */
	PLACE_SYNC = 8, /* said by MinIO's clients, given back */
	PLACE_NO_PROXY = 16,
	PLACE_VERIFIED = 32 /* it has answered as declared */
};
struct rec_target {
	uint64_t queue; /* number of its rows of work */
	uint64_t bucket_id; /* the source */
	uint16_t flags;
	struct span source; /* the source bucket's name */
	struct span url, bucket, region, access_key;
	struct span secret; /* sealed */
	struct span class; /* "" for the objects' own */
	uint64_t rate; /* bytes a second; 0: no limit */
	uint64_t check_ms; /* between looks at its health */
	int64_t created_ms;
};
#define PLACE_PURPOSE "trug replication target" /* of secret; its owner is access_key */
void rec_target_put(struct buf *out, const struct rec_target *r);
NODISCARD enum err rec_target_get(struct span in, struct rec_target *out);

/* ---- work ---- */

enum work_kind {
	WORK_PUT, /* a version, with all it has */
	WORK_CHANGE, /* what it has besides its body */
	WORK_MARKER, /* a delete marker */
	WORK_DELETE, /* a version goes for good */
	WORK_KINDS
};
struct rec_work {
	uint8_t kind;
	bool existing; /* not fresh: of a scan */
	uint64_t bucket_id, number; /* of the version in its own store */
	struct span bucket, key, arn, rule;
	bool has_origin;
	uint8_t origin[ORIGIN_SIZE];
	uint64_t size;
	int64_t made_ms; /* when the change was */
	int64_t queued_ms;
	uint16_t tries;
	bool late; /* its threshold has been missed, and that was told */
};
void rec_work_put(struct buf *out, const struct rec_work *r);
NODISCARD enum err rec_work_get(struct span in, struct rec_work *out);
/* Its key: rows of one key of an object lie in one lane, in order. */
enum { WORK_LANES = 4, WORK_KEY = 17 };
void work_key_put(uint8_t out[WORK_KEY], uint64_t queue, unsigned lane, uint64_t number);
bool work_key_get(struct span in, uint64_t *queue, unsigned *lane);
unsigned work_lane(struct span key);

/* ---- counts, of a bucket and a queue ---- */

struct rec_stat {
	uint64_t pending, pending_bytes;
	uint64_t done, done_bytes;
	uint64_t failed, failed_bytes;
	int64_t last_ms; /* of the last that was done */
};
enum { STAT_KEY = 16, STAT_SIZE = 57 };
void stat_key_put(uint8_t out[STAT_KEY], uint64_t bucket_id, uint64_t queue);
void rec_stat_put(uint8_t out[STAT_SIZE], const struct rec_stat *r);
NODISCARD enum err rec_stat_get(struct span in, struct rec_stat *out);

/* ---- what may be there twice ---- */

/* What a version sent to a store without ids of ours carries, so that it is known again: it
 * is the same for every sending of that version there, and for no other. */
#define REPLICA_MARK "x-amz-meta-trug-replica"
enum { REPLICA_MARK_SIZE = 32 };
void work_mark(char out[REPLICA_MARK_SIZE], const struct rec_work *w);

/*
 * A version was sent again because nobody knew what had become of it, and is there now. The
 * first sending may still end at the other side, and make a second version of it, under or
 * above newer ones.
 */
struct rec_doubt {
	int64_t since_ms; /* real time */
	uint8_t looks; /* that have been taken */
	struct span arn, key;
	struct span mark; /* REPLICA_MARK_SIZE */
	struct span version, etag; /* of the one that is to stay; etag with its quotes */
};
void rec_doubt_put(struct buf *out, const struct rec_doubt *r);
NODISCARD enum err rec_doubt_get(struct span in, struct rec_doubt *out);

/* ---- looking through what is there ---- */

enum scan_state { SCAN_RUNS, SCAN_DONE, SCAN_CANCELLED, SCAN_STATES };
struct rec_scan {
	uint8_t state;
	bool again; /* whatever rules say of existing ones (a resync) */
	struct span id, bucket, arn;
	struct span key, version; /* behind these; "" from the start */
	int64_t begun_ms, ended_ms;
	int64_t before_ms; /* only what is older; 0: all */
	uint64_t seen, queued, queued_bytes;
};
void rec_scan_put(struct buf *out, const struct rec_scan *r);
NODISCARD enum err rec_scan_get(struct span in, struct rec_scan *out);

#endif
