# SPDX-License-Identifier: Apache-2.0
import document

from PutBucketIntelligentTieringConfiguration import GOOD, ROOT

LIST = "ListBucketIntelligentTieringConfigurationsOutput"


def ListBucketIntelligentTieringConfigurations_empty(t):
    t.eq(document.inner(t, document.get(t, t.bucket(), "intelligent-tiering"), LIST),
         "<IsTruncated>false</IsTruncated>")


def ListBucketIntelligentTieringConfigurations_pages(t):
    name = t.bucket()
    ids = ["id-%03d" % n for n in range(103)]
    for one in ids:
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % one))
        t.status(document.put(t, name, "intelligent-tiering", body, id=one), 200)
    first = t.status(document.get(t, name, "intelligent-tiering"), 200).xml
    t.eq([c.get("Id") for c in first.all(ROOT)], ids[:100])
    t.eq(first.get("IsTruncated"), "true")
    token = first.get("NextContinuationToken")
    rest = t.status(document.get(t, name, "intelligent-tiering", **{"continuation-token": token}), 200).xml
    t.eq([c.get("Id") for c in rest.all(ROOT)], ids[100:])
    t.eq((rest.get("IsTruncated"), rest.get("ContinuationToken"),
          rest.get("NextContinuationToken")), ("false", token, None))


def ListBucketIntelligentTieringConfigurations_bad_token(t):
    t.error(document.get(t, t.bucket(), "intelligent-tiering", **{"continuation-token": "%%"}), 400,
            "InvalidArgument", "The continuation token provided is incorrect",
            ArgumentName="continuation-token")


def ListBucketIntelligentTieringConfigurations_denied(t):
    document.denied(t, "GET", "intelligent-tiering")
