# SPDX-License-Identifier: Apache-2.0
"""What is asked through an access point: it has to allow, and so has the bucket behind it.

docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
"""

import policies
from control import ACCOUNT, Control
from policies import anonymous, arn, statement


class Spot:
    """A bucket with an access point that takes public policies."""

    def __init__(self, t, *bucket):
        self.t, self.control = t, Control(t)
        self.bucket = policies.bucket(t, *bucket)
        off = "<PublicAccessBlockConfiguration>%s</PublicAccessBlockConfiguration>" % "".join(
            "<%s>false</%s>" % (k, k) for k in (
                "BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy",
                "RestrictPublicBuckets"))
        self.name, self.alias = self.control.point(self.bucket, more=off)
        self.arn = "arn:aws:s3:%s:%s:accesspoint/%s" % (t.region, ACCOUNT, self.name)
        t.later.append(self.remove)
        t.object(self.bucket, "a/1", b"one")
        t.object(self.bucket, "b/1", b"two")

    def remove(self):
        self.control.ask("DELETE", "accesspoint/" + self.name)

    def object(self, key):
        return "%s/object/%s" % (self.arn, key)

    def policy(self, *statements):
        text = policies.document(*statements).replace("&", "&amp;").replace("<", "&lt;")
        return self.control.ask("PUT", "accesspoint/%s/policy" % self.name, (
            "<PutAccessPointPolicyRequest><Policy>%s</Policy></PutAccessPointPolicyRequest>"
            % text).encode())


def AccessPoints_both_have_to_allow(t):
    spot = Spot(t)
    for of_point, of_bucket, status in ((False, False, 403), (True, False, 403),
                                        (False, True, 403), (True, True, 200)):
        t.status(spot.control.ask("DELETE", "accesspoint/%s/policy" % spot.name), 204)
        t.status(t.s3.delete(spot.bucket, query="policy"), 204)
        if of_point:
            t.status(spot.policy(statement("Allow", "s3:GetObject", spot.object("a/*"))), 200)
        if of_bucket:
            t.status(policies.put(t, spot.bucket, statement(
                "Allow", "s3:GetObject", arn(spot.bucket, "*"))), 204)
        t.status(anonymous(t, "GET", spot.alias, "a/1"), status)
        t.status(anonymous(t, "GET", spot.alias, "b/1"), 403)
        t.status(anonymous(t, "GET", spot.bucket, "b/1"), 200 if of_bucket else 403)


def AccessPoints_bucket_leaves_it_to_them(t):
    """A bucket that allows whatever comes through points of its account."""
    spot = Spot(t, lambda b: statement(
        "Allow", "s3:*", [arn(b), arn(b, "*")],
        StringEquals={"s3:DataAccessPointAccount": ACCOUNT}))
    t.status(spot.policy(statement("Allow", "s3:GetObject", spot.object("a/*")),
                         statement("Allow", "s3:ListBucket", spot.arn)), 200)
    t.body(anonymous(t, "GET", spot.alias, "a/1"), b"one")
    t.status(anonymous(t, "GET", spot.alias), 200)
    t.status(anonymous(t, "GET", spot.alias, "b/1"), 403)
    t.status(anonymous(t, "GET", spot.bucket, "a/1"), 403)
    t.status(anonymous(t, "DELETE", spot.alias, "a/1"), 403)


def AccessPoints_user(t):
    spot = Spot(t)
    user = policies.User(t)
    user.denied(user.s3.get(spot.alias, "a/1"), "s3:GetObject", spot.object("a/1"))
    user.may(statement("Allow", "s3:GetObject", [spot.object("*"), arn(spot.bucket, "*")], None))
    t.body(user.s3.get(spot.alias, "a/1"), b"one")
    # An identity that speaks of the point alone: the bucket has to agree.
    user.may(statement("Allow", "s3:GetObject", spot.object("*"), None))
    user.denied(user.s3.get(spot.alias, "a/1"), "s3:GetObject", arn(spot.bucket, "a/1"))
    t.status(policies.put(t, spot.bucket, statement(
        "Allow", "s3:GetObject", arn(spot.bucket, "*"), {"AWS": user.arn},
        StringLike={"s3:DataAccessPointArn": spot.arn})), 204)
    t.body(user.s3.get(spot.alias, "a/1"), b"one")
    user.denied(user.s3.get(spot.bucket, "a/1"), "s3:GetObject", arn(spot.bucket, "a/1"))
    t.status(spot.policy(statement("Deny", "s3:GetObject", spot.object("a/*"),
                                   {"AWS": user.arn})), 200)
    user.denied(user.s3.get(spot.alias, "a/1"), "s3:GetObject", spot.object("a/1"),
                "with an explicit deny in a resource-based policy")
    t.body(user.s3.get(spot.alias, "b/1"), b"two")


def AccessPoints_copy_from(t):
    spot = Spot(t, lambda b: statement("Allow", ["s3:GetObject", "s3:PutObject"], arn(b, "*")))

    def copy():
        return anonymous(t, "PUT", spot.bucket, "copy", headers={
            "x-amz-copy-source": spot.object("a/1").replace(":accesspoint/", "%3Aaccesspoint/")})

    t.error(copy(), 403, "AccessDenied")
    t.status(spot.policy(statement("Allow", "s3:GetObject", spot.object("a/*"))), 200)
    t.status(copy(), 200)


def AccessPoints_public_policy_is_blocked(t):
    control = Control(t)
    bucket = t.bucket()
    name, _ = control.point(bucket)
    t.later.append(lambda: control.ask("DELETE", "accesspoint/" + name))
    arn_of = "arn:aws:s3:%s:%s:accesspoint/%s" % (t.region, ACCOUNT, name)
    text = policies.document(statement("Allow", "s3:GetObject", arn_of + "/object/*"))
    body = "<PutAccessPointPolicyRequest><Policy>%s</Policy></PutAccessPointPolicyRequest>" % text
    answer = control.ask("PUT", "accesspoint/%s/policy" % name, body.encode())
    control.error(answer, 403, "AccessDenied")
    t.ok(b"because public policies are prevented by the BlockPublicPolicy setting" in answer.body,
         answer)
    control.error(control.ask("GET", "accesspoint/%s/policy" % name), 404,
                  "NoSuchAccessPointPolicy")
