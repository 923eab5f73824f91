/* SPDX-License-Identifier: Apache-2.0 */
/* A time that was parsed is the same when it is rendered and parsed again. */
#include "config.h"

#include "codec/stamp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The years 1 to 9998: what every form can show. */
static bool
shown(int64_t seconds)
{
	return seconds >= -62135596800 && seconds < 253370764800;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	char text[STAMP_HTTP];
	int64_t v, again;

	if (stamp_http_parse(in, &v) && shown(v)) {
		stamp_http(text, v);
		MUST(stamp_http_parse(span_of(text, STAMP_HTTP), &again) && again == v);
	}
	if (stamp_iso_parse(in, &v) && shown(v / 1000)) {
		stamp_iso(text, v);
		MUST(stamp_iso_parse(span_of(text, STAMP_ISO), &again) && again == v);
	}
	if (stamp_amz_parse(in, &v) && shown(v)) {
		stamp_amz(text, v);
		MUST(stamp_amz_parse(span_of(text, STAMP_AMZ), &again) && again == v);
	}
	if (size == sizeof v) {
		memcpy(&v, data, sizeof v);
		stamp_http(text, v);
		stamp_iso(text, v);
		stamp_amz(text, v);
	}
	return 0;
}
