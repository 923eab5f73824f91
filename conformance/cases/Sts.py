# SPDX-License-Identifier: Apache-2.0
"""Temporary credentials over the STS query API."""

import base64
import datetime

from IamPolicies import World, in_world
from query import allow, trust

ROLE_PARTS = ["AssumedRoleUser", "Credentials"]


def until(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(
        tzinfo=datetime.timezone.utc)


def seconds_left(text):
    return (until(text) - datetime.datetime.now(datetime.timezone.utc)).total_seconds()


class Cast:
    """A user who may assume a role, and that role."""

    def __init__(self, t, w, policy=None, **more):
        self.w, self.q = w, w.q
        self.name = self.q.user(policy)
        self.key = self.q.key(self.name)
        self.arn = self.key.sts("GetCallerIdentity").get("Arn")
        role = w.role(trust(self.arn), **more)
        self.role, self.role_arn, self.role_id = (
            role.get("RoleName"), role.get("Arn"), role.get("RoleId"))

    def allow(self, policy):
        self.q.iam("PutRolePolicy", RoleName=self.role, PolicyName="p", PolicyDocument=policy)

    def assume(self, **params):
        return self.key.sts("AssumeRole", **dict(dict(RoleArn=self.role_arn,
                                                      RoleSessionName="case"), **params))

    def refused(self, status, code, message=None, **params):
        self.key.refused("sts", "AssumeRole", status, code, message,
                         **dict(dict(RoleArn=self.role_arn, RoleSessionName="case"),
                                **params))


# ---- GetCallerIdentity ----


def caller_identity(t, w, q):
    found = q.sts("GetCallerIdentity")
    t.eq(found.names(), ["Arn", "UserId", "Account"], "elements")
    t.eq(found.get("Arn"), "arn:aws:iam::%s:root" % w.account, "Arn of the root")
    t.eq(found.get("UserId"), w.account, "UserId of the root")
    name = q.user()
    found = q.key(name).sts("GetCallerIdentity")
    t.eq(found.get("Arn"), "arn:aws:iam::%s:user/%s" % (w.account, name), "Arn of a user")
    t.eq(found.get("UserId"), q.iam("GetUser", UserName=name).get("User/UserId"), "UserId")


# ---- AssumeRole ----


def role_assumed(t, w, q):
    c = Cast(t, w)
    c.allow(allow("iam:GetRole"))
    made = c.assume()
    t.eq(made.names()[:2], ROLE_PARTS, "elements")
    t.eq(made.get("AssumedRoleUser/AssumedRoleId"), c.role_id + ":case", "AssumedRoleId")
    arn = "arn:aws:sts::%s:assumed-role/%s/case" % (w.account, c.role)
    t.eq(made.get("AssumedRoleUser/Arn"), arn, "Arn")
    t.eq(made.get("Credentials/AccessKeyId")[:4], "ASIA", "form of the key")
    t.ok(3500 < seconds_left(made.get("Credentials/Expiration")) <= 3600, "an hour")
    session = q.session(made)
    t.eq(session.sts("GetCallerIdentity").get("Arn"), arn, "who it is")
    t.eq(session.sts("GetCallerIdentity").get("UserId"), c.role_id + ":case", "UserId")
    t.eq(session.iam("GetRole", RoleName=c.role).get("Role/RoleName"), c.role, "its right")
    session.refused("iam", "ListUsers", 403, "AccessDenied")
    # Not even what the user may: a session is the role's alone.
    q.iam("PutUserPolicy", UserName=c.name, PolicyName="p", PolicyDocument=allow("iam:*"))
    session.refused("iam", "ListUsers", 403, "AccessDenied")


def role_rights_follow_the_role(t, w, q):
    c = Cast(t, w)
    session = q.session(c.assume())
    session.refused("iam", "GetRole", 403, "AccessDenied", RoleName=c.role)
    c.allow(allow("iam:GetRole"))
    session.iam("GetRole", RoleName=c.role)
    q.iam("DeleteRolePolicy", RoleName=c.role, PolicyName="p")
    session.refused("iam", "GetRole", 403, "AccessDenied", RoleName=c.role)


def role_made_anew_is_another(t, w, q):
    c = Cast(t, w)
    c.allow(allow("iam:GetRole"))
    session = q.session(c.assume())
    session.iam("GetRole", RoleName=c.role)
    q.iam("DeleteRolePolicy", RoleName=c.role, PolicyName="p")
    q.iam("DeleteRole", RoleName=c.role)
    session.refused("iam", "GetRole", 403, "AccessDenied", RoleName=c.role)
    q.iam("CreateRole", RoleName=c.role, AssumeRolePolicyDocument=trust(c.arn))
    c.allow(allow("iam:GetRole"))
    session.refused("iam", "GetRole", 403, "AccessDenied", RoleName=c.role)


def role_session_policy_narrows(t, w, q):
    c = Cast(t, w)
    c.allow(allow("iam:*"))
    made = c.assume(Policy=allow(["iam:GetRole", "s3:*"]))
    t.ok(int(made.get("PackedPolicySize")) > 0, "PackedPolicySize")
    session = q.session(made)
    session.iam("GetRole", RoleName=c.role)
    session.refused("iam", "ListUsers", 403, "AccessDenied")
    # What the session's policy allows and the role's does not is not allowed either.
    c.allow(allow("s3:*"))
    session.refused("iam", "GetRole", 403, "AccessDenied", RoleName=c.role)
    c.allow(allow("iam:*"))
    session = q.session(c.assume(PolicyArns=[
        {"arn": "arn:aws:iam::aws:policy/IAMReadOnlyAccess"}]))
    session.iam("ListUsers")
    session.refused("iam", "CreateUser", 403, "AccessDenied", UserName="other")


def role_session_policy_bad(t, w, q):
    c = Cast(t, w)
    c.refused(400, "MalformedPolicyDocument", Policy="{}")
    c.refused(400, "ValidationError", Policy=allow(["s3:Get%d*" % n for n in range(200)]))
    c.refused(400, "ValidationError", PolicyArns=[{"arn": "arn:aws:iam::aws:policy/None"}])


def role_trust_decides(t, w, q):
    c = Cast(t, w)
    other = q.user(allow("sts:*"))
    denied = "User: arn:aws:iam::%s:user/%s is not authorized to perform: sts:AssumeRole on " \
             "resource: %s" % (w.account, other, c.role_arn)
    key = q.key(other)
    key.refused("sts", "AssumeRole", 403, "AccessDenied", denied, RoleArn=c.role_arn,
                RoleSessionName="case")
    # A role that trusts the account leaves it to the account's policies.
    q.iam("UpdateAssumeRolePolicy", RoleName=c.role, PolicyDocument=trust(w.account))
    key.sts("AssumeRole", RoleArn=c.role_arn, RoleSessionName="case")
    c.refused(403, "AccessDenied")
    q.iam("PutUserPolicy", UserName=c.name, PolicyName="p",
          PolicyDocument=allow("sts:AssumeRole", c.role_arn))
    c.assume()


def role_that_is_not_there(t, w, q):
    c = Cast(t, w)
    arn = c.role_arn + "-not"
    c.refused(403, "AccessDenied", "User: %s is not authorized to perform: sts:AssumeRole on "
              "resource: %s" % (c.arn, arn), RoleArn=arn)
    c.refused(400, "ValidationError", RoleArn="arn:aws:iam::%s:user/x" % w.account)
    q.refused("sts", "AssumeRole", 403, "AccessDenied",
              "Roles may not be assumed by root accounts.", RoleArn=c.role_arn,
              RoleSessionName="case")


def role_external_id(t, w, q):
    c = Cast(t, w)
    q.iam("UpdateAssumeRolePolicy", RoleName=c.role, PolicyDocument=trust(
        c.arn, Condition={"StringEquals": {"sts:ExternalId": "42"}}))
    c.refused(403, "AccessDenied")
    c.refused(403, "AccessDenied", ExternalId="43")
    c.assume(ExternalId="42")


def role_tags(t, w, q):
    c = Cast(t, w)
    tags = [{"Key": "team", "Value": "blue"}]
    c.refused(403, "AccessDenied", "User: %s is not authorized to perform: sts:TagSession on "
              "resource: %s" % (c.arn, c.role_arn), Tags=tags)
    q.iam("UpdateAssumeRolePolicy", RoleName=c.role, PolicyDocument=trust(c.arn).replace(
        '"sts:AssumeRole"', '["sts:AssumeRole", "sts:TagSession"]'))
    c.allow(allow("iam:GetRole", Condition={
        "StringEquals": {"aws:PrincipalTag/team": "blue"}}))
    q.session(c.assume(Tags=tags)).iam("GetRole", RoleName=c.role)
    q.session(c.assume()).refused("iam", "GetRole", 403, "AccessDenied", RoleName=c.role)


def role_durations(t, w, q):
    c = Cast(t, w, MaxSessionDuration=7200)
    t.ok(850 < seconds_left(c.assume(DurationSeconds=900).get("Credentials/Expiration"))
         <= 900, "15 minutes")
    t.ok(7100 < seconds_left(c.assume(DurationSeconds=7200).get("Credentials/Expiration")),
         "two hours")
    c.refused(400, "ValidationError", "The requested DurationSeconds exceeds the "
              "MaxSessionDuration set for this role.", DurationSeconds=7201)
    c.refused(400, "ValidationError", DurationSeconds=899)
    c.refused(400, "ValidationError", DurationSeconds=43201)
    c.refused(400, "ValidationError", DurationSeconds="long")
    c.refused(400, "ValidationError", RoleSessionName="a")
    c.refused(400, "ValidationError", RoleSessionName="a/b")


def role_chained(t, w, q):
    c = Cast(t, w)
    second = w.role(trust(c.role_arn), MaxSessionDuration=7200)
    session = q.session(c.assume())
    made = session.sts("AssumeRole", RoleArn=second.get("Arn"), RoleSessionName="next")
    t.ok(made.get("AssumedRoleUser/Arn").endswith("/next"), "the second role")
    session.refused("sts", "AssumeRole", 400, "ValidationError",
                    "The requested DurationSeconds exceeds the 1 hour session limit for "
                    "roles assumed by role chaining", RoleArn=second.get("Arn"),
                    RoleSessionName="next", DurationSeconds=7200)


# ---- tokens ----


def token_in_every_place(t, w, q):
    c = Cast(t, w)
    c.allow(allow("s3:*"))
    session = q.session(c.assume())
    t.status(session.s3().get(headers=session.headers()), 200)
    t.status(session.s3().get(query={"X-Amz-Security-Token": session.token},
                              sign="presign"), 200)


def token_wrong(t, w, q):
    c = Cast(t, w)
    session, other = q.session(c.assume()), q.session(c.assume())
    s3 = session.s3()
    message = "The provided token is malformed or otherwise invalid."
    for token in ("nonsense", session.token[:-4], other.token, session.token + "AAAA",
                  base64.b64encode(bytes(200)).decode()):
        t.error(s3.get(headers={"x-amz-security-token": token}), 400, "InvalidToken",
                message, **{"Token__0": token})
    raw = bytearray(base64.b64decode(session.token))
    raw[len(raw) // 2] ^= 1
    t.error(s3.get(headers={"x-amz-security-token": base64.b64encode(bytes(raw)).decode()}),
            400, "InvalidToken", message)
    t.error(s3.get(), 403, "InvalidAccessKeyId", AWSAccessKeyId=session.access)
    t.error(c.key.s3().get(headers={"x-amz-security-token": session.token}), 400,
            "InvalidToken", message)
    t.error(t.s3.get(headers={"x-amz-security-token": session.token}), 400, "InvalidToken")
    session.token = other.token
    session.refused("sts", "GetCallerIdentity", 403, "InvalidClientTokenId",
                    "The security token included in the request is invalid.")


def token_with_a_wrong_secret(t, w, q):
    session = q.session(Cast(t, w).assume())
    session.secret = "x" * 40
    t.error(session.s3().get(headers=session.headers()), 403, "SignatureDoesNotMatch")


# ---- GetSessionToken, GetFederationToken ----


def session_token(t, w, q):
    name = q.user(allow("iam:GetUser"))
    key = q.key(name)
    made = key.sts("GetSessionToken", DurationSeconds=900)
    t.eq(made.names(), ["Credentials"], "elements")
    session = q.session(made)
    found = session.sts("GetCallerIdentity")
    t.ok(found.get("Arn").endswith(":user/" + name), "the user itself")
    t.eq(session.iam("GetUser").get("User/UserName"), name, "with its rights")
    session.refused("iam", "ListUsers", 403, "AccessDenied")
    session.refused("sts", "GetSessionToken", 403, "AccessDenied",
                    "Cannot call GetSessionToken with session credentials")
    key.refused("sts", "GetSessionToken", 400, "ValidationError", DurationSeconds=899)
    key.refused("sts", "GetSessionToken", 400, "ValidationError", DurationSeconds=129601)
    root = q.session(q.sts("GetSessionToken"))
    t.eq(root.sts("GetCallerIdentity").get("Arn"), "arn:aws:iam::%s:root" % w.account, "root")
    t.status(root.s3().get(headers=root.headers()), 200)


def federation_token(t, w, q):
    name = q.user(allow(["sts:GetFederationToken", "iam:*"]))
    key = q.key(name)
    made = key.sts("GetFederationToken", Name="guest", Policy=allow("iam:GetUser"))
    arn = "arn:aws:sts::%s:federated-user/guest" % w.account
    t.eq(made.get("FederatedUser/Arn"), arn, "Arn")
    t.eq(made.get("FederatedUser/FederatedUserId"), w.account + ":guest", "id")
    session = q.session(made)
    t.eq(session.sts("GetCallerIdentity").get("Arn"), arn, "who it is")
    session.iam("GetUser", UserName=name)
    session.refused("iam", "ListUsers", 403, "AccessDenied")
    nothing = q.session(key.sts("GetFederationToken", Name="guest"))
    nothing.refused("iam", "GetUser", 403, "AccessDenied", UserName=name)
    other = q.key(q.user())
    other.refused("sts", "GetFederationToken", 403, "AccessDenied", Name="guest")
    key.refused("sts", "GetFederationToken", 400, "ValidationError", Name="g" * 33)
    key.refused("sts", "GetFederationToken", 400, "ValidationError")


# ---- MinIO's form ----


def for_oneself(t, w, q):
    name = q.user(allow(["iam:GetUser", "iam:ListUsers"]))
    key = q.key(name)
    session = q.session(key.sts("AssumeRole", Policy=allow("iam:GetUser"),
                                DurationSeconds=900))
    t.eq(session.iam("GetUser").get("User/UserName"), name, "the user itself")
    session.refused("iam", "ListUsers", 403, "AccessDenied")
    whole = q.session(key.sts("AssumeRole", RoleArn="arn:xxx:xxx:xxx:xxxx",
                              RoleSessionName="anything"))
    whole.iam("ListUsers")
    session.refused("sts", "AssumeRole", 403, "AccessDenied")


# ---- AssumeRoleWithWebIdentity: without a provider ----


def web_identity_of_nobody(t, w, q):
    role = w.role()
    params = dict(RoleArn=role.get("Arn"), RoleSessionName="web")
    for token in ("x", "a.b", "a.b.c", "e30.e30.e30", "." * 30):
        answer = q.send("sts", "AssumeRoleWithWebIdentity",
                        dict(params, WebIdentityToken=token), signed=False)
        q.error("sts", answer, 400, "InvalidIdentityToken")
    answer = q.send("sts", "AssumeRoleWithWebIdentity", params, signed=False)
    q.error("sts", answer, 400, "ValidationError")


for _function in (caller_identity, role_assumed, role_rights_follow_the_role,
                  role_made_anew_is_another, role_session_policy_narrows,
                  role_session_policy_bad, role_trust_decides, role_that_is_not_there,
                  role_external_id, role_tags, role_durations, role_chained,
                  token_in_every_place, token_wrong, token_with_a_wrong_secret,
                  session_token, federation_token, for_oneself, web_identity_of_nobody):
    globals()["Sts_" + _function.__name__] = in_world(_function)
