# SPDX-License-Identifier: Apache-2.0
"""Users, their groups and access keys over the IAM query API."""

from query import Query, allow

EVERYTHING = allow("*")


def with_query(function):
    def case(t):
        q = Query(t)
        try:
            function(t, q)
        finally:
            q.drop_users()
    return case


def user_life(t, q):
    name = q.user()
    root = q.iam("GetUser", UserName=name).all("User")[0]
    account = q.sts("GetCallerIdentity").get("Account")
    t.eq(root.names()[:5], ["Path", "UserName", "UserId", "Arn", "CreateDate"], "elements")
    t.eq(root.get("Arn"), "arn:aws:iam::%s:user/%s" % (account, name), "Arn")
    t.eq(root.get("UserId")[:4], "AIDA", "UserId")
    t.eq(len(root.get("UserId")), 21, "length of UserId")
    t.eq(root.get("CreateDate")[-1], "Z", "CreateDate")
    t.ok(name in [u.get("UserName") for u in q.iam("ListUsers", MaxItems=1000).all(
        "Users/member")], "not in the list")
    q.made.remove(name)
    t.eq(q.iam("DeleteUser", UserName=name), None, "result of DeleteUser")
    q.refused("iam", "GetUser", 404, "NoSuchEntity",
              "The user with name %s cannot be found." % name, UserName=name)
    q.refused("iam", "DeleteUser", 404, "NoSuchEntity", UserName=name)


def user_bad_input(t, q):
    name = q.user()
    q.refused("iam", "CreateUser", 409, "EntityAlreadyExists",
              "User with name %s already exists." % name, UserName=name)
    q.refused("iam", "CreateUser", 409, "EntityAlreadyExists", UserName=name.upper())
    q.refused("iam", "CreateUser", 400, "ValidationError",
              "1 validation error detected: Value null at 'userName' failed to satisfy "
              "constraint: Member must not be null")
    q.refused("iam", "CreateUser", 400, "ValidationError",
              "The specified value for userName is invalid. It must contain only alphanumeric "
              "characters and/or the following: +=,.@_-", UserName="a b")
    q.refused("iam", "CreateUser", 400, "ValidationError", UserName="a" * 65)
    q.refused("iam", "CreateUser", 400, "ValidationError", UserName="new", Path="nopath")
    q.refused("iam", "CreateUser", 400, "InvalidInput",
              "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
              UserName="new", Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])
    q.refused("iam", "ListUsers", 400, "ValidationError", MaxItems=0)
    q.refused("iam", "ListUsers", 400, "ValidationError", MaxItems=1001)
    q.refused("iam", "ListUsers", 400, "ValidationError", Marker="!")


def user_paths_and_pages(t, q):
    names = []
    for n in range(3):
        name = q.t.name()
        t.buckets.remove(name)
        q.iam("CreateUser", UserName=name, Path="/case/%s/" % names[0] if names else "/")
        q.made.append(name)
        names.append(name)
    prefix = "/case/%s/" % names[0]
    t.eq([u.get("UserName") for u in q.iam("ListUsers", PathPrefix=prefix).all(
        "Users/member")], sorted(names[1:]), "under the path")
    page = q.iam("ListUsers", PathPrefix=prefix, MaxItems=1)
    t.eq(page.get("IsTruncated"), "true", "IsTruncated")
    t.eq(len(page.all("Users/member")), 1, "users of the page")
    rest = q.iam("ListUsers", PathPrefix=prefix, MaxItems=1, Marker=page.get("Marker"))
    t.eq(rest.get("IsTruncated"), "false", "IsTruncated of the last page")
    t.eq(rest.get("Users/member/UserName"), sorted(names[1:])[1], "second page")
    t.ok(rest.get("Users/member/Arn").endswith("user%s%s" % (prefix, sorted(names[1:])[1])),
         "the path is in the ARN")


def user_tags(t, q):
    name = q.user()
    q.iam("TagUser", UserName=name, Tags=[{"Key": "team", "Value": "a"},
                                          {"Key": "empty", "Value": ""}])
    q.iam("TagUser", UserName=name, Tags=[{"Key": "Team", "Value": "b"}])
    t.eq([(m.get("Key"), m.get("Value")) for m in
          q.iam("ListUserTags", UserName=name).all("Tags/member")],
         [("Team", "b"), ("empty", "")], "tags")
    q.iam("UntagUser", UserName=name, TagKeys=["empty", "not there"])
    t.eq([m.get("Key") for m in q.iam("GetUser", UserName=name).all("User/Tags/member")],
         ["Team"], "tags of GetUser")
    q.refused("iam", "TagUser", 400, "ValidationError", UserName=name,
              Tags=[{"Key": "", "Value": "x"}])
    q.refused("iam", "TagUser", 409, "LimitExceeded", UserName=name,
              Tags=[{"Key": "k%d" % n, "Value": ""} for n in range(50)])


