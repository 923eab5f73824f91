/* SPDX-License-Identifier: Apache-2.0 */
/* One-time codes of six digits (RFC 6238 with SHA-1 and steps of 30 seconds), as virtual MFA
 * devices show them. [any] */
#ifndef CODEC_TOTP_H
#define CODEC_TOTP_H

#include "base/buf.h"

enum { TOTP_SECRET_MAX = 64, TOTP_SECRET_MIN = 10, TOTP_STEP = 30, TOTP_DIGITS = 6 };

struct totp_secret {
	uint8_t p[TOTP_SECRET_MAX];
	size_t n; /* 0: none */
};
/* Base32 (RFC 4648), letters of either case, padding or not; false for anything else and for
 * what is too short or too long. */
bool totp_parse(struct span text, struct totp_secret *out);
void totp_code(const struct totp_secret *s, uint64_t step, char out[TOTP_DIGITS]);

#endif
