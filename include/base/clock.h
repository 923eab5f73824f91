/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only caller of the system's time functions. Three clocks: mono for timeouts, real
 * for signatures and presigned expiry, now for everything an object remembers; now is real
 * plus an offset that can be moved or frozen while clients keep signing in real time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

uint64_t clock_mono_us(void); /* microseconds since some start */
int64_t clock_real_ms(void); /* milliseconds since 1970 UTC */
int64_t clock_now_ms(void);
int64_t clock_now_from(int64_t real_ms); /* the same, of a time just asked for */
static inline int64_t
clock_real(void)
{
	return clock_real_ms() / 1000;
}
void clock_set_ms(int64_t now); /* exactly, where it stands still [any] */
void clock_set_offset_ms(int64_t offset); /* [any] */
bool clock_frozen(void);
void clock_freeze(bool frozen); /* now stands still until thawed [any] */

#endif
