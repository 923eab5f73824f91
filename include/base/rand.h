/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes: rand_bytes() from the kernel for secrets and ids, rand_fast() for ids that
 * need only be unlike (request ids). [any] */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void rand_bytes(void *out, size_t n);
uint64_t rand_fast(void); /* per thread generator, seeded from the kernel */

#endif
