# SPDX-License-Identifier: Apache-2.0
import document

from PutBucketAnalyticsConfiguration import GOOD, ROOT


def DeleteBucketAnalyticsConfiguration_one_of_two(t):
    name = t.bucket()
    for one in ("x", "y"):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % one))
        t.status(document.put(t, name, "analytics", body, id=one), 200)
    t.status(document.delete(t, name, "analytics", id="x"), 204)
    t.error(document.get(t, name, "analytics", id="x"), 404, "NoSuchConfiguration")
    t.status(document.get(t, name, "analytics", id="y"), 200)


def DeleteBucketAnalyticsConfiguration_not_configured(t):
    t.error(document.delete(t, t.bucket(), "analytics", id="x"), 404, "NoSuchConfiguration",
            "The specified configuration does not exist.")


def DeleteBucketAnalyticsConfiguration_denied(t):
    document.denied(t, "DELETE", "analytics", id="x")
