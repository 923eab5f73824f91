# SPDX-License-Identifier: Apache-2.0
import document

from PutBucketMetricsConfiguration import GOOD, ROOT

LIST = "ListMetricsConfigurationsResult"


def ListBucketMetricsConfigurations_empty(t):
    t.eq(document.inner(t, document.get(t, t.bucket(), "metrics"), LIST),
         "<IsTruncated>false</IsTruncated>")


def ListBucketMetricsConfigurations_pages(t):
    name = t.bucket()
    ids = ["id-%03d" % n for n in range(103)]
    for one in ids:
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % one))
        t.status(document.put(t, name, "metrics", body, id=one), 200)
    first = t.status(document.get(t, name, "metrics"), 200).xml
    t.eq([c.get("Id") for c in first.all(ROOT)], ids[:100])
    t.eq(first.get("IsTruncated"), "true")
    token = first.get("NextContinuationToken")
    rest = t.status(document.get(t, name, "metrics", **{"continuation-token": token}), 200).xml
    t.eq([c.get("Id") for c in rest.all(ROOT)], ids[100:])
    t.eq((rest.get("IsTruncated"), rest.get("ContinuationToken"),
          rest.get("NextContinuationToken")), ("false", token, None))


def ListBucketMetricsConfigurations_bad_token(t):
    t.error(document.get(t, t.bucket(), "metrics", **{"continuation-token": "%%"}), 400,
            "InvalidArgument", "The continuation token provided is incorrect",
            ArgumentName="continuation-token")


def ListBucketMetricsConfigurations_denied(t):
    document.denied(t, "GET", "metrics")
