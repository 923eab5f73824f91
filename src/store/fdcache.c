/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open descriptors of segments and files, so that a GET need not open (3 µs each). Counted;
 * those nobody uses wait in an LRU list up to a limit.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include "base/mem.h"
#include "store_priv.h"

enum { BUCKETS = 512 };

struct entry {
	struct fdcache *cache;
	struct entry *chain; /* of the bucket */
	struct entry *prev, *next; /* of the idle ring, oldest first */
	uint64_t id;
	unsigned refs;
	int fd;
	uint8_t kind;
	bool gone; /* unlinked: close with the last reference */
};

struct fdcache {
	struct store *store;
	struct lock lock;
	struct entry *bucket[BUCKETS];
	struct entry idle;
	unsigned idles, idle_max;
};

struct fdcache *
fdcache_new(struct store *s, unsigned idle_max)
{
	struct fdcache *c = mem_zalloc(sizeof *c);

	c->store = s;
	c->idle_max = idle_max;
	c->idle.prev = c->idle.next = &c->idle;
	lock_init(&c->lock, LOCK_FDCACHE);
	return c;
}

static struct entry **
slot(struct fdcache *c, uint8_t kind, uint64_t id)
{
	struct entry **e = &c->bucket[(id * 2 + kind) % BUCKETS];

	while (*e != NULL && ((*e)->id != id || (*e)->kind != kind))
		e = &(*e)->chain;
	return e;
}

static void
idle_leave(struct entry *e)
{
	e->prev->next = e->next;
	e->next->prev = e->prev;
	e->cache->idles--;
}

static void
entry_free(struct entry *e)
{
	io_close(&e->fd);
	mem_free(e);
}

/* Take the oldest idle entry out, to be freed without the lock. */
static struct entry *
evict(struct fdcache *c)
{
	struct entry *e = c->idle.next;

	if (e == &c->idle)
		return NULL;
	idle_leave(e);
	*slot(c, e->kind, e->id) = e->chain;
	return e;
}

void
fdcache_free(struct fdcache **cache)
{
	struct fdcache *c = *cache;
	struct entry *e;

	if (c == NULL)
		return;
	*cache = NULL;
	while ((e = evict(c)) != NULL)
		entry_free(e);
	for (unsigned i = 0; i < BUCKETS; i++)
		MUST(c->bucket[i] == NULL); /* a blob_extent_close() is missing */
	lock_fini(&c->lock);
	mem_free(c);
}

/* [with the lock] */
static void
use(struct entry *e, int *fd, void **hold)
{
	if (e->refs++ == 0)
		idle_leave(e);
	*fd = e->fd;
	*hold = e;
}

static int
entry_open(struct fdcache *c, uint8_t kind, uint64_t id)
{
	struct buf path = { 0 };
	struct entry *old;
	int fd;

	if (kind == BLOB_SEGMENT)
		segment_path(c->store, id, &path);
	else
		blob_file_path(c->store, id, &path);
	fd = io_open(path.p, O_RDONLY, 0);
	while (fd == -EMFILE || fd == -ENFILE) {
		lock_take(&c->lock);
		old = evict(c);
		lock_drop(&c->lock);
		if (old == NULL)
			break;
		entry_free(old);
		fd = io_open(path.p, O_RDONLY, 0);
	}
	buf_fini(&path);
	return fd;
}

enum err
fdcache_get(struct fdcache *c, uint8_t kind, uint64_t id, int *fd, void **hold)
{
	struct entry **at, *e;
	int opened;

	lock_take(&c->lock);
	at = slot(c, kind, id);
	if (*at != NULL) {
		use(*at, fd, hold);
		lock_drop(&c->lock);
		return OK;
	}
	lock_drop(&c->lock);
	opened = entry_open(c, kind, id);
	if (opened < 0)
		return opened == -ENOENT ? E_IO : io_err(opened);
	lock_take(&c->lock);
	at = slot(c, kind, id);
	if (*at != NULL) {
		use(*at, fd, hold); /* somebody else was faster */
		lock_drop(&c->lock);
		io_close(&opened);
		return OK;
	}
	e = mem_zalloc(sizeof *e);
	*e =
	    (struct entry){ .cache = c, .id = id, .kind = kind, .fd = opened, .refs = 1 };
	*at = e;
	*fd = opened;
	*hold = e;
	lock_drop(&c->lock);
	return OK;
}

void
fdcache_put(void *hold)
{
	struct entry *e = hold, *out = NULL;
	struct fdcache *c = e->cache;

	lock_take(&c->lock);
	MUST(e->refs > 0);
	if (--e->refs == 0 && e->gone)
		out = e;
	else if (e->refs == 0) {
		e->next = &c->idle;
		e->prev = c->idle.prev;
		e->prev->next = e;
		c->idle.prev = e;
		if (++c->idles > c->idle_max)
			out = evict(c);
	}
	lock_drop(&c->lock);
	if (out != NULL)
		entry_free(out);
}

void
fdcache_forget(struct fdcache *c, uint8_t kind, uint64_t id)
{
	struct entry **at, *e;

	lock_take(&c->lock);
	at = slot(c, kind, id);
	e = *at;
	if (e != NULL) {
		*at = e->chain;
		e->gone = true;
		if (e->refs == 0)
			idle_leave(e);
		else
			e = NULL;
	}
	lock_drop(&c->lock);
	if (e != NULL)
		entry_free(e);
}