def user_renamed(t, q):
    name = q.user(EVERYTHING)
    key = q.key(name)
    new = name + "-new"
    q.iam("UpdateUser", UserName=name, NewUserName=new, NewPath="/moved/")
    q.made.remove(name)
    q.made.append(new)
    t.ok(key.sts("GetCallerIdentity").get("Arn").endswith(":user/moved/" + new),
         "the key is of the user's new name")
    q.refused("iam", "GetUser", 404, "NoSuchEntity", UserName=name)


def user_delete_conflicts(t, q):
    name = q.user(EVERYTHING)
    key = q.key(name)
    q.refused("iam", "DeleteUser", 409, "DeleteConflict",
              "Cannot delete entity, must delete access keys first.", UserName=name)
    q.iam("DeleteAccessKey", UserName=name, AccessKeyId=key.access)
    q.refused("iam", "DeleteUser", 409, "DeleteConflict",
              "Cannot delete entity, must delete policies first.", UserName=name)
    q.iam("DeleteUserPolicy", UserName=name, PolicyName="p")
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    q.iam("AttachUserPolicy", UserName=name, PolicyArn=arn)
    q.refused("iam", "DeleteUser", 409, "DeleteConflict",
              "Cannot delete entity, must detach all policies first.", UserName=name)


def user_denied(t, q):
    name = q.user(allow(["iam:GetUser", "iam:ListAccessKeys"]))
    key = q.key(name)
    t.eq(key.iam("GetUser").get("User/UserName"), name, "one's own user")
    arn = key.iam("GetUser").get("User/Arn")
    key.refused("iam", "CreateUser", 403, "AccessDenied",
                "User: %s is not authorized to perform: iam:CreateUser on resource: "
                "%s because no identity-based policy allows the iam:CreateUser action"
                % (arn, arn.replace(name, "other")), UserName="other")
    key.refused("iam", "DeleteUser", 403, "AccessDenied", UserName=name)
    q.iam("PutUserPolicy", UserName=name, PolicyName="p", PolicyDocument=allow("iam:*"))
    q.iam("PutUserPolicy", UserName=name, PolicyName="deny", PolicyDocument=allow(
        "iam:GetUser").replace("Allow", "Deny"))
    key.refused("iam", "GetUser", 403, "AccessDenied",
                "User: %s is not authorized to perform: iam:GetUser on resource: %s with an "
                "explicit deny in an identity-based policy" % (arn, arn))


def user_resource_of_a_policy(t, q):
    """What a policy allows on one user holds for that user only, with its path."""
    mine, other = q.user(), q.user()
    account = q.sts("GetCallerIdentity").get("Account")
    q.iam("PutUserPolicy", UserName=mine, PolicyName="p", PolicyDocument=allow(
        "iam:*", "arn:aws:iam::%s:user/${aws:username}" % account))
    key = q.key(mine)
    t.eq(key.iam("GetUser").get("User/UserName"), mine, "one's own")
    key.refused("iam", "GetUser", 403, "AccessDenied", UserName=other)
    key.refused("iam", "ListUsers", 403, "AccessDenied")


def keys_life(t, q):
    name = q.user(EVERYTHING)
    first, second = q.key(name), q.key(name)
    t.eq(first.access[:4], "AKIA", "form of the key")
    t.eq((len(first.access), len(first.secret)), (20, 40), "lengths")
    q.refused("iam", "CreateAccessKey", 409, "LimitExceeded",
              "Cannot exceed quota for AccessKeysPerUser: 2", UserName=name)
    rows = q.iam("ListAccessKeys", UserName=name).all("AccessKeyMetadata/member")
    t.eq([r.get("AccessKeyId") for r in rows], [first.access, second.access], "keys")
    t.eq([r.get("Status") for r in rows], ["Active", "Active"], "states")
    t.status(first.s3().get(), 200)
    q.iam("UpdateAccessKey", UserName=name, AccessKeyId=first.access, Status="Inactive")
    t.error(first.s3().get(), 403, "InvalidAccessKeyId", AWSAccessKeyId=first.access)
    first.refused("sts", "GetCallerIdentity", 403, "InvalidClientTokenId",
                  "The security token included in the request is invalid.")
    t.status(second.s3().get(), 200)
    q.iam("UpdateAccessKey", UserName=name, AccessKeyId=first.access, Status="Active")
    t.status(first.s3().get(), 200)
    q.iam("DeleteAccessKey", UserName=name, AccessKeyId=first.access)
    t.error(first.s3().get(), 403, "InvalidAccessKeyId")
    q.refused("iam", "DeleteAccessKey", 404, "NoSuchEntity",
              "The Access Key with id %s cannot be found." % first.access, UserName=name,
              AccessKeyId=first.access)
    q.refused("iam", "UpdateAccessKey", 400, "ValidationError", UserName=name,
              AccessKeyId=second.access, Status="Sleeping")


