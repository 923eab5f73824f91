/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "object/team.h"

#include "base/mem.h"

struct team {
	struct lock lock;
	struct task_pool *pool;
	struct task run;
	bool running; /* run is posted or runs: never twice, so that members meet in it */
	unsigned members, ready, pressing; /* ready: those with tasks; pressing: tasks */
	struct team_member *head, **tail; /* with tasks; who was served goes behind */
};

struct round {
	unsigned n;
	struct team_member *member[MD5_LANES];
	struct team_task *task[MD5_LANES];
};

/* [with the lock] */
static bool
team_due(const struct team *t)
{
	return t->ready > 0 && (t->pressing > 0 || t->ready == t->members);
}

/* [with the lock] */
static void
team_line_up(struct team *t, struct team_member *m)
{
	m->next = NULL;
	if (t->head == NULL)
		t->tail = &t->head;
	*t->tail = m;
	t->tail = &m->next;
}

/* [with the lock] */
static void
team_start(struct team *t)
{
	if (t->running || !team_due(t))
		return;
	t->running = true;
	task_post(t->pool, &t->run);
}

/* The first task of each. They stay queued: nobody else looks at them meanwhile. */
static void
round_take(struct team *t, struct round *r)
{
	struct team_member *m;

	for (r->n = 0; r->n < MD5_LANES && (m = t->head) != NULL; r->n++) {
		t->head = m->next;
		r->member[r->n] = m;
		r->task[r->n] = m->head;
	}
}

/* [with the lock] */
static void
round_settle(struct team *t, struct round *r)
{
	for (unsigned i = 0; i < r->n; i++) {
		struct team_member *m = r->member[i];

		t->pressing -= r->task[i]->pressing;
		m->head = r->task[i]->next;
		if (m->head != NULL)
			team_line_up(t, m);
		else
			t->ready--;
	}
}

static void
team_run(struct task *task)
{
	struct team *t = CONTAINER_OF(task, struct team, run);
	struct md5_job job[MD5_LANES];
	struct round r;

	lock_take(&t->lock);
	round_take(t, &r);
	lock_drop(&t->lock);
	for (unsigned i = 0; i < r.n; i++)
		job[i] =
		    (struct md5_job){ &r.member[i]->md5, r.task[i]->p, r.task[i]->n };
	md5_add_all(job, r.n);
	lock_take(&t->lock);
	round_settle(t, &r);
	lock_drop(&t->lock);
	/* A member may be gone once it was told. */
	for (unsigned i = 0; i < r.n; i++)
		r.task[i]->done(r.task[i]);
	lock_take(&t->lock);
	t->running = false;
	team_start(t);
	lock_drop(&t->lock);
}

struct team *
team_new(struct task_pool *pool)
{
	struct team *t = mem_zalloc(sizeof *t);

	lock_init(&t->lock, LOCK_TEAM);
	t->pool = pool;
	t->run.fn = team_run;
	return t;
}

void
team_free(struct team **team)
{
	struct team *t = *team;

	if (t == NULL)
		return;
	*team = NULL;
	MUST(t->members == 0 && !t->running);
	lock_fini(&t->lock);
	mem_free(t);
}

void
team_join(struct team *t, struct team_member *m)
{
	*m = (struct team_member){ .team = t };
	md5_init(&m->md5);
	lock_take(&t->lock);
	t->members++;
	lock_drop(&t->lock);
}

void
team_leave(struct team_member *m)
{
	struct team *t = m->team;

	MUST(m->head == NULL);
	lock_take(&t->lock);
	t->members--;
	team_start(t);
	lock_drop(&t->lock);
}

void
team_post(struct team_member *m, struct team_task *task)
{
	struct team *t = m->team;

	task->next = NULL;
	lock_take(&t->lock);
	if (m->head == NULL) {
		m->tail = &m->head;
		team_line_up(t, m);
		t->ready++;
	}
	*m->tail = task;
	m->tail = &task->next;
	t->pressing += task->pressing;
	team_start(t);
	lock_drop(&t->lock);
}
