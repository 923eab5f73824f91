# SPDX-License-Identifier: Apache-2.0
"""Roles, inline and managed policies over the IAM query API."""

import json
import urllib.parse

from query import Query, allow, trust

S3_READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


class World:
    """What a case makes, and takes away again."""

    def __init__(self, t):
        self.t, self.q = t, Query(t)
        self.account = self.q.sts("GetCallerIdentity").get("Account")
        self.roles, self.policies = [], []

    def name(self):
        name = self.t.name()
        self.t.buckets.remove(name)
        return name

    def role(self, document=None, **more):
        name = self.name()
        made = self.q.iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=document or
                          trust(self.account), **more)
        self.roles.append(name)
        return made.all("Role")[0]

    def policy(self, document=None, **more):
        made = self.q.iam("CreatePolicy", PolicyName=self.name(),
                          PolicyDocument=document or allow("s3:*"), **more)
        self.policies.append(made.get("Policy/Arn"))
        return made.all("Policy")[0]

    def clean(self):
        self.q.drop_users()
        for name in self.roles:
            for policy in self.q.iam("ListRolePolicies", RoleName=name).all(
                    "PolicyNames/member"):
                self.q.iam("DeleteRolePolicy", RoleName=name, PolicyName=policy.value)
            for policy in self.q.iam("ListAttachedRolePolicies", RoleName=name).all(
                    "AttachedPolicies/member"):
                self.q.iam("DetachRolePolicy", RoleName=name,
                           PolicyArn=policy.get("PolicyArn"))
            self.q.iam("DeleteRole", RoleName=name)
        for arn in self.policies:
            for version in self.q.iam("ListPolicyVersions", PolicyArn=arn).all(
                    "Versions/member"):
                if version.get("IsDefaultVersion") == "false":
                    self.q.iam("DeletePolicyVersion", PolicyArn=arn,
                               VersionId=version.get("VersionId"))
            self.q.iam("DeletePolicy", PolicyArn=arn)


def in_world(function):
    def case(t):
        w = World(t)
        try:
            function(t, w, w.q)
        finally:
            w.clean()
    return case


def document(text):
    return json.loads(urllib.parse.unquote(text))


# ---- inline ----


def inline_life(t, w, q):
    name = q.user(allow("s3:GetObject"))
    text = allow("s3:*", "arn:aws:s3:::a b/é*")
    q.iam("PutUserPolicy", UserName=name, PolicyName="odd", PolicyDocument=text)
    found = q.iam("GetUserPolicy", UserName=name, PolicyName="odd")
    t.eq(found.names(), ["UserName", "PolicyName", "PolicyDocument"], "elements")
    t.eq(urllib.parse.unquote(found.get("PolicyDocument")), text, "the text as it was put")
    t.ok("/" not in found.get("PolicyDocument"), "encoded as RFC 3986 has it")
    t.eq([m.value for m in q.iam("ListUserPolicies", UserName=name).all(
        "PolicyNames/member")], ["p", "odd"], "names")
    page = q.iam("ListUserPolicies", UserName=name, MaxItems=1)
    t.eq((page.get("IsTruncated"), page.get("PolicyNames/member")), ("true", "p"), "page")
    t.eq(q.iam("ListUserPolicies", UserName=name, MaxItems=1, Marker=page.get("Marker")).get(
        "PolicyNames/member"), "odd", "second page")
    q.iam("DeleteUserPolicy", UserName=name, PolicyName="odd")
    q.refused("iam", "GetUserPolicy", 404, "NoSuchEntity",
              "The user policy with name odd cannot be found.", UserName=name,
              PolicyName="odd")
    q.refused("iam", "DeleteUserPolicy", 404, "NoSuchEntity", UserName=name,
              PolicyName="odd")


def inline_bad_documents(t, w, q):
    name = q.user()
    for bad in ("", "{", "[]", "{}", allow("s3:*", None),
                allow("s3:*", Principal="*"), allow("s3:*").replace("Allow", "Perhaps"),
                allow("s3:*").replace("2012-10-17", "2012-10-18")):
        answer = q.send("iam", "PutUserPolicy", {"UserName": name, "PolicyName": "p",
                                                 "PolicyDocument": bad})
        q.error("iam", answer, 400,
                "MalformedPolicyDocument" if bad else "ValidationError")
    q.refused("iam", "PutUserPolicy", 409, "LimitExceeded",
              "Maximum policy size of 2048 bytes exceeded for user %s" % name, UserName=name,
              PolicyName="p", PolicyDocument=allow(["s3:Get%d*" % n for n in range(300)]))
    t.eq(q.iam("ListUserPolicies", UserName=name).all("PolicyNames/member"), [],
         "nothing was put")