def keys_last_used(t, q):
    name = q.user(EVERYTHING)
    key = q.key(name)
    found = q.iam("GetAccessKeyLastUsed", AccessKeyId=key.access)
    t.eq(found.get("UserName"), name, "UserName")
    t.eq(found.get("AccessKeyLastUsed/ServiceName"), "N/A", "never used")
    t.eq(found.get("AccessKeyLastUsed/LastUsedDate"), None, "never used")
    t.status(key.s3().get(), 200)
    for _ in range(200):
        found = q.iam("GetAccessKeyLastUsed", AccessKeyId=key.access)
        if found.get("AccessKeyLastUsed/ServiceName") == "s3":
            break
    t.eq(found.get("AccessKeyLastUsed/ServiceName"), "s3", "service")
    t.eq(found.get("AccessKeyLastUsed/Region"), t.region, "region")
    q.refused("iam", "GetAccessKeyLastUsed", 404, "NoSuchEntity", AccessKeyId="AKIANOBODY")


def groups_life(t, q):
    name, group = q.user(), t.name()
    t.buckets.remove(group)
    made = q.iam("CreateGroup", GroupName=group).all("Group")[0]
    try:
        t.eq(made.names(), ["Path", "GroupName", "GroupId", "Arn", "CreateDate"], "elements")
        t.eq(made.get("GroupId")[:4], "AGPA", "GroupId")
        q.refused("iam", "CreateGroup", 409, "EntityAlreadyExists",
                  "Group with name %s already exists." % group, GroupName=group)
        key = q.key(name)
        q.iam("PutGroupPolicy", GroupName=group, PolicyName="p",
              PolicyDocument=allow("iam:GetUser"))
        key.refused("iam", "GetUser", 403, "AccessDenied")
        q.iam("AddUserToGroup", GroupName=group, UserName=name)
        q.iam("AddUserToGroup", GroupName=group, UserName=name)
        t.eq(key.iam("GetUser").get("User/UserName"), name, "as a member")
        t.eq([u.get("UserName") for u in q.iam("GetGroup", GroupName=group).all(
            "Users/member")], [name], "members")
        t.eq([g.get("GroupName") for g in q.iam("ListGroupsForUser", UserName=name).all(
            "Groups/member")], [group], "groups")
        q.refused("iam", "DeleteGroup", 409, "DeleteConflict", GroupName=group)
        q.iam("UpdateGroup", GroupName=group, NewGroupName=group + "2")
        group += "2"
        t.eq(key.iam("GetUser").get("User/UserName"), name, "in the renamed group")
        q.iam("RemoveUserFromGroup", GroupName=group, UserName=name)
        key.refused("iam", "GetUser", 403, "AccessDenied")
        q.refused("iam", "RemoveUserFromGroup", 404, "NoSuchEntity", GroupName=group,
                  UserName=name)
        q.refused("iam", "AddUserToGroup", 404, "NoSuchEntity", GroupName=group,
                  UserName="nobody-there")
        q.refused("iam", "DeleteGroup", 409, "DeleteConflict", GroupName=group)
    finally:
        q.send("iam", "RemoveUserFromGroup", {"GroupName": group, "UserName": name})
        q.iam("DeleteGroupPolicy", GroupName=group, PolicyName="p")
        q.iam("DeleteGroup", GroupName=group)
    q.refused("iam", "GetGroup", 404, "NoSuchEntity",
              "The group with name %s cannot be found." % group, GroupName=group)


def tools_look_before_they_delete(t, q):
    name = q.user()
    for action, element in (("ListMFADevices", "MFADevices"),
                            ("ListSSHPublicKeys", "SSHPublicKeys"),
                            ("ListSigningCertificates", "Certificates"),
                            ("ListServiceSpecificCredentials",
                             "ServiceSpecificCredentials")):
        t.eq(q.iam(action, UserName=name).all(element)[0].names(), [], action)
    q.refused("iam", "GetLoginProfile", 404, "NoSuchEntity",
              "Login Profile for User %s cannot be found." % name, UserName=name)
    q.refused("iam", "DeleteLoginProfile", 404, "NoSuchEntity", UserName=name)
    t.eq(q.iam("ListAccountAliases").names(), ["AccountAliases", "IsTruncated"], "aliases")
    summary = {e.get("key"): e.get("value") for e in
               q.iam("GetAccountSummary").all("SummaryMap/entry")}
    t.ok(int(summary["Users"]) >= 1 and summary["AccessKeysPerUserQuota"] == "2",
         "GetAccountSummary")


for _function in (user_life, user_bad_input, user_paths_and_pages, user_tags, user_renamed,
                  user_delete_conflicts, user_denied, user_resource_of_a_policy, keys_life,
                  keys_last_used, groups_life, tools_look_before_they_delete):
    globals()["IamUsers_" + _function.__name__] = with_query(_function)
