/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the file system has no holes: copy the live extents of a mostly dead segment to the
 * active one, so that the old one dies whole. Runs in the sweeper.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store_priv.h"

enum {
	MOVES = 256, /* extents of one write member */
	MOVE_BYTES = 4 << 20
};

struct move {
	uint64_t id;
	struct blob_row row;
	char *data;
};

struct rewrite {
	uint64_t segment, from, high;
	struct move move[MOVES];
	size_t n;
	bool end, moved;
};

/* The first sealed segment behind rw->segment that is more than half dead. */
static enum err
candidate(struct txn *t, void *arg)
{
	struct rewrite *rw = arg;
	struct table_cursor c;
	struct segment_row row;
	enum err e = table_row_begin(t, t->store->in[IN_SEGMENT], &c);

	if (e != OK)
		return e;
	for (e = table_id_seek(&c, rw->segment + 1); e == OK; e = table_next(&c)) {
		if (!row_segment_get(c.value, &row))
			e = E_CORRUPT;
		else if (!row.sealed || row.dead <= row.len / 2)
			continue;
		rw->segment = be64_get(c.key.p);
		rw->from = row.low;
		rw->high = row.high;
		break;
	}
	table_end(&c);
	return e;
}

static enum err
live(struct txn *t, void *arg)
{
	struct rewrite *rw = arg;
	struct table_cursor c;
	uint64_t bytes = 0;
	enum err e = table_row_begin(t, t->store->in[IN_BLOB], &c);

	if (e != OK)
		return e;
	rw->n = 0;
	for (e = table_id_seek(&c, rw->from); e == OK; e = table_next(&c)) {
		struct move *m = &rw->move[rw->n];

		m->id = be64_get(c.key.p);
		if (m->id > rw->high || rw->n + 1 == MOVES || bytes >= MOVE_BYTES)
			break;
		rw->from = m->id + 1;
		if (!row_blob_get(c.value, &m->row)) {
			e = E_CORRUPT;
			break;
		}
		if (m->row.kind != BLOB_SEGMENT || m->row.place != rw->segment)
			continue;
		bytes += m->row.len;
		rw->n++;
	}
	rw->end = e == E_NOT_FOUND || rw->move[rw->n].id > rw->high;
	table_end(&c);
	return e == E_NOT_FOUND ? OK : e;
}

static enum err
repoint(struct txn *t, void *arg)
{
	struct rewrite *rw = arg;
	enum err e = OK;

	for (size_t i = 0; e == OK && i < rw->n; i++) {
		struct move *m = &rw->move[i];
		struct dead_row dead = { .kind = BLOB_SEGMENT, .place = rw->segment };
		struct blob_row row;

		e = blob_row_get(t, m->id, &row);
		if (e == E_NOT_FOUND || (e == OK && row.place != rw->segment)) {
			e = OK; /* dropped meanwhile */
			continue;
		}
		if (e != OK)
			break;
		dead.off = row.off;
		dead.len = row.len;
		row.place = t->store->writer.now.segment;
		segment_reserve(t, span_of(m->data, row.len), m->id, &row.off);
		e = blob_row_put(t, m->id, &row);
		if (e == OK)
			e = blob_dead(t, &dead);
	}
	return e;
}

static int
read_all(struct store *s, struct rewrite *rw)
{
	struct buf path = { 0 };
	int fd, rc = 0;

	segment_path(s, rw->segment, &path);
	fd = io_open(path.p, O_RDONLY, 0);
	buf_fini(&path);
	for (size_t i = 0; fd >= 0 && rc == 0 && i < rw->n; i++) {
		struct move *m = &rw->move[i];

		m->data = mem_alloc(m->row.len);
		rc = io_pread(fd, m->data, m->row.len, m->row.off);
	}
	rc = fd < 0 ? fd : rc;
	io_close(&fd);
	return rc;
}

static enum err
move_some(struct store *s, struct reader *r, struct rewrite *rw)
{
	enum err e = store_read(r, live, rw);
	int rc;

	if (e != OK || rw->n == 0)
		return e;
	rc = read_all(s, rw);
	if (rc != 0) {
		log_warn("store: segment %016llx in %s cannot be rewritten: %s",
		    (unsigned long long)rw->segment, s->dir, strerrordesc_np(-rc));
		e = io_err(rc);
	} else
		e = store_write_wait(s, repoint, rw);
	for (size_t i = 0; i < rw->n; i++) {
		mem_free(rw->move[i].data);
		rw->move[i].data = NULL;
	}
	rw->moved |= e == OK;
	return e;
}

bool
rewrite_step(struct store *s, struct reader *r)
{
	struct rewrite *rw = mem_zalloc(sizeof *rw);
	enum err e = OK;
	bool moved;

	while (e == OK && !rw->moved) {
		e = store_read(r, candidate, rw);
		rw->end = false;
		while (e == OK && !rw->end)
			e = move_some(s, r, rw);
	}
	moved = e == OK && rw->moved;
	mem_free(rw);
	return moved;
}
