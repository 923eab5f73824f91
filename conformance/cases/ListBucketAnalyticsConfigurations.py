# SPDX-License-Identifier: Apache-2.0
import document

from PutBucketAnalyticsConfiguration import GOOD, ROOT

LIST = "ListBucketAnalyticsConfigurationResult"


def ListBucketAnalyticsConfigurations_empty(t):
    t.eq(document.inner(t, document.get(t, t.bucket(), "analytics"), LIST),
         "<IsTruncated>false</IsTruncated>")


def ListBucketAnalyticsConfigurations_pages(t):
    name = t.bucket()
    ids = ["id-%03d" % n for n in range(103)]
    for one in ids:
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % one))
        t.status(document.put(t, name, "analytics", body, id=one), 200)
    first = t.status(document.get(t, name, "analytics"), 200).xml
    t.eq([c.get("Id") for c in first.all(ROOT)], ids[:100])
    t.eq(first.get("IsTruncated"), "true")
    token = first.get("NextContinuationToken")
    rest = t.status(document.get(t, name, "analytics", **{"continuation-token": token}), 200).xml
    t.eq([c.get("Id") for c in rest.all(ROOT)], ids[100:])
    t.eq((rest.get("IsTruncated"), rest.get("ContinuationToken"),
          rest.get("NextContinuationToken")), ("false", token, None))


def ListBucketAnalyticsConfigurations_bad_token(t):
    t.error(document.get(t, t.bucket(), "analytics", **{"continuation-token": "%%"}), 400,
            "InvalidArgument", "The continuation token provided is incorrect",
            ArgumentName="continuation-token")


def ListBucketAnalyticsConfigurations_denied(t):
    document.denied(t, "GET", "analytics")
