# SPDX-License-Identifier: Apache-2.0
import document


def PutBucketAccelerateConfiguration_round_trip(t):
    document.round_trip(t, "accelerate", "AccelerateConfiguration", "<Status>Enabled</Status>")
    document.round_trip(t, "accelerate", "AccelerateConfiguration", "<Status>Suspended</Status>")


def PutBucketAccelerateConfiguration_malformed(t):
    document.refuses(t, "accelerate", "AccelerateConfiguration", [
        document.xml("AccelerateConfiguration", ""),
        document.xml("AccelerateConfiguration", "<Status>Other</Status>"),
        document.xml("AccelerateConfiguration", "<Status>enabled</Status>"),
    ])


def PutBucketAccelerateConfiguration_dots(t):
    name = t.name() + ".dot"
    t.buckets.append(name)
    t.status(t.s3.put(name, **t._location()), 200)
    t.error(document.put(t, name, "accelerate", document.xml(
        "AccelerateConfiguration", "<Status>Enabled</Status>")), 400, "InvalidRequest",
        "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names")


def PutBucketAccelerateConfiguration_denied(t):
    document.denied(t, "PUT", "accelerate", document.xml("AccelerateConfiguration", "<Status>Enabled</Status>"))
