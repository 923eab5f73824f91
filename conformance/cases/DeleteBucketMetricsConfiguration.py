# SPDX-License-Identifier: Apache-2.0
import document

from PutBucketMetricsConfiguration import GOOD, ROOT


def DeleteBucketMetricsConfiguration_one_of_two(t):
    name = t.bucket()
    for one in ("x", "y"):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % one))
        t.status(document.put(t, name, "metrics", body, id=one), 200)
    t.status(document.delete(t, name, "metrics", id="x"), 204)
    t.error(document.get(t, name, "metrics", id="x"), 404, "NoSuchConfiguration")
    t.status(document.get(t, name, "metrics", id="y"), 200)


def DeleteBucketMetricsConfiguration_not_configured(t):
    t.error(document.delete(t, t.bucket(), "metrics", id="x"), 404, "NoSuchConfiguration",
            "The specified configuration does not exist.")


def DeleteBucketMetricsConfiguration_denied(t):
    document.denied(t, "DELETE", "metrics", id="x")
