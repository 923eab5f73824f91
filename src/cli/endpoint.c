/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/endpoint.h"

#include <stdlib.h>

#include "base/io.h"
#include "codec/json.h"
#include "server/conf.h"

enum { READY_FILE_MAX = 1 << 16 };

/* The "endpoint" of a ready file. */
static bool
from_ready_file(struct buf *out, const char *path)
{
	struct buf text = { 0 };
	struct fail fail;
	cJSON *root = NULL;
	const char *found = NULL;

	fail_init(&fail, NULL);
	if (io_read_file(path, &text, READY_FILE_MAX) == 0 &&
	    json_parse(buf_view(&text), &root, &fail) == OK)
		found = cJSON_GetStringValue(cJSON_GetObjectItem(root, "endpoint"));
	if (found != NULL)
		buf_str(out, found);
	cJSON_Delete(root);
	buf_fini(&text);
	return found != NULL;
}

static void
from_address(struct buf *out, const char *address)
{
	struct span port, host = conf_reach(address, &port);

	buf_str(out, getenv("TRUG_TLS_DIR") != NULL ? "https://" : "http://");
	buf_span(out, host);
	buf_put(out, ":", 1);
	buf_span(out, port);
}

void
endpoint_find(struct buf *out, const char *given)
{
	const char *ready = getenv("TRUG_READY_FILE"), *address = getenv("TRUG_ADDRESS");

	if (given != NULL) {
		buf_str(out, given);
		return;
	}
	if (ready != NULL && from_ready_file(out, ready))
		return;
	if (address == NULL)
		address = getenv("MINIO_ADDRESS");
	from_address(out, address != NULL ? address : "127.0.0.1:9000");
}
