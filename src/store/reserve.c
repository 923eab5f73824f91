/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delete writes pages of the index before it gives anything back. So that it can on a
 * full disk, a megabyte is kept in a file, let go when a member that adds no bytes finds no
 * room, and taken again when there is some.
 */
#include "config.h"

#include <fcntl.h>

#include "store_priv.h"

enum { RESERVE = 1 << 20 };

void
reserve_take(struct store *s)
{
	struct buf path = { 0 };
	int fd, rc;

	if (s->check_only || atomic_load(&s->reserve))
		return;
	store_join(s, &path, "reserve");
	fd = io_open(path.p, O_WRONLY | O_CREAT, 0600);
	if (fd >= 0) {
		rc = io_fallocate(fd, 0, RESERVE);
		io_close(&fd);
		if (rc == 0)
			atomic_store(&s->reserve, true);
		else
			(void)io_unlink(path.p);
	}
	buf_fini(&path);
}

bool
reserve_give(struct store *s)
{
	struct buf path = { 0 };
	bool gone;

	if (!atomic_exchange(&s->reserve, false))
		return false;
	store_join(s, &path, "reserve");
	gone = io_unlink(path.p) == 0;
	buf_fini(&path);
	return gone;
}
