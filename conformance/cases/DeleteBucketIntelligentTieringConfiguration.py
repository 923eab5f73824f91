# SPDX-License-Identifier: Apache-2.0
import document

from PutBucketIntelligentTieringConfiguration import GOOD, ROOT


def DeleteBucketIntelligentTieringConfiguration_one_of_two(t):
    name = t.bucket()
    for one in ("x", "y"):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % one))
        t.status(document.put(t, name, "intelligent-tiering", body, id=one), 200)
    t.status(document.delete(t, name, "intelligent-tiering", id="x"), 204)
    t.error(document.get(t, name, "intelligent-tiering", id="x"), 404, "NoSuchConfiguration")
    t.status(document.get(t, name, "intelligent-tiering", id="y"), 200)


def DeleteBucketIntelligentTieringConfiguration_not_configured(t):
    t.error(document.delete(t, t.bucket(), "intelligent-tiering", id="x"), 404, "NoSuchConfiguration",
            "The specified configuration does not exist.")


def DeleteBucketIntelligentTieringConfiguration_denied(t):
    document.denied(t, "DELETE", "intelligent-tiering", id="x")