# ---- managed ----


def managed_life(t, w, q):
    made = w.policy(allow("s3:GetObject"), Description="reads", Path="/x/",
                    Tags=[{"Key": "a", "Value": "b"}])
    arn = made.get("Arn")
    t.eq(arn, "arn:aws:iam::%s:policy/x/%s" % (w.account, made.get("PolicyName")), "Arn")
    t.eq(made.get("PolicyId")[:4], "ANPA", "PolicyId")
    found = q.iam("GetPolicy", PolicyArn=arn).all("Policy")[0]
    for name, want in (("DefaultVersionId", "v1"), ("AttachmentCount", "0"),
                       ("IsAttachable", "true"), ("Description", "reads"), ("Path", "/x/"),
                       ("Tags/member/Key", "a")):
        t.eq(found.get(name), want, name)
    version = q.iam("GetPolicyVersion", PolicyArn=arn, VersionId="v1")
    t.eq(document(version.get("PolicyVersion/Document")),
         json.loads(allow("s3:GetObject")), "document")
    q.refused("iam", "CreatePolicy", 409, "EntityAlreadyExists",
              "A policy called %s already exists. Duplicate names are not allowed."
              % made.get("PolicyName"), PolicyName=made.get("PolicyName"),
              PolicyDocument=allow("s3:*"))
    wrong = arn.replace("/x/", "/")
    q.refused("iam", "GetPolicy", 404, "NoSuchEntity", "Policy %s was not found." % wrong,
              PolicyArn=wrong)
    q.refused("iam", "GetPolicy", 400, "InvalidInput", "ARN nonsense is not valid.",
              PolicyArn="nonsense")


def managed_versions(t, w, q):
    arn = w.policy().get("Arn")
    made = q.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=allow("s3:Get*"),
                 SetAsDefault="true")
    t.eq((made.get("PolicyVersion/VersionId"), made.get("PolicyVersion/IsDefaultVersion")),
         ("v2", "true"), "the new version")
    for _ in range(3):
        q.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=allow("s3:Put*"))
    q.refused("iam", "CreatePolicyVersion", 409, "LimitExceeded",
              "A managed policy can have up to 5 versions. Before you create a new version, "
              "you must delete an existing version.", PolicyArn=arn,
              PolicyDocument=allow("s3:*"))
    t.eq([(v.get("VersionId"), v.get("IsDefaultVersion")) for v in
          q.iam("ListPolicyVersions", PolicyArn=arn).all("Versions/member")],
         [("v5", "false"), ("v4", "false"), ("v3", "false"), ("v2", "true"),
          ("v1", "false")], "versions, newest first")
    q.refused("iam", "DeletePolicyVersion", 409, "DeleteConflict",
              "Cannot delete the default version of a policy.", PolicyArn=arn, VersionId="v2")
    q.refused("iam", "GetPolicyVersion", 404, "NoSuchEntity", PolicyArn=arn, VersionId="v9")
    q.refused("iam", "GetPolicyVersion", 400, "ValidationError", PolicyArn=arn,
              VersionId="nine")
    q.refused("iam", "DeletePolicy", 409, "DeleteConflict", PolicyArn=arn)
    q.iam("DeletePolicyVersion", PolicyArn=arn, VersionId="v5")
    made = q.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=allow("s3:*"))
    t.eq(made.get("PolicyVersion/VersionId"), "v6", "numbers are never given twice")
    q.iam("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
    t.eq(q.iam("GetPolicy", PolicyArn=arn).get("Policy/DefaultVersionId"), "v1", "default")


def managed_attached(t, w, q):
    name, arn = q.user(), w.policy(allow("iam:GetUser")).get("Arn")
    key = q.key(name)
    key.refused("iam", "GetUser", 403, "AccessDenied")
    q.iam("AttachUserPolicy", UserName=name, PolicyArn=arn)
    q.iam("AttachUserPolicy", UserName=name, PolicyArn=arn)
    t.eq(key.iam("GetUser").get("User/UserName"), name, "what is attached counts")
    t.eq(q.iam("GetPolicy", PolicyArn=arn).get("Policy/AttachmentCount"), "1", "count")
    t.eq([m.get("PolicyArn") for m in q.iam("ListAttachedUserPolicies", UserName=name).all(
        "AttachedPolicies/member")], [arn], "attached")
    t.eq(q.iam("ListEntitiesForPolicy", PolicyArn=arn).get("PolicyUsers/member/UserName"),
         name, "whose it is")
    t.ok(arn in [p.get("Arn") for p in q.iam("ListPolicies", OnlyAttached="true",
                                             Scope="Local", MaxItems=1000).all(
        "Policies/member")], "in the list of what is attached")
    q.refused("iam", "DeletePolicy", 409, "DeleteConflict",
              "Cannot delete a policy attached to entities.", PolicyArn=arn)
    q.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=allow("s3:*"),
          SetAsDefault="true")
    key.refused("iam", "GetUser", 403, "AccessDenied")
    q.iam("SetDefaultPolicyVersion", PolicyArn=arn, VersionId="v1")
    key.iam("GetUser")
    q.iam("DetachUserPolicy", UserName=name, PolicyArn=arn)
    key.refused("iam", "GetUser", 403, "AccessDenied")
    q.refused("iam", "DetachUserPolicy", 404, "NoSuchEntity",
              "Policy %s was not found." % arn, UserName=name, PolicyArn=arn)
    none = "arn:aws:iam::aws:policy/NothingOfTheKind"
    q.refused("iam", "AttachUserPolicy", 404, "NoSuchEntity",
              "Policy %s does not exist or is not attachable." % none, UserName=name,
              PolicyArn=none)


