/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/solib.h"

#include <dlfcn.h>
#include <string.h>

#include "base/lock.h"

static struct lock loading;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
init(void)
{
	lock_init(&loading, LOCK_SOLIB);
}

static enum err
load(const struct solib *so, struct fail *fail)
{
	void *handle = dlopen(so->soname, RTLD_NOW | RTLD_LOCAL), *at;

	if (handle == NULL)
		return fail_msg(fail, E_NO_RESOURCE,
		    "%s can't be loaded; install the package %s", so->soname,
		    so->package);
	for (size_t i = 0; i < so->nsym; i++) {
		at = dlsym(handle, so->sym[i].name);
		if (at == NULL) {
			(void)dlclose(handle);
			return fail_msg(fail, E_NO_RESOURCE,
			    "%s has no function %s; install the package %s of this "
			    "version",
			    so->soname, so->sym[i].name, so->package);
		}
		/* Data and functions have one form here (POSIX, dlsym). */
		memcpy(so->sym[i].at, &at, sizeof at);
	}
	return OK;
}

enum err
solib_load(struct solib *so, struct fail *fail)
{
	enum err e = OK;

	MUST(pthread_once(&once, init) == 0);
	/* Held over the loading, once a library: who asks second needs it as much. */
	lock_take(&loading);
	if (!so->there)
		e = load(so, fail);
	so->there = e == OK;
	lock_drop(&loading);
	return e;
}
