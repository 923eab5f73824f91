/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

#include "base/mini.h"

static _Atomic int64_t clock_offset_ms;
static _Atomic int64_t clock_frozen_ms; /* 0: running */

static int64_t
clock_ns(clockid_t id)
{
	struct timespec ts;

	MUST(clock_gettime(id, &ts) == 0);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

uint64_t
clock_mono_us(void)
{
	return (uint64_t)clock_ns(CLOCK_MONOTONIC) / 1000;
}

int64_t
clock_real_ms(void)
{
	return clock_ns(CLOCK_REALTIME) / 1000000;
}

int64_t
clock_now_from(int64_t real_ms)
{
	int64_t frozen = atomic_load(&clock_frozen_ms);

	return frozen != 0 ? frozen : real_ms + atomic_load(&clock_offset_ms);
}

int64_t
clock_now_ms(void)
{
	return clock_now_from(clock_real_ms());
}

void
clock_set_ms(int64_t now)
{
	atomic_store(&clock_offset_ms, now - clock_real_ms());
	if (atomic_load(&clock_frozen_ms) != 0)
		atomic_store(&clock_frozen_ms, now);
}

void
clock_set_offset_ms(int64_t offset)
{
	atomic_store(&clock_offset_ms, offset);
	if (atomic_load(&clock_frozen_ms) != 0)
		atomic_store(&clock_frozen_ms, clock_real_ms() + offset);
}

bool
clock_frozen(void)
{
	return atomic_load(&clock_frozen_ms) != 0;
}

void
clock_freeze(bool frozen)
{
	atomic_store(&clock_frozen_ms, 0);
	if (frozen)
		atomic_store(&clock_frozen_ms, clock_now_ms());
}