def managed_of_aws(t, w, q):
    found = q.iam("GetPolicy", PolicyArn=S3_READ).all("Policy")[0]
    t.eq(found.get("PolicyName"), "AmazonS3ReadOnlyAccess", "PolicyName")
    version = q.iam("GetPolicyVersion", PolicyArn=S3_READ,
                    VersionId=found.get("DefaultVersionId"))
    t.ok("s3:Get*" in document(version.get("PolicyVersion/Document"))["Statement"][0][
        "Action"], "what it allows")
    names = [p.get("PolicyName") for p in q.iam("ListPolicies", Scope="AWS",
                                                MaxItems=1000).all("Policies/member")]
    for name in ("AdministratorAccess", "AmazonS3FullAccess", "AmazonS3ReadOnlyAccess"):
        t.ok(name in names, "%s is not in the list" % name)
    q.refused("iam", "DeletePolicy", 403, "AccessDenied", PolicyArn=S3_READ)
    q.refused("iam", "CreatePolicyVersion", 403, "AccessDenied", PolicyArn=S3_READ,
              PolicyDocument=allow("*"))


def managed_pages(t, w, q):
    arns = sorted(w.policy(Path="/pages-%s/" % w.account).get("Arn") for _ in range(3))
    found, marker = [], {}
    for _ in range(10):
        page = q.iam("ListPolicies", PathPrefix="/pages-%s/" % w.account, MaxItems=1, **marker)
        found += [p.get("Arn") for p in page.all("Policies/member")]
        if page.get("IsTruncated") == "false":
            break
        marker = {"Marker": page.get("Marker")}
    t.eq(found, arns, "policies page by page")
    q.refused("iam", "ListPolicies", 400, "ValidationError", Scope="Mine")


def managed_too_large(t, w, q):
    q.refused("iam", "CreatePolicy", 409, "LimitExceeded",
              "Cannot exceed quota for PolicySize: 6144", PolicyName="large",
              PolicyDocument=allow(["s3:Get%d*" % n for n in range(700)]))


# ---- boundaries ----


def boundary_bounds(t, w, q):
    name, arn = q.user(allow("iam:*")), w.policy(allow("iam:GetUser")).get("Arn")
    key = q.key(name)
    key.iam("ListAccessKeys")
    q.iam("PutUserPermissionsBoundary", UserName=name, PermissionsBoundary=arn)
    key.iam("GetUser")
    key.refused("iam", "ListAccessKeys", 403, "AccessDenied")
    t.eq(q.iam("GetUser", UserName=name).get(
        "User/PermissionsBoundary/PermissionsBoundaryArn"), arn, "boundary")
    t.eq(q.iam("GetPolicy", PolicyArn=arn).get("Policy/PermissionsBoundaryUsageCount"), "1",
         "count")
    q.refused("iam", "DeletePolicy", 409, "DeleteConflict", PolicyArn=arn)
    q.iam("DeleteUserPermissionsBoundary", UserName=name)
    key.iam("ListAccessKeys")
    q.refused("iam", "DeleteUserPermissionsBoundary", 404, "NoSuchEntity", UserName=name)


# ---- roles ----


