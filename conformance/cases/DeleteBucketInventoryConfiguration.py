# SPDX-License-Identifier: Apache-2.0
import document

from PutBucketInventoryConfiguration import GOOD, ROOT


def DeleteBucketInventoryConfiguration_one_of_two(t):
    name = t.bucket()
    for one in ("x", "y"):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % one))
        t.status(document.put(t, name, "inventory", body, id=one), 200)
    t.status(document.delete(t, name, "inventory", id="x"), 204)
    t.error(document.get(t, name, "inventory", id="x"), 404, "NoSuchConfiguration")
    t.status(document.get(t, name, "inventory", id="y"), 200)


def DeleteBucketInventoryConfiguration_not_configured(t):
    t.error(document.delete(t, t.bucket(), "inventory", id="x"), 404, "NoSuchConfiguration",
            "The specified configuration does not exist.")


def DeleteBucketInventoryConfiguration_denied(t):
    document.denied(t, "DELETE", "inventory", id="x")
