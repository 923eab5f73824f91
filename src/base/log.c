/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static _Atomic int log_level = LOG_INFO;
static _Atomic bool log_json;

static const char *const log_names[] = { "debug", "info", "warn", "error" };

void
log_setup(enum log_level level, bool json)
{
	atomic_store(&log_level, (int)level);
	atomic_store(&log_json, json);
}

static bool
log_enabled(enum log_level level)
{
	return (int)level >= atomic_load(&log_level);
}

/* Escape what JSON or a terminal would take for something else. */
static size_t
log_escape(char *out, size_t room, const char *text, bool json)
{
	size_t n = 0;

	for (; *text != '\0' && n + 7 < room; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(
			    out + n, room - n, json ? "\\u%04x" : "\\x%02x", c);
		else if (json && (c == '"' || c == '\\')) {
			out[n++] = '\\';
			out[n++] = (char)c;
		} else
			out[n++] = (char)c;
	}
	out[n] = '\0';
	return n;
}

void
log_line(enum log_level level, const char *fmt, ...)
{
	char text[2048], safe[3072], line[3400], stamp[32];
	int64_t now = clock_real_ms();
	time_t seconds = (time_t)(now / 1000);
	bool json = atomic_load(&log_json);
	struct tm tm;
	va_list ap;
	int n;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	(void)log_escape(safe, sizeof safe, text, json);
	(void)strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	n = snprintf(line, sizeof line,
	    json ? "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"message\":\"%s\"}\n"
		 : "%s.%03dZ %-5s %s\n",
	    stamp, (int)(now % 1000), log_names[level], safe);
	if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
		return;
}
