/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/mini.h"

#include <stdio.h>
#include <stdlib.h>

static _Thread_local const char *mini_text;

void
mini_context(const char *text)
{
	mini_text = text;
}

void
mini_die(const char *cond, const char *file, int line)
{
	fprintf(stderr, "trug: this should not happen: %s (%s:%d)%s%s\n", cond, file,
	    line, mini_text != NULL ? " in " : "", mini_text != NULL ? mini_text : "");
	abort();
}
