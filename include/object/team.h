/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MD5 of the large bodies that come in at the same time. One worker takes the next stretch
 * of each and hashes them side by side (codec/md5.h): two take as long as one, sixteen
 * twice that. It waits until every member has something or until one can wait no longer,
 * never for a clock.
 */
#ifndef OBJECT_TEAM_H
#define OBJECT_TEAM_H

#include "base/task.h"
#include "codec/md5.h"

struct team;
struct team *team_new(struct task_pool *pool);
void team_free(struct team **team); /* when its pool has ended or no member is left */

/* Bytes to hash, in the caller's memory until done() is called. */
struct team_task {
	struct team_task *next;
	const void *p;
	size_t n; /* may be 0: done() is told behind all before it */
	bool pressing; /* do not wait for other members */
	void (*done)(struct team_task *t); /* quick: everybody waits [worker] */
};

/* In the caller's memory from team_join() to team_leave(). */
struct team_member {
	struct team *team;
	struct md5 md5; /* the caller's own while no task is under way */
	struct team_task *head, **tail;
	struct team_member *next; /* of those with tasks */
};

void team_join(struct team *team, struct team_member *m); /* [any] */
void team_leave(struct team_member *m); /* all tasks done [any] */
void team_post(struct team_member *m, struct team_task *t); /* hashed in order [any] */

#endif
