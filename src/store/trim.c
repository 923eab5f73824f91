/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of the index that are free go back to the file system. LMDB would use them again but
 * never gives one back, so a store that once held a million small bodies would keep their
 * room for ever. The writer does it between two batches: while nothing is being written, a
 * page is safe to punch by the rule by which LMDB itself would write over it: it was freed
 * before the oldest snapshot that anybody holds, the last checkpoint's among them.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/task.h"
#include "store_priv.h"

enum {
	RUN = 8, /* pages in a row that are worth a call */
	SLICE_US = 2000,
	FREE_DBI = 0 /* LMDB's list: transaction -> count, pages */
};

struct pages {
	size_t *page, n, cap;
	uint64_t oldest;
};

/* Lines of a table for people, the only form LMDB tells readers in: "pid thread txnid". */
static int
reader_line(const char *text, void *arg)
{
	struct pages *p = arg;
	struct span line = span_str(text);
	uint64_t id;

	while (line.n > 0 && (line.p[line.n - 1] == '\n' || line.p[line.n - 1] == ' '))
		line.n--;
	while (span_find(line, ' ', 0) < line.n)
		line = span_from(line, span_find(line, ' ', 0) + 1);
	if (span_u64(line, &id) && id < p->oldest)
		p->oldest = id;
	return 0;
}

static void
pages_add(struct pages *p, const MDB_val *v)
{
	const size_t *id = v->mv_data;
	size_t n = v->mv_size >= sizeof *id ? id[0] : 0;

	if (n > v->mv_size / sizeof *id - 1)
		return;
	if (p->n + n > p->cap) {
		p->cap = (p->n + n) * 2;
		p->page = mem_realloc(p->page, p->cap * sizeof *p->page);
	}
	memcpy(p->page + p->n, id + 1, n * sizeof *id);
	p->n += n;
}

static int
page_cmp(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return x < y ? -1 : x > y;
}

/* What nobody can look at any more, in the order of the file. */
static int
pages_find(struct store *s, struct pages *p)
{
	MDB_txn *txn;
	MDB_cursor *c;
	MDB_val k, v;
	int rc;

	reader_end_idle(s);
	rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);
	if (rc != 0)
		return rc;
	p->oldest = mdb_txn_id(txn);
	rc = mdb_reader_list(s->env, reader_line, p) < 0 ? EIO : 0;
	if (rc == 0)
		rc = mdb_cursor_open(txn, FREE_DBI, &c);
	if (rc == 0) {
		while ((rc = mdb_cursor_get(c, &k, &v, MDB_NEXT)) == 0 &&
		    k.mv_size == sizeof(size_t) && *(size_t *)k.mv_data < p->oldest)
			pages_add(p, &v);
		mdb_cursor_close(c);
	}
	mdb_txn_abort(txn);
	if (p->n > 0)
		qsort(p->page, p->n, sizeof *p->page, page_cmp);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/* From page t->at on, for a while. */
static int
pages_punch(struct store *s, const struct pages *p, struct trim *t, int fd)
{
	uint64_t end = clock_mono_us() + SLICE_US;
	size_t i = 0;
	int rc = 0;

	while (i < p->n && p->page[i] < t->at)
		i++;
	while (rc == 0 && i < p->n && clock_mono_us() < end) {
		size_t first = p->page[i], n = 1;

		while (i + n < p->n && p->page[i + n] == first + n)
			n++;
		if (n >= RUN || n >= s->trim_pages) {
			rc = -fault_hit(FAULT_trim_punch);
			if (rc == 0)
				rc = io_punch(fd, first * s->page, n * s->page);
			t->given += rc == 0 ? n : 0;
		}
		t->at = first + n;
		i += n;
	}
	t->more = rc == 0 && i < p->n;
	return rc;
}

void
trim_slice(struct store *s, struct trim *t)
{
	struct pages p = { 0 };
	struct buf path = { 0 };
	int fd, rc;

	t->more = false;
	if (!store_writable(s) || pages_find(s, &p) != 0)
		goto out;
	if (p.n < s->trimmed)
		s->trimmed = p.n;
	if (t->at == 0 && p.n - s->trimmed < s->trim_pages)
		goto out;
	store_join(s, &path, "index/data.mdb");
	fd = io_open(path.p, O_RDWR, 0);
	rc = fd < 0 ? fd : pages_punch(s, &p, t, fd);
	io_close(&fd);
	if (rc != 0 && rc != -EOPNOTSUPP)
		log_warn("store: giving back pages of %s: %s", buf_cstr(&path),
		    strerrordesc_np(-rc));
	if (rc != 0 || !t->more)
		s->trimmed = p.n;
out:
	buf_fini(&path);
	mem_free(p.page);
}

void
store_trim(struct store *s)
{
	struct trim t = { .at = 0 };

	CHECK(s, STORE_MAGIC);
	if (s->check_only)
		return;
	MUST(sem_init(&t.done, 0, 0) == 0);
	do {
		writer_trim(s, &t);
		while (sem_wait(&t.done) != 0)
			MUST(errno == EINTR);
	} while (t.more);
	(void)sem_destroy(&t.done);
}
