/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "http/tls_error.h"

#include <openssl/err.h>
#include <stddef.h>

const char *
tls_error_take(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	ERR_clear_error();
	return reason == NULL ? "" : reason;
}
