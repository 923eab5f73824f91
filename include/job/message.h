/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as messages: the form that AWS sends to queues, topics and functions, MinIO's,
 * R2's, and that of EventBridge. Pure. Sources:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html,
 * .../userguide/ev-events.html, developers.cloudflare.com/r2/buckets/event-notifications,
 * and recorded messages.
 */
#ifndef JOB_MESSAGE_H
#define JOB_MESSAGE_H

#include "model/event.h"
#include "target/targets.h"

/* Appends the message, and to record its one record (AWS's and MinIO's form; of others the
 * message again). plain: keys as they are, as MinIO's listeners get them. false: this event
 * has no message in that form. [any] */
bool message_put(struct buf *whole, struct buf *record, const struct rec_event *r,
    enum target_form form, bool plain);

/* After the event the key has no object any more. */
bool message_removed(enum event e);

#endif
