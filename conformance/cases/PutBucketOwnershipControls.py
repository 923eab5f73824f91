# SPDX-License-Identifier: Apache-2.0
import acl
import document


def PutBucketOwnershipControls_round_trip(t):
    document.round_trip(t, "ownershipControls", "OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")


def PutBucketOwnershipControls_malformed(t):
    document.refuses(t, "ownershipControls", "OwnershipControls", [
        document.xml("OwnershipControls", ""),
        document.xml("OwnershipControls", "<Rule/>"),
        document.xml("OwnershipControls", "<Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule>"),
        document.xml("OwnershipControls", "<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule><Rule/>"),
    ])


def PutBucketOwnershipControls_digest(t):
    document.needs_digest(t, "ownershipControls", "OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")


def PutBucketOwnershipControls_denied(t):
    document.denied(t, "PUT", "ownershipControls", document.xml("OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"))


def PutBucketOwnershipControls_turns_lists_on_and_off(t):
    name = t.bucket()
    me = acl.owner(t)
    t.object(name, "key")
    for value in ("ObjectWriter", "BucketOwnerPreferred"):
        t.status(acl.ownership(t, name, value), 200)
        t.eq(document.inner(t, document.get(t, name, "ownershipControls"), "OwnershipControls"),
             "<Rule><ObjectOwnership>%s</ObjectOwnership></Rule>" % value)
        t.status(acl.put(t, name, "key", "", {"x-amz-grant-read": "id=" + acl.OTHER}), 200)
    t.eq(acl.read(t, name, "key")[1], [(acl.OTHER, "READ")])
    t.status(acl.ownership(t, name, "BucketOwnerEnforced"), 200)
    t.eq(acl.read(t, name, "key"), (me, acl.canned(me, "private")), "enforced")
    t.error(acl.put(t, name, "key", "", {"x-amz-acl": "private"}), 400,
            "AccessControlListNotSupported")
    t.status(document.delete(t, name, "ownershipControls"), 204)
    t.eq(acl.read(t, name, "key")[1], [(acl.OTHER, "READ")], "without controls")
    t.status(acl.put(t, name, "key", "", {"x-amz-acl": "private"}), 200)


def PutBucketOwnershipControls_with_grants(t):
    """A bucket that gives others something keeps its list."""
    name = acl.bucket(t)
    t.status(acl.put(t, name, None, "", {"x-amz-grant-read": "id=" + acl.OTHER}), 200)
    t.error(acl.ownership(t, name, "BucketOwnerEnforced"), 400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
    t.status(acl.put(t, name, None, "", {"x-amz-acl": "private"}), 200)
    t.status(acl.ownership(t, name, "BucketOwnerEnforced"), 200)
