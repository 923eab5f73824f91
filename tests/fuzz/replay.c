/* SPDX-License-Identifier: Apache-2.0 */
/* The main program of a fuzz target where there is no libFuzzer: runs it once over each
 * file named, and over each file in each directory named. */
#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"

enum { REPLAY_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
replay_file(const char *path)
{
	struct buf b = { 0 };
	int rc = io_read_file(path, &b, REPLAY_MAX);
	char *exact;

	if (rc == 0) {
		/* A copy of exactly that size: reading past it is then seen. */
		exact = mem_alloc(b.n);
		if (b.n > 0)
			memcpy(exact, b.p, b.n);
		(void)LLVMFuzzerTestOneInput((const uint8_t *)exact, b.n);
		mem_free(exact);
	} else
		fprintf(stderr, "%s: %s\n", path, strerror(-rc));
	buf_fini(&b);
	return rc;
}

static int
replay_directory(const char *path)
{
	struct dirent **list = NULL;
	int n = scandir(path, &list, NULL, alphasort), rc = n < 0 ? -1 : 0;

	for (int i = 0; i < n; i++) {
		struct buf name = { 0 };

		buf_printf(&name, "%s/%s", path, list[i]->d_name);
		if (list[i]->d_name[0] != '.' && replay_file(buf_cstr(&name)) != 0)
			rc = -1;
		buf_fini(&name);
		free(list[i]);
	}
	free(list);
	return rc;
}

int
main(int argc, char **argv)
{
	struct stat st;
	int rc = argc > 1 ? 0 : 2;

	for (int i = 1; i < argc; i++) {
		bool directory = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);

		if ((directory ? replay_directory(argv[i]) : replay_file(argv[i])) != 0)
			rc = 1;
	}
	return rc;
}
