/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/task.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

struct task_pool {
	struct lock lock;
	struct cond wake;
	struct task *head, **tail;
	pthread_t *thread;
	unsigned started, idle, max, queued;
	char name[16];
	bool stop;
};

struct inbox {
	struct lock lock;
	struct task *head, **tail;
	int fd;
	atomic_uint wakers; /* that still have to write to fd */
};

enum { GATHER_MAX = 16 };

struct gather {
	bool on;
	unsigned n;
	struct inbox *in[GATHER_MAX];
};
static _Thread_local struct gather gather;

static void
queue_put(struct task **head, struct task ***tail, struct task *t)
{
	t->next = NULL;
	if (*head == NULL)
		*tail = head;
	**tail = t;
	*tail = &t->next;
}

static struct task *
queue_get(struct task **head)
{
	struct task *t = *head;

	if (t != NULL)
		*head = t->next;
	return t;
}

void
thread_start(pthread_t *out, const char *name, void *(*fn)(void *), void *arg)
{
	sigset_t all, old;

	(void)sigfillset(&all);
	MUST(pthread_sigmask(SIG_SETMASK, &all, &old) == 0);
	MUST(pthread_create(out, NULL, fn, arg) == 0);
	MUST(pthread_sigmask(SIG_SETMASK, &old, NULL) == 0);
	(void)pthread_setname_np(*out, name);
}

static void *
pool_main(void *arg)
{
	struct task_pool *p = arg;
	struct task *t;

	lock_take(&p->lock);
	for (;;) {
		t = queue_get(&p->head);
		if (t == NULL && p->stop)
			break;
		if (t == NULL) {
			p->idle++;
			cond_wait(&p->wake, &p->lock);
			p->idle--;
			continue;
		}
		p->queued--;
		lock_drop(&p->lock);
		t->fn(t);
		lock_take(&p->lock);
	}
	lock_drop(&p->lock);
	return NULL;
}

struct task_pool *
task_pool_new(unsigned threads, const char *name)
{
	struct task_pool *p = mem_zalloc(sizeof *p);

	lock_init(&p->lock, LOCK_POOL);
	cond_init(&p->wake);
	p->tail = &p->head;
	p->max = threads;
	p->thread = mem_array(threads, sizeof *p->thread);
	(void)strncpy(p->name, name, sizeof p->name - 1);
	return p;
}

void
task_pool_free(struct task_pool **pool)
{
	struct task_pool *p = *pool;

	if (p == NULL)
		return;
	*pool = NULL;
	lock_take(&p->lock);
	p->stop = true;
	cond_broadcast(&p->wake);
	lock_drop(&p->lock);
	for (unsigned i = 0; i < p->started; i++)
		MUST(pthread_join(p->thread[i], NULL) == 0);
	cond_fini(&p->wake);
	lock_fini(&p->lock);
	mem_free(p->thread);
	mem_free(p);
}

void
task_post(struct task_pool *p, struct task *t)
{
	lock_take(&p->lock);
	MUST(!p->stop);
	queue_put(&p->head, &p->tail, t);
	p->queued++;
	if (p->idle < p->queued && p->started < p->max) {
		thread_start(&p->thread[p->started], p->name, pool_main, p);
		p->started++;
	} else
		cond_signal(&p->wake);
	lock_drop(&p->lock);
}

static void
serial_run(struct task *run)
{
	struct serial *s = CONTAINER_OF(run, struct serial, run);
	struct task *t;

	lock_take(&s->lock);
	t = queue_get(&s->head);
	lock_drop(&s->lock);
	MUST(t != NULL);
	t->fn(t);
	/* The owner may free s once its last task has run, so ask first whether more waits:
	 * serial_fini() takes the lock and so waits for this function. */
	lock_take(&s->lock);
	if (s->head == NULL)
		s->busy = false;
	else
		task_post(s->pool, &s->run);
	lock_drop(&s->lock);
}

void
serial_init(struct serial *s, struct task_pool *pool)
{
	*s = (struct serial){ .pool = pool, .run.fn = serial_run };
	lock_init(&s->lock, LOCK_SERIAL);
	s->tail = &s->head;
}

void
serial_fini(struct serial *s)
{
	for (;;) {
		bool busy;

		lock_take(&s->lock);
		busy = s->busy;
		lock_drop(&s->lock);
		if (!busy)
			break;
		(void)usleep(100);
	}
	lock_fini(&s->lock);
}

void
serial_post(struct serial *s, struct task *t)
{
	lock_take(&s->lock);
	queue_put(&s->head, &s->tail, t);
	if (!s->busy) {
		s->busy = true;
		task_post(s->pool, &s->run);
	}
	lock_drop(&s->lock);
}

struct inbox *
inbox_new(void)
{
	struct inbox *in = mem_zalloc(sizeof *in);

	lock_init(&in->lock, LOCK_INBOX);
	in->tail = &in->head;
	in->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	MUST(in->fd >= 0);
	return in;
}

void
inbox_free(struct inbox **inbox)
{
	struct inbox *in = *inbox;

	if (in == NULL)
		return;
	*inbox = NULL;
	MUST(in->head == NULL);
	/* The owner may have run a task before the one who posted it came to wake him. */
	while (atomic_load(&in->wakers) > 0)
		(void)usleep(100);
	(void)close(in->fd);
	lock_fini(&in->lock);
	mem_free(in);
}

int
inbox_fd(const struct inbox *in)
{
	return in->fd;
}

static void
inbox_wake(struct inbox *in)
{
	uint64_t one = 1;

	MUST(write(in->fd, &one, sizeof one) == (ssize_t)sizeof one);
	atomic_fetch_sub(&in->wakers, 1);
}

/* To be woken at the end. false: no room to remember it. */
static bool
gather_add(struct gather *g, struct inbox *in)
{
	for (unsigned i = 0; i < g->n; i++)
		if (g->in[i] == in) {
			atomic_fetch_sub(&in->wakers, 1);
			return true;
		}
	if (g->n == GATHER_MAX)
		return false;
	g->in[g->n++] = in;
	return true;
}

void
inbox_gather_begin(void)
{
	MUST(!gather.on);
	gather.on = true;
}

void
inbox_gather_end(void)
{
	MUST(gather.on);
	for (unsigned i = 0; i < gather.n; i++)
		inbox_wake(gather.in[i]);
	gather = (struct gather){ 0 };
}

void
inbox_post(struct inbox *in, struct task *t)
{
	bool first;

	lock_take(&in->lock);
	first = in->head == NULL;
	if (first)
		atomic_fetch_add(&in->wakers, 1);
	queue_put(&in->head, &in->tail, t);
	lock_drop(&in->lock);
	if (first && (!gather.on || !gather_add(&gather, in)))
		inbox_wake(in);
}

void
inbox_run(struct inbox *in)
{
	struct task *t, *next;
	uint64_t n;

	(void)!read(in->fd, &n, sizeof n);
	lock_take(&in->lock);
	t = in->head;
	in->head = NULL;
	in->tail = &in->head;
	lock_drop(&in->lock);
	for (; t != NULL; t = next) {
		next = t->next;
		t->fn(t);
	}
}
