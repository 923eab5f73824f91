/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "obs/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"

struct audit {
	int fd; /* -1: into the ledger */
	bool owned;
	struct ledger *ledger;
	_Atomic uint64_t lost;
};

enum err
audit_open(struct audit **out, const char *path, struct fail *fail)
{
	struct audit *a = mem_zalloc(sizeof *a);

	a->fd = STDOUT_FILENO;
	if (strcmp(path, "-") != 0) {
		a->owned = true;
		a->fd = io_open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	}
	if (a->fd < 0) {
		int rc = -a->fd;

		mem_free(a);
		return fail_msg(fail, E_CONFIG,
		    "audit-log: '%s' can't be opened (%s); allowed: a file that can be "
		    "written, -, or a URL",
		    path, strerrordesc_np(rc));
	}
	*out = a;
	return OK;
}

struct audit *
audit_into(struct ledger *ledger)
{
	struct audit *a = mem_zalloc(sizeof *a);

	a->fd = -1;
	a->ledger = ledger;
	return a;
}

void
audit_close(struct audit **audit)
{
	struct audit *a = *audit;

	if (a == NULL)
		return;
	*audit = NULL;
	if (a->owned)
		io_close(&a->fd);
	mem_free(a);
}

/* One write per line, so that lines do not mix; the log tells of the first that is lost and
 * of each thousandth. */
void
audit_write(struct audit *a, struct span line)
{
	struct ledger_to to = { .form = LEDGER_SIMPLE };
	uint64_t lost;
	ssize_t n;

	if (a->ledger != NULL) {
		ledger_add(a->ledger, &to, line);
		return;
	}
	do
		n = write(a->fd, line.p, line.n);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)line.n)
		return;
	lost = atomic_fetch_add(&a->lost, 1);
	if (lost % 1000 == 0)
		log_error("audit log: %" PRIu64 " records are lost: %s", lost + 1,
		    n < 0 ? strerrordesc_np(errno) : "only a part could be written");
}