def role_life(t, w, q):
    made = w.role(Description="for a case", MaxSessionDuration=7200,
                  Tags=[{"Key": "a", "Value": "b"}])
    name = made.get("RoleName")
    t.eq(made.get("RoleId")[:4], "AROA", "RoleId")
    found = q.iam("GetRole", RoleName=name).all("Role")[0]
    t.eq(document(found.get("AssumeRolePolicyDocument")), json.loads(trust(w.account)),
         "trust")
    t.eq((found.get("MaxSessionDuration"), found.get("Description"),
          found.get("Tags/member/Value")), ("7200", "for a case", "b"), "what was given")
    q.iam("UpdateRole", RoleName=name, MaxSessionDuration=3600, Description="other")
    found = q.iam("GetRole", RoleName=name).all("Role")[0]
    t.eq((found.get("MaxSessionDuration"), found.get("Description")), ("3600", "other"),
         "updated")
    q.iam("UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=trust("*"))
    t.eq(document(q.iam("GetRole", RoleName=name).get("Role/AssumeRolePolicyDocument")),
         json.loads(trust("*")), "new trust")
    t.ok(name in [r.get("RoleName") for r in q.iam("ListRoles", MaxItems=1000).all(
        "Roles/member")], "not in the list")
    t.eq(q.iam("ListInstanceProfilesForRole", RoleName=name).names(),
         ["InstanceProfiles", "IsTruncated"], "instance profiles")
    q.iam("AttachRolePolicy", RoleName=name, PolicyArn=S3_READ)
    q.refused("iam", "DeleteRole", 409, "DeleteConflict",
              "Cannot delete entity, must detach all policies first.", RoleName=name)


def role_bad_input(t, w, q):
    name = w.role().get("RoleName")
    q.refused("iam", "CreateRole", 409, "EntityAlreadyExists",
              "Role with name %s already exists." % name, RoleName=name,
              AssumeRolePolicyDocument=trust("*"))
    q.refused("iam", "CreateRole", 400, "MalformedPolicyDocument", RoleName="other",
              AssumeRolePolicyDocument=allow("sts:AssumeRole"))
    q.refused("iam", "CreateRole", 400, "ValidationError", RoleName="other")
    q.refused("iam", "CreateRole", 400, "ValidationError", RoleName="other",
              AssumeRolePolicyDocument=trust("*"), MaxSessionDuration=60)
    q.refused("iam", "CreateRole", 409, "LimitExceeded",
              "Cannot exceed quota for ACLSizePerRole: 2048", RoleName="other",
              AssumeRolePolicyDocument=trust(*["arn:aws:iam::%012d:root" % n
                                               for n in range(100)]))
    q.refused("iam", "GetRole", 404, "NoSuchEntity",
              "The role with name other cannot be found.", RoleName="other")


# ---- the protocol ----


def protocol_unknown(t, w, q):
    q.refused("iam", "MakeCoffee", 400, "InvalidAction",
              "Could not find operation MakeCoffee for version 2010-05-08")
    answer = q.send("iam", "ListUsers", version="1999-01-01")
    t.status(answer, 400)
    t.eq(answer.xml.get("Error/Code"), "InvalidAction", "Code")
    answer = q.send("sts", "", body="Version=2011-06-15")
    q.error("sts", answer, 400, "MissingAction")


def protocol_signatures(t, w, q):
    q.error("iam", q.send("iam", "ListUsers", signed=False), 403,
            "MissingAuthenticationToken", "Request is missing Authentication Token")
    Query(t, q.access, "not-the-secret").refused(
        "iam", "ListUsers", 403, "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your AWS Secret Access Key and signing method. Consult the service "
        "documentation for details.")
    Query(t, "AKIAIOSFODNN7EXAMPLE", "x").refused(
        "iam", "ListUsers", 403, "InvalidClientTokenId",
        "The security token included in the request is invalid.")
    answer = q.send("iam", "ListUsers", scope="s3")
    t.one_of(answer.status, (400, 403), "signed for another service")
    t.one_of(answer.xml.get("Error/Code"), ("IncompleteSignature", "SignatureDoesNotMatch"),
             "Code")
    answer = q.send("iam", "ListUsers", region="eu-north-1")
    t.status(answer, 200)


for _function in (inline_life, inline_bad_documents, managed_life, managed_versions,
                  managed_attached, managed_of_aws, managed_pages, managed_too_large,
                  boundary_bounds, role_life, role_bad_input, protocol_unknown,
                  protocol_signatures):
    globals()["IamPolicies_" + _function.__name__] = in_world(_function)
