/* SPDX-License-Identifier: Apache-2.0 */
/* Every string that was parsed is the same after json_put() and another parse. */
#include "config.h"

#include "codec/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_string(const char *text)
{
	struct buf b = { 0 };
	cJSON *again = NULL;

	json_put(&b, span_str(text));
	MUST(json_parse(buf_view(&b), &again, NULL) == OK);
	MUST(cJSON_IsString(again) && strcmp(again->valuestring, text) == 0);
	cJSON_Delete(again);
	buf_fini(&b);
}

static void
check_tree(const cJSON *item)
{
	const cJSON *child;

	if (item->string != NULL)
		check_string(item->string);
	if (cJSON_IsString(item))
		check_string(item->valuestring);
	cJSON_ArrayForEach(child, item) check_tree(child);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct buf b = { 0 };
	struct fail fail;
	cJSON *tree = NULL;

	fail_init(&fail, NULL);
	if (json_parse(in, &tree, &fail) == OK) {
		check_tree(tree);
		cJSON_Delete(tree);
	} else
		MUST(fail.code == E_INVALID_ARGUMENT && fail.message[0] != '\0');
	/* Any bytes become a text that parses. */
	json_put(&b, in);
	if (memchr(data, 0, size) == NULL) {
		MUST(json_parse(buf_view(&b), &tree, NULL) == OK);
		cJSON_Delete(tree);
	}
	buf_fini(&b);
	return 0;
}
