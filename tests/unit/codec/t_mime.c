/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "codec/mime.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	uint16_t number;
	const char *text;
} rows[] = {
#define MIME(number, text) { number, text },
#include "codec/mime.def"
#undef MIME
};

static void
mime_number_each_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(rows[i].number, i + 1); /* appended, none left out */
		assert_int_equal(mime_number(span_str(rows[i].text)), rows[i].number);
		assert_true(span_is(mime_text(rows[i].number), rows[i].text));
	}
}

/* Records hold these numbers: a change here is a change of the format on disk. */
static void
mime_number_stays(void **state)
{
	(void)state;
	assert_int_equal(mime_number(SPAN_LIT("binary/octet-stream")), 1);
	assert_int_equal(mime_number(SPAN_LIT("application/octet-stream")), 2);
	assert_int_equal(mime_number(SPAN_LIT("text/plain")), 9);
	assert_int_equal(mime_number(SPAN_LIT("image/jpeg")), 31);
	assert_int_equal(mime_number(SPAN_LIT("model/gltf-binary")), 105);
}

static void
mime_number_unknown(void **state)
{
	(void)state;
	assert_int_equal(mime_number(SPAN_NONE), MIME_NONE);
	assert_int_equal(mime_number(SPAN_LIT("")), MIME_NONE);
	assert_int_equal(mime_number(SPAN_LIT("Text/Plain")), MIME_NONE);
	assert_int_equal(mime_number(SPAN_LIT("text/plain ")), MIME_NONE);
	assert_int_equal(mime_number(SPAN_LIT("x")), MIME_NONE);
	assert_int_equal(mime_text(MIME_NONE).n, 0);
	assert_int_equal(mime_text(UINT16_MAX).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mime_number_each_row),
		cmocka_unit_test(mime_number_stays),
		cmocka_unit_test(mime_number_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
