/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of tests: below TMPDIR, and gone again with all that lies in them. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mini.h"

/* otherwise: where without TMPDIR; NULL: /tmp. */
static inline void
scratch_make(char *out, size_t size, const char *name, const char *otherwise)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp == NULL)
		tmp = otherwise != NULL ? otherwise : "/tmp";
	MUST((size_t)snprintf(out, size, "%s/%s-XXXXXX", tmp, name) < size);
	MUST(mkdtemp(out) != NULL);
}

static inline int
scratch_remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
	(void)st;
	(void)type;
	(void)f;
	return remove(path);
}

static inline void
scratch_remove(const char *dir)
{
	MUST(nftw(dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

#endif
