/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "server_priv.h"

/* Memory first; where /dev/shm is missing or closed, temporary space does. */
char *
ephemeral_make(struct fail *fail)
{
	const char *tmp = getenv("TMPDIR");
	const char *const places[] = { "/dev/shm", tmp != NULL ? tmp : "/tmp" };
	char path[4200];
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		(void)snprintf(path, sizeof path, "%s/trug-XXXXXX", places[i]);
		rc = io_temp_dir(path);
		if (rc == 0)
			return mem_dup(path);
	}
	(void)fail_msg(fail, E_CONFIG,
	    "--ephemeral: no directory can be made in %s or %s (%s); allowed: set TMPDIR "
	    "to one "
	    "that can be written",
	    places[0], places[1], strerrordesc_np(-rc));
	return NULL;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

void
ephemeral_remove(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
