/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The targets an operator has declared: in a JSON file, {"targets": [{"kind": "webhook",
 * "id": "logs", "endpoint": "http://..."}]}, and by MinIO's environment names
 * (MINIO_NOTIFY_WEBHOOK_ENABLE_logs=on, MINIO_NOTIFY_WEBHOOK_ENDPOINT_logs=http://...).
 * Read at start, then constant. [any]
 */
#ifndef TARGET_TARGETS_H
#define TARGET_TARGETS_H

#include "target/target.h"

struct targets;

enum { TARGETS_MAX = 256, TARGET_ID_MAX = 64, TARGETS_FILE_MAX = 1 << 20 };

/* What messages look like: parameter "message" of any kind. */
enum target_form { TARGET_AWS, TARGET_MINIO, TARGET_R2, TARGET_EVENTBRIDGE };

/* path "" for no file; env as environ. E_CONFIG: one line with setting, value and what is
 * allowed. net is borrowed. */
NODISCARD enum err targets_load(struct targets **out, const char *path, char **env,
    const struct outbound_net *net, struct fail *fail);
/* Only a file's text; paths in it are not looked at. */
NODISCARD enum err targets_parse(
    struct targets **out, struct span json, struct fail *fail);
/* What waits for a target gives up, now and from now on. */
void targets_stop(const struct targets *t);
void targets_free(struct targets **t);

/* Parameters that every kind has; till the one without a name. */
const struct target_rule *targets_common(void);
/* The kinds and their parameters as a table of Markdown. */
void targets_markdown(struct buf *out);

size_t targets_count(const struct targets *t);
const struct target_conf *targets_at(const struct targets *t, size_t i);
enum target_form targets_form(const struct target_conf *c);

/* Who answers to an ARN: arn:minio:sqs:ANY:ID:KIND; the "arn" a target was given; of
 * arn:aws:sqs:... and sns, else, the target of that kind and id. NULL: nobody. */
const struct target_conf *targets_find(const struct targets *t, struct span arn);
/* Who is told what goes to EventBridge ("eventbridge": "on"), or NULL. */
#define TARGETS_EVENTBRIDGE "eventbridge"

#endif
