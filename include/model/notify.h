/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NotificationConfiguration: which events of a bucket go where. What destinations there are
 * the caller knows. Source: docs.aws.amazon.com/AmazonS3/latest/API/
 * API_PutBucketNotificationConfiguration.html, and the user guide's page on filters.
 */
#ifndef MODEL_NOTIFY_H
#define MODEL_NOTIFY_H

#include "codec/xml.h"
#include "model/event.h"

enum notify_kind { NOTIFY_TOPIC, NOTIFY_QUEUE, NOTIFY_FUNCTION, NOTIFY_BRIDGE };
struct notify_rule {
	enum notify_kind kind;
	struct watch_rule watch; /* arn of NOTIFY_BRIDGE: "eventbridge" */
};
struct notify {
	struct notify_rule *rule;
	size_t n;
};

/* Before the elements are checked: Ids for who has none, filters' names as AWS shows them. */
void notify_complete(struct arena *a, struct xml_node *root);
/* After that: E_INVALID_ARGUMENT in AWS's words. Arena memory. */
NODISCARD enum err notify_parse(
    struct arena *a, const struct xml_node *root, struct notify *out, struct fail *fail);
/* A document as it is kept. E_CORRUPT. */
NODISCARD enum err notify_load(struct arena *a, struct span inner, struct notify *out);
/* What obj_event_rules_put() wants. */
void notify_watch(struct buf *out, const struct notify *n);

#endif
