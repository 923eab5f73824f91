/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/io.h"

#ifdef ENABLE_FAULTS
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static const char *const fault_names[] = {
#define FAULT(name, what) #name,
#include "base/faults.def"
#undef FAULT
};

static const struct {
	const char *name;
	int value;
} fault_errnos[] = {
	{ "EIO", EIO },
	{ "ENOSPC", ENOSPC },
	{ "EDQUOT", EDQUOT },
	{ "EFBIG", EFBIG },
	{ "EMFILE", EMFILE },
	{ "ENOMEM", ENOMEM },
	{ "EOPNOTSUPP", EOPNOTSUPP },
};

static struct fault_plan {
	atomic_bool set; /* last: threads may be passing the points */
	bool onwards, crash;
	uint64_t nth;
	int value;
	_Atomic uint64_t seen;
} fault_plans[FAULT_COUNT];

static bool
fault_parse_one(struct span row)
{
	struct span name = span_cut(&row, '='), value = row, nth = name;
	bool crash = span_starts(name, SPAN_LIT("crash@"));
	struct fault_plan p = { .nth = 1, .crash = crash };
	size_t i;

	if (crash)
		nth = span_from(name, 6);
	name = span_cut(&nth, '@');
	if (span_ends(nth, SPAN_LIT("+"))) {
		p.onwards = true;
		nth.n--;
	}
	if (nth.n > 0 && !span_u64(nth, &p.nth))
		return false;
	for (i = 0; i < ARRAY_LEN(fault_errnos); i++)
		if (span_is(value, fault_errnos[i].name))
			p.value = fault_errnos[i].value;
	if (!crash && p.value == 0)
		return false;
	for (i = 0; i < FAULT_COUNT; i++) {
		if (!span_is(name, fault_names[i]))
			continue;
		fault_plans[i].onwards = p.onwards;
		fault_plans[i].crash = p.crash;
		fault_plans[i].nth = p.nth;
		fault_plans[i].value = p.value;
		atomic_store(&fault_plans[i].seen, 0);
		atomic_store(&fault_plans[i].set, true);
		return true;
	}
	return false;
}

bool
fault_setup(const char *plan, struct fail *fail)
{
	struct span rest = span_str(plan), row;

	for (size_t i = 0; i < FAULT_COUNT; i++)
		atomic_store(&fault_plans[i].set, false);
	while (rest.n > 0) {
		row = span_trim(span_cut(&rest, ';'));
		if (row.n == 0 || fault_parse_one(row))
			continue;
		(void)fail_msg(fail, E_CONFIG,
		    "TRUG_FAULT: '%.*s' is no fault; allowed: point@n=EIO or "
		    "crash@point@n",
		    (int)row.n, row.p);
		return false;
	}
	return true;
}

int
fault_hit(enum fault f)
{
	struct fault_plan *p = &fault_plans[f];
	uint64_t n;

	if (!atomic_load(&p->set))
		return 0;
	n = atomic_fetch_add(&p->seen, 1) + 1;
	if (n != p->nth && !(p->onwards && n > p->nth))
		return 0;
	if (p->crash)
		(void)kill(getpid(), SIGKILL);
	return p->value;
}
#else
bool
fault_setup(const char *plan, struct fail *fail)
{
	(void)plan;
	(void)fail_msg(fail, E_CONFIG,
	    "TRUG_FAULT is set, but this trug was built without --enable-faults");
	return false;
}
#endif
