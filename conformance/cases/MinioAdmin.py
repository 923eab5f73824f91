# SPDX-License-Identifier: Apache-2.0
"""Users, policies, groups and access keys over MinIO's admin API, and what they may at once."""

import json
import uuid

import s3raw
from madmin import AES, CHACHA, Madmin, seal
from query import Query, allow

SECRET = "a-long-secret"
MESSAGES = {
    "XMinioAdminNoSuchUser": "The specified user does not exist.",
    "XMinioAdminNoSuchGroup": "The specified group does not exist.",
    "XMinioAdminGroupNotEmpty": "The specified group is not empty - cannot remove it.",
    "XMinioAdminNoSuchPolicy": "The canned policy does not exist.",
    "XMinioAdminPolicyChangeAlreadyApplied": "The specified policy change is already in effect.",
    "XMinioAdminPolicyInUse": "The policy cannot be removed, as it is in use",
    "XMinioAdminInvalidSecretKey": "The secret key is invalid.",
    "XMinioAdminConfigBadJSON": "JSON configuration provided is of incorrect format",
}


class Work:
    """Calls of the root's and of others, and what there is to remove afterwards."""

    def __init__(self, t):
        self.t, self.root = t, Madmin(t.s3)
        self.users, self.policies, self.groups = [], [], []

    def client(self, access, secret=SECRET):
        return s3raw.Client(self.t.s3.endpoint, access, secret, self.t.s3.region)

    def by(self, access, secret=SECRET):
        return Madmin(self.client(access, secret))

    def good(self, method, path, query=None, body=b"", status=200, who=None, **how):
        answer = (who or self.root).send(method, path, query, body, **how)
        self.t.status(answer, status)
        return answer

    def text(self, method, path, query=None, body=b"", who=None, **how):
        return (who or self.root).text(self.good(method, path, query, body, who=who, **how))

    def bad(self, status, code, method, path, query=None, body=b"", who=None, **how):
        answer = (who or self.root).send(method, path, query, body, **how)
        self.t.status(answer, status)
        self.t.eq(answer.header("Content-Type"), "application/json", "Content-Type")
        error = json.loads(answer.body)
        self.t.eq(error["Code"], code, "Code")
        if code in MESSAGES:
            self.t.eq(error["Message"], MESSAGES[code], "Message")
        return error["Message"]

    def name(self, kept):
        name = "m-" + uuid.uuid4().hex[:12]
        kept.append(name)
        return name

    def user(self, *policies, secret=SECRET):
        name = self.name(self.users)
        self.good("PUT", "add-user", {"accessKey": name},
                  {"secretKey": secret, "status": "enabled"}, sealed=True)
        if policies:
            self.attach(policies, user=name)
        return name

    def policy(self, action, resource="*"):
        name = self.name(self.policies)
        self.good("PUT", "add-canned-policy", {"name": name}, allow(action, resource).encode())
        return name

    def group(self, *members):
        name = self.name(self.groups)
        self.good("PUT", "update-group-members", None, {
            "group": name, "members": list(members), "isRemove": False,
            "groupStatus": "enabled"})
        return name

    def attach(self, policies, how="attach", **to):
        return self.text("POST", "idp/builtin/policy/" + how, None,
                         dict(to, policies=list(policies)), sealed=True)

    def clean(self):
        for name in self.users:
            self.root.send("DELETE", "remove-user", {"accessKey": name})
        for name in self.groups:
            self.root.send("PUT", "update-group-members", None,
                           {"group": name, "members": [], "isRemove": True})
        for name in self.policies:
            self.root.send("DELETE", "remove-canned-policy", {"name": name})


def with_work(function):
    def case(t):
        w = Work(t)
        try:
            function(t, w)
        finally:
            w.clean()
    return case


# ---- users ----

def user_signs_at_once_and_may_what_is_attached(t, w):
    name, bucket = w.user(), t.bucket()
    s3 = w.client(name)
    t.status(s3.get(bucket), 403)
    t.eq(w.attach(["readwrite"], user=name)["policiesAttached"], ["readwrite"], "attached")
    t.status(s3.put(bucket, "k", b"v"), 200)
    info = json.loads(w.good("GET", "user-info", {"accessKey": name}).body)
    t.eq((info["policyName"], info["status"]), ("readwrite", "enabled"), "user-info")
    t.ok(info["updatedAt"].endswith("Z"), info)
    t.eq(w.text("GET", "list-users")[name]["policyName"], "readwrite", "list-users")
    t.eq(w.attach(["readwrite"], "detach", user=name)["policiesDetached"], ["readwrite"],
         "detached")
    t.status(s3.get(bucket, "k"), 403)


def user_gets_another_secret(t, w):
    name = w.user("readwrite")
    query, new = {"accessKey": name}, {"secretKey": "another-secret"}
    w.good("PUT", "add-user", query, new, sealed=True)
    t.status(w.client(name).get(), 403)
    t.status(w.client(name, "another-secret").get(), 200)
    # One's own without any right; but not another's, and not the own status.
    own = w.by(name, "another-secret")
    w.good("PUT", "add-user", query, {"secretKey": SECRET, "status": "disabled"}, who=own,
           sealed=True)
    t.status(w.client(name).get(), 200)
    other = w.user()
    w.bad(403, "AccessDenied", "PUT", "add-user", {"accessKey": other}, new, who=w.by(name),
          sealed=True)
    denier = w.policy("*")
    w.good("PUT", "add-canned-policy", {"name": denier}, json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Action": ["admin:CreateUser"]}]}).encode())
    w.attach([denier], user=name)
    w.bad(403, "AccessDenied", "PUT", "add-user", query, new, who=w.by(name), sealed=True)


def user_is_switched_off_and_on(t, w):
    name = w.user("readwrite")
    for status, code in (("disabled", 403), ("enabled", 200)):
        w.good("PUT", "set-user-status", {"accessKey": name, "status": status})
        t.status(w.client(name).get(), code)
        info = json.loads(w.good("GET", "user-info", {"accessKey": name}).body)
        t.eq(info["status"], status, "status")
    w.bad(400, "XMinioAdminInvalidArgument", "PUT", "set-user-status",
          {"accessKey": name, "status": "on"})
    w.bad(404, "XMinioAdminNoSuchUser", "PUT", "set-user-status",
          {"accessKey": "nobody-here", "status": "disabled"})
    w.bad(400, "InvalidRequest", "PUT", "set-user-status",
          {"accessKey": t.s3.access, "status": "disabled"})


def user_nothing_in_chunks_is_a_body(t, w):
    """As madmin sends a PUT without a body."""
    name = w.user("readwrite")
    method, target, headers, _ = t.s3.build(
        "PUT", "minio", "admin/v3/set-user-status",
        [("accessKey", name), ("status", "disabled")],
        signer=t.s3.signer(region=""), length=False)
    answer = t.s3.send(method, target, headers + [("Transfer-Encoding", "chunked")],
                       b"0\r\n\r\n")
    t.status(answer, 200)
    t.status(w.client(name).get(), 403)
    method, target, headers, _ = t.s3.build(
        "PUT", "minio", "admin/v3/set-user-status",
        [("accessKey", name), ("status", "enabled")],
        signer=t.s3.signer(region=""), length=False)
    answer = t.s3.send(method, target, headers + [("Transfer-Encoding", "chunked")],
                       b"1\r\nx\r\n0\r\n\r\n")
    t.ok(answer.status >= 400, "a byte that was not signed: %r" % answer)
    t.status(w.client(name).get(), 403)


def user_removed_with_all_that_is_its(t, w):
    name = w.user("readwrite")
    group = w.group(name)
    w.text("PUT", "add-service-account", None, {
        "targetUser": name, "accessKey": name + "-key", "secretKey": SECRET}, sealed=True)
    t.status(w.client(name + "-key").get(), 200)
    w.good("DELETE", "remove-user", {"accessKey": name})
    t.status(w.client(name).get(), 403)
    t.status(w.client(name + "-key").get(), 403)
    t.eq(json.loads(w.good("GET", "group", {"group": group}).body)["members"], [], "members")
    w.bad(404, "XMinioAdminNoSuchUser", "DELETE", "remove-user", {"accessKey": name})
    w.bad(404, "XMinioAdminNoSuchUser", "GET", "user-info", {"accessKey": name})


def user_sealed_by_either_cipher(t, w):
    """Clients without AES in hardware take the other one; large bodies are many fragments."""
    name = w.user("readwrite")
    for cipher, secret in ((CHACHA, "by-chacha-20"), (AES, "by-aes-gcm")):
        body = seal(t.s3.secret, json.dumps({
            "secretKey": secret, "ignored": "x" * 40000}).encode(), cipher)
        w.good("PUT", "add-user", {"accessKey": name}, body)
        t.status(w.client(name, secret).get(), 200)
        bent = bytearray(body)
        bent[20000] ^= 1
        w.bad(400, "XMinioAdminConfigBadJSON", "PUT", "add-user", {"accessKey": name},
              bytes(bent))
        w.bad(400, "XMinioAdminConfigBadJSON", "PUT", "add-user", {"accessKey": name},
              body[:41 + 2 * (16384 + 16)])  # its last fragment is missing
    w.bad(501, "NotImplemented", "PUT", "add-user", {"accessKey": name},
          body[:32] + b"\2" + body[33:])


def user_bad_input(t, w):
    def add(status, code, name, body=None, **how):
        return w.bad(status, code, "PUT", "add-user", {"accessKey": name},
                     body or {"secretKey": SECRET}, **dict(dict(sealed=True), **how))
    add(403, "XMinioInvalidIAMCredentials", t.s3.access)
    add(400, "XMinioInvalidResource", " padded")
    for name in ("ab", "a:b", "a,b", "x" * 65, "ASIA" + "A" * 16, ""):
        add(400, "XMinioAdminInvalidAccessKey", name)
    name = "m-" + uuid.uuid4().hex[:12]
    for body in ({"secretKey": "short"}, {"secretKey": "x" * 129}, {"status": "enabled"},
                 {"secretKey": 12345678}):
        add(400, "XMinioAdminInvalidSecretKey", name, body)
    add(400, "XMinioAdminConfigBadJSON", name, b"{", sealed=True)
    add(400, "XMinioAdminConfigBadJSON", name, b"[]", sealed=True)
    add(400, "XMinioAdminConfigBadJSON", name, b'{"secretKey": "not-encrypted"}', sealed=False)
    add(400, "XMinioAdminConfigBadJSON", name, seal("wrong-secret", b'{"secretKey":"12345678"}'),
        sealed=False)
    w.bad(404, "XMinioAdminNoSuchUser", "GET", "user-info", {"accessKey": name})
    taken = w.user()
    add(400, "XMinioAdminInvalidAccessKey", taken.upper())


# ---- policies ----

def policy_life(t, w):
    name, bucket = w.policy("s3:GetObject"), t.bucket()
    t.object(bucket, "k", b"v")
    user = w.user(name)
    t.status(w.client(user).get(bucket, "k"), 200)
    t.status(w.client(user).put(bucket, "k", b"w"), 403)
    plain = json.loads(w.good("GET", "info-canned-policy", {"name": name}).body)
    t.eq(plain, json.loads(allow("s3:GetObject")), "the text alone")
    info = json.loads(w.good("GET", "info-canned-policy", {"name": name, "v": "2"}).body)
    t.eq((info["PolicyName"], info["Policy"]), (name, plain), "info")
    t.ok(info["CreateDate"] <= info["UpdateDate"], info)
    t.eq(json.loads(w.good("GET", "list-canned-policies").body)[name], plain, "list")
    w.good("PUT", "add-canned-policy", {"name": name}, allow("s3:PutObject").encode())
    t.status(w.client(user).get(bucket, "k"), 403)
    t.status(w.client(user).put(bucket, "k", b"w"), 200)
    w.bad(400, "XMinioAdminPolicyInUse", "DELETE", "remove-canned-policy", {"name": name})
    w.attach([name], "detach", user=user)
    w.good("DELETE", "remove-canned-policy", {"name": name})
    w.bad(404, "XMinioAdminNoSuchPolicy", "DELETE", "remove-canned-policy", {"name": name})
    w.bad(404, "XMinioAdminNoSuchPolicy", "GET", "info-canned-policy", {"name": name})


def policy_many_texts_of_one(t, w):
    """IAM keeps five versions; the newest stands."""
    name = w.policy("s3:GetObject")
    for n in range(8):
        w.good("PUT", "add-canned-policy", {"name": name}, allow("s3:Get%d" % n).encode())
    plain = json.loads(w.good("GET", "info-canned-policy", {"name": name}).body)
    t.eq(plain["Statement"][0]["Action"], "s3:Get7", "the newest")


def policy_of_the_server_needs_no_resource(t, w):
    name = w.name(w.policies)
    w.good("PUT", "add-canned-policy", {"name": name}, json.dumps({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["admin:ServerInfo"]}]}).encode())
    user = w.user(name)
    w.good("GET", "info", who=w.by(user))
    w.bad(403, "AccessDenied", "GET", "list-users", who=w.by(user))


def policy_built_in(t, w):
    names = set(json.loads(w.good("GET", "list-canned-policies").body))
    t.ok({"consoleAdmin", "diagnostics", "readonly", "readwrite", "writeonly"} <= names, names)
    bucket = t.bucket()
    t.object(bucket, "k", b"v")
    may = {"readonly": (200, 403, 403), "writeonly": (403, 200, 403),
           "readwrite": (200, 200, 403), "consoleAdmin": (200, 200, 200),
           "diagnostics": (403, 403, 403)}
    for name, (get, put, admin) in may.items():
        user = w.user(name)
        t.status(w.client(user).get(bucket, "k"), get)
        t.status(w.client(user).put(bucket, "k", b"w"), put)
        w.good("GET", "list-users", status=admin, who=w.by(user))
        if name == "diagnostics":
            w.good("GET", "info", who=w.by(user))
    w.bad(400, "XMinioAdminPolicyInUse", "DELETE", "remove-canned-policy", {"name": "readonly"})


def policy_bad_input(t, w):
    name = "m-" + uuid.uuid4().hex[:12]
    for text in (b"{", b"[]", b"{}", allow("s3:GetObject", None).encode(),
                 b'{"Version":"2012-10-17","Statement":[{"Effect":"Perhaps","Action":"s3:*",'
                 b'"Resource":"*"}]}'):
        w.bad(400, "XMinioMalformedIAMPolicy", "PUT", "add-canned-policy", {"name": name}, text)
    w.bad(400, "XMinioInvalidResource", "PUT", "add-canned-policy", {"name": name + " "},
          allow("s3:*").encode())
    for bad in ("", "a,b", "a/b", "x" * 129):
        w.bad(400, "XMinioAdminInvalidArgument", "PUT", "add-canned-policy", {"name": bad},
              allow("s3:*").encode())
    w.bad(400, "EntityTooLarge", "PUT", "add-canned-policy", {"name": name},
          allow(["s3:Get%d" % n for n in range(4000)]).encode())


def policy_attach_bad_input(t, w):
    user = w.user("readonly")

    def attach(status, code, how="attach", **body):
        w.bad(status, code, "POST", "idp/builtin/policy/" + how, None, body, sealed=True)
    attach(400, "XMinioAdminPolicyChangeAlreadyApplied", user=user, policies=["readonly"])
    attach(400, "XMinioAdminPolicyChangeAlreadyApplied", "detach", user=user,
           policies=["readwrite"])
    attach(404, "XMinioAdminNoSuchPolicy", user=user, policies=["none-such"])
    attach(404, "XMinioAdminNoSuchPolicy", "detach", user=user, policies=["none-such"])
    attach(404, "XMinioAdminNoSuchUser", user="nobody-here", policies=["readonly"])
    attach(404, "XMinioAdminNoSuchGroup", group="nobody-here", policies=["readonly"])
    attach(400, "XMinioAdminInvalidArgument", user=user, policies=[])
    attach(400, "XMinioAdminInvalidArgument", user=user, policies=[1])
    attach(400, "XMinioAdminInvalidArgument", policies=["readonly"])
    attach(400, "XMinioAdminInvalidArgument", user=user, group="g", policies=["readonly"])
    # One that is wrong: none is attached.
    attach(404, "XMinioAdminNoSuchPolicy", user=user, policies=["readwrite", "none-such"])
    info = json.loads(w.good("GET", "user-info", {"accessKey": user}).body)
    t.eq(info["policyName"], "readonly", "nothing changed")


def policy_set_instead(t, w):
    """As older clients do it."""
    user, group = w.user("readonly"), w.group()
    w.good("PUT", "set-user-or-group-policy", {
        "policyName": "readwrite,diagnostics", "userOrGroup": user, "isGroup": "false"})
    info = json.loads(w.good("GET", "user-info", {"accessKey": user}).body)
    t.eq(info["policyName"], "readwrite,diagnostics", "instead")
    w.good("PUT", "set-user-or-group-policy", {
        "policyName": "readonly", "userOrGroup": group, "isGroup": "true"})
    t.eq(json.loads(w.good("GET", "group", {"group": group}).body)["policy"], "readonly", "group")
    w.bad(404, "XMinioAdminNoSuchPolicy", "PUT", "set-user-or-group-policy", {
        "policyName": "none-such", "userOrGroup": user, "isGroup": "false"})
    w.bad(404, "XMinioAdminNoSuchUser", "PUT", "set-user-or-group-policy", {
        "policyName": "readonly", "userOrGroup": "nobody-here", "isGroup": "false"})
    w.good("PUT", "set-user-or-group-policy", {
        "policyName": "", "userOrGroup": user, "isGroup": "false"})
    info = json.loads(w.good("GET", "user-info", {"accessKey": user}).body)
    t.eq(info.get("policyName"), None, "none left")


def policy_entities(t, w):
    one, two = w.policy("s3:GetObject"), w.policy("s3:PutObject")
    user = w.user(one)
    group = w.group(user)
    w.attach([two], group=group)
    member = {"user": user, "policies": [one],
              "memberOfMappings": [{"group": group, "policies": [two]}]}
    got = w.text("GET", "idp/builtin/policy-entities", {"user": user})
    t.eq((got["userMappings"], got.get("policyMappings")), ([member], None), "of a user")
    got = w.text("GET", "idp/builtin/policy-entities", {"group": [group, "none"]})
    t.eq(got["groupMappings"], [{"group": group, "policies": [two]}], "of a group")
    got = w.text("GET", "idp/builtin/policy-entities", {"policy": [one, two]})
    t.eq(got["policyMappings"], [{"policy": one, "users": [user], "groups": []},
                                 {"policy": two, "users": [], "groups": [group]}], "of policies")
    got = w.text("GET", "idp/builtin/policy-entities")
    t.ok(member in got["userMappings"], "of all")
    t.ok(two in [m["policy"] for m in got["policyMappings"]], "of all")


# ---- groups ----

def group_life(t, w):
    user, other = w.user(), w.user()
    group = w.group(user)
    w.attach(["readwrite"], group=group)
    t.status(w.client(user).get(), 200)
    t.status(w.client(other).get(), 403)
    info = json.loads(w.good("GET", "group", {"group": group}).body)
    t.eq([info[k] for k in ("name", "status", "members", "policy")],
         [group, "enabled", [user], "readwrite"], "group")
    t.ok(group in json.loads(w.good("GET", "groups").body), "groups")
    for status, code in (("disabled", 403), ("enabled", 200)):
        w.good("PUT", "set-group-status", {"group": group, "status": status})
        t.status(w.client(user).get(), code)
        t.eq(json.loads(w.good("GET", "group", {"group": group}).body)["status"], status)
    change = {"group": group, "isRemove": True, "members": []}
    w.bad(400, "XMinioAdminGroupNotEmpty", "PUT", "update-group-members", None, change)
    w.good("PUT", "update-group-members", None, dict(change, members=[user]))
    t.status(w.client(user).get(), 403)
    w.good("PUT", "update-group-members", None, change)
    w.bad(404, "XMinioAdminNoSuchGroup", "GET", "group", {"group": group})


def group_bad_input(t, w):
    change = {"group": "m-" + uuid.uuid4().hex[:12], "isRemove": False, "members": []}
    w.bad(404, "XMinioAdminNoSuchUser", "PUT", "update-group-members", None,
          dict(change, members=["nobody-here"]))
    w.bad(404, "XMinioAdminNoSuchGroup", "GET", "group", {"group": change["group"]})
    w.bad(404, "XMinioAdminNoSuchGroup", "PUT", "update-group-members", None,
          dict(change, isRemove=True))
    w.bad(404, "XMinioAdminNoSuchGroup", "PUT", "set-group-status",
          {"group": change["group"], "status": "disabled"})
    w.bad(400, "XMinioAdminInvalidArgument", "PUT", "set-group-status",
          {"group": change["group"], "status": "gone"})
    w.bad(400, "XMinioInvalidResource", "PUT", "update-group-members", None,
          dict(change, group=" g"))
    for group in ("", "a/b", "x" * 129):
        w.bad(400, "XMinioAdminInvalidArgument", "PUT", "update-group-members", None,
              dict(change, group=group))
    w.bad(400, "XMinioAdminConfigBadJSON", "PUT", "update-group-members", None, b"{")


# ---- access keys ----

def key_life(t, w):
    user, bucket = w.user("readwrite"), t.bucket()
    t.object(bucket, "k", b"v")
    key = user + "-key"
    made = w.text("PUT", "add-service-account", None, {
        "targetUser": user, "accessKey": key, "secretKey": SECRET, "name": "one",
        "description": "for a test",
        "policy": json.loads(allow("s3:GetObject", "arn:aws:s3:::*"))}, sealed=True)
    t.eq(made["credentials"], {"accessKey": key, "secretKey": SECRET,
                               "expiration": "1970-01-01T00:00:00Z"}, "credentials")
    t.status(w.client(key).get(bucket, "k"), 200)
    t.status(w.client(key).put(bucket, "k", b"w"), 403)
    info = w.text("GET", "info-service-account", {"accessKey": key})
    t.eq([info[k] for k in ("parentUser", "accountStatus", "impliedPolicy", "name",
                            "description")], [user, "on", False, "one", "for a test"], "info")
    t.eq(json.loads(info["policy"]), json.loads(allow("s3:GetObject", "arn:aws:s3:::*")),
         "policy")
    listed, = w.text("GET", "list-service-accounts", {"user": user})["accounts"]
    t.eq((listed["accessKey"], listed["name"]), (key, "one"), "list")
    bulk = w.text("GET", "list-access-keys-bulk", {"listType": "all", "users": [user]})
    t.eq([row["accessKey"] for row in bulk[user]["serviceAccounts"]], [key], "bulk")
    t.ok(user in w.text("GET", "list-access-keys-bulk", {"listType": "all", "all": "true"}),
         "of all")

    def update(**body):
        w.good("POST", "update-service-account", {"accessKey": key}, body, status=204,
               sealed=True)
    update(newPolicy={}, newName="two")
    t.status(w.client(key).put(bucket, "k", b"w"), 200)
    info = w.text("GET", "info-service-account", {"accessKey": key})
    t.eq((info["impliedPolicy"], info["name"], info["description"]),
         (True, "two", "for a test"), "updated")
    t.eq(json.loads(info["policy"])["Statement"][0]["Action"], ["s3:*"], "the user's")
    update(newStatus="off")
    t.status(w.client(key).get(bucket, "k"), 403)
    update(newStatus="on", newSecretKey="another-secret")
    t.status(w.client(key).get(bucket, "k"), 403)
    t.status(w.client(key, "another-secret").get(bucket, "k"), 200)
    w.good("PUT", "set-user-status", {"accessKey": user, "status": "disabled"})
    t.status(w.client(key, "another-secret").get(bucket, "k"), 403)
    w.good("PUT", "set-user-status", {"accessKey": user, "status": "enabled"})
    w.good("DELETE", "delete-service-account", {"accessKey": key}, status=204)
    t.status(w.client(key, "another-secret").get(bucket, "k"), 403)
    for method, path in (("GET", "info-service-account"), ("DELETE", "delete-service-account")):
        t.eq(w.bad(404, "XMinioInvalidIAMCredentials", method, path, {"accessKey": key}),
             "The specified service account is not found")
    w.bad(404, "XMinioInvalidIAMCredentials", "POST", "update-service-account",
          {"accessKey": key}, {}, sealed=True)
    for path in ("info-access-key", "temporary-account-info"):
        w.bad(404, "XMinioAdminNoSuchAccessKey", "GET", path, {"accessKey": key})


def key_of_ones_own(t, w):
    user, other = w.user("readonly"), w.user()
    by = w.by(user)
    made = w.text("PUT", "add-service-account", None, {}, who=by, sealed=True)["credentials"]
    mine = w.by(made["accessKey"], made["secretKey"])
    t.eq([row["accessKey"] for row in
          w.text("GET", "list-service-accounts", who=by)["accounts"]], [made["accessKey"]])
    t.eq(list(w.text("GET", "list-access-keys-bulk", {"listType": "all"}, who=by)), [user])
    w.text("GET", "info-service-account", {"accessKey": made["accessKey"]}, who=mine)
    w.text("GET", "info-access-key", {"accessKey": made["accessKey"]}, who=by)
    theirs = w.text("PUT", "add-service-account", None, {"targetUser": other},
                    sealed=True)["credentials"]["accessKey"]
    denied = (("PUT", "add-service-account", None, {"targetUser": other}),
              ("PUT", "add-service-account", None, {"targetUser": t.s3.access}),
              ("POST", "update-service-account", {"accessKey": theirs}, {"newName": "x"}),
              ("GET", "info-service-account", {"accessKey": theirs}, None),
              ("GET", "info-access-key", {"accessKey": other}, None),
              ("GET", "list-service-accounts", {"user": other}, None),
              ("GET", "list-access-keys-bulk", {"listType": "all", "users": other}, None))
    for method, path, query, body in denied:
        w.bad(403, "AccessDenied", method, path, query, body or b"", who=by,
              sealed=body is not None)
    t.eq(w.bad(403, "AccessDenied", "GET", "list-access-keys-bulk",
               {"listType": "all", "all": "true"}, who=by), "Access Denied.")
    # As if there were none.
    w.bad(404, "XMinioInvalidIAMCredentials", "DELETE", "delete-service-account",
          {"accessKey": theirs}, who=by)
    w.good("DELETE", "delete-service-account", {"accessKey": made["accessKey"]}, status=204,
           who=by)


def key_narrowed_widens_nothing(t, w):
    """A key with a policy of its own neither makes nor changes its user's keys, whatever the
    policy says; nor does one of the root's count as the root."""
    user = w.user("consoleAdmin")
    for target in (user, t.s3.access):
        key = "m-" + uuid.uuid4().hex[:12]
        w.text("PUT", "add-service-account", None, {
            "targetUser": target, "accessKey": key, "secretKey": SECRET,
            "policy": json.loads(allow(["admin:*", "s3:GetObject"]))}, sealed=True)
        by = w.by(key)
        w.text("GET", "list-users", who=by)
        w.bad(403, "AccessDenied", "PUT", "add-service-account", None, {}, who=by, sealed=True)
        w.bad(403, "AccessDenied", "PUT", "add-service-account", None,
              {"targetUser": t.s3.access}, who=by, sealed=True)
        w.bad(403, "AccessDenied", "POST", "update-service-account", {"accessKey": key},
              {"newPolicy": {}}, who=by, sealed=True)
        t.status(w.client(key).request("GET", "_trug", "v1/usage"), 403)
        t.status(w.client(key).get(), 403)
        w.good("DELETE", "delete-service-account", {"accessKey": key}, status=204)
    # Only the root makes keys of the root's.
    w.bad(403, "AccessDenied", "PUT", "add-service-account", None, {"targetUser": t.s3.access},
          who=w.by(user), sealed=True)


def key_bad_input(t, w):
    user = w.user()

    def add(status, code, **body):
        w.bad(status, code, "PUT", "add-service-account", None, dict(targetUser=user, **body),
              sealed=True)
    add(400, "XMinioAdminInvalidAccessKey", accessKey="ab")
    add(400, "XMinioAdminInvalidAccessKey", accessKey="a/bc")
    add(400, "XMinioInvalidResource", accessKey=" abc")
    add(403, "XMinioInvalidIAMCredentials", accessKey=t.s3.access)
    add(400, "XMinioIAMServiceAccountUsed", accessKey=user)
    add(400, "XMinioAdminInvalidSecretKey", secretKey="short")
    add(400, "XMinioMalformedIAMPolicy", policy={"Version": "2012-10-17", "Statement": [{}]})
    add(400, "XMinioMalformedIAMPolicy", policy="{}")
    add(400, "XMinioAdminInvalidArgument", expiration="2001-01-01T00:00:00Z")
    add(400, "XMinioAdminInvalidArgument", expiration="tomorrow")
    add(400, "XMinioAdminInvalidArgument", name="x" * 33)
    add(400, "XMinioAdminInvalidArgument", description="x" * 257)
    w.bad(404, "XMinioAdminNoSuchUser", "PUT", "add-service-account", None,
          {"targetUser": "nobody-here"}, sealed=True)
    w.bad(404, "XMinioAdminNoSuchUser", "GET", "list-service-accounts", {"user": "nobody-here"})
    w.bad(400, "XMinioAdminInvalidArgument", "GET", "list-access-keys-bulk", {"listType": "?"})
    t.eq(w.text("GET", "list-service-accounts", {"user": user})["accounts"], [], "none was made")


# ---- the same directory as IAM's ----

def iam_shows_what_mc_made(t, w):
    user, policy = w.user(), w.policy("s3:GetObject")
    group = w.group(user)
    w.attach([policy, "readonly"], user=user)
    q = Query(t)
    t.eq(q.iam("GetUser", UserName=user).get("User/UserName"), user, "GetUser")
    t.eq([p.get("PolicyName") for p in q.iam("ListAttachedUserPolicies", UserName=user).all(
        "AttachedPolicies/member")], [policy, "readonly"], "attached")
    t.eq([k.get("AccessKeyId") for k in q.iam("ListAccessKeys", UserName=user).all(
        "AccessKeyMetadata/member")], [user], "keys")
    t.eq([u.get("UserName") for u in q.iam("GetGroup", GroupName=group).all("Users/member")],
         [user], "group")
    q.refused("iam", "DeleteUser", 409, "DeleteConflict", UserName=user)
    # Keys that IAM does not list stand in nobody's way.
    other = w.user()
    w.text("PUT", "add-service-account", None, {
        "targetUser": other, "accessKey": other + "-key", "secretKey": SECRET}, sealed=True)
    t.eq(len(q.iam("ListAccessKeys", UserName=other).all("AccessKeyMetadata/member")), 1)
    q.refused("iam", "DeleteUser", 409, "DeleteConflict", UserName=other)
    q.iam("DeleteAccessKey", UserName=other, AccessKeyId=other)
    q.iam("DeleteUser", UserName=other)
    w.bad(404, "XMinioInvalidIAMCredentials", "GET", "info-service-account",
          {"accessKey": other + "-key"})


def mc_shows_what_iam_made(t, w):
    q = Query(t)
    user = w.name(w.users)
    q.iam("CreateUser", UserName=user)
    key = q.iam("CreateAccessKey", UserName=user)
    q.iam("AttachUserPolicy", UserName=user,
          PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    info = json.loads(w.good("GET", "user-info", {"accessKey": user}).body)
    t.eq((info["policyName"], info["status"]), ("AmazonS3ReadOnlyAccess", "enabled"), "info")
    s3 = w.client(key.get("AccessKey/AccessKeyId"), key.get("AccessKey/SecretAccessKey"))
    t.status(s3.get(), 200)
    got = w.text("GET", "idp/builtin/policy-entities", {"policy": "AmazonS3ReadOnlyAccess"})
    t.ok(user in got["policyMappings"][0]["users"], "entities")
    w.good("PUT", "set-user-status", {"accessKey": user, "status": "disabled"})
    t.status(s3.get(), 403)
    w.attach(["AmazonS3ReadOnlyAccess"], "detach", user=user)
    w.good("DELETE", "remove-user", {"accessKey": user})
    q.refused("iam", "GetUser", 404, "NoSuchEntity", UserName=user)


# ---- the rights ----

def denied_without_the_right(t, w):
    """Each call: nobody, one who may all of S3, and one who may this alone."""
    reader = w.by(w.user("readwrite"))
    body = {"secretKey": SECRET}
    calls = (
        ("PUT", "add-user", {"accessKey": "no-such-one"}, body, "admin:CreateUser"),
        ("DELETE", "remove-user", {"accessKey": "no-such-one"}, None, "admin:DeleteUser"),
        ("GET", "list-users", None, None, "admin:ListUsers"),
        ("GET", "user-info", {"accessKey": "no-such-one"}, None, "admin:GetUser"),
        ("PUT", "set-user-status", {"accessKey": "no-such-one", "status": "disabled"}, None,
         "admin:EnableUser"),
        ("PUT", "add-canned-policy", {"name": "no-such-one"}, None, "admin:CreatePolicy"),
        ("DELETE", "remove-canned-policy", {"name": "no-such-one"}, None, "admin:DeletePolicy"),
        ("GET", "list-canned-policies", None, None, "admin:ListUserPolicies"),
        ("GET", "info-canned-policy", {"name": "no-such-one"}, None, "admin:GetPolicy"),
        ("PUT", "set-user-or-group-policy", {"userOrGroup": "no-such-one", "policyName": "x"},
         None, "admin:AttachUserOrGroupPolicy"),
        ("POST", "idp/builtin/policy/attach", None, {}, "admin:UpdatePolicyAssociation"),
        ("POST", "idp/builtin/policy/detach", None, {}, "admin:UpdatePolicyAssociation"),
        ("GET", "idp/builtin/policy-entities", None, None, "admin:ListUserPolicies"),
        ("PUT", "update-group-members", None, None, "admin:AddUserToGroup"),
        ("GET", "group", {"group": "no-such-one"}, None, "admin:GetGroup"),
        ("GET", "groups", None, None, "admin:ListGroups"),
        ("PUT", "set-group-status", {"group": "no-such-one", "status": "disabled"}, None,
         "admin:EnableGroup"))
    policy = w.policy("s3:*")
    granted = w.by(w.user(policy))
    for method, path, query, body, right in calls:
        sealed = body is not None
        for who in (reader, granted):
            w.bad(403, "AccessDenied", method, path, query, body or b"", who=who, sealed=sealed)
        w.bad(403, "AccessDenied", method, path, query, body or b"", sign=None)
        if path == "add-user":
            continue  # it would be made
        w.good("PUT", "add-canned-policy", {"name": policy}, allow(right).encode())
        answer = granted.send(method, path, query, body or b"", sealed=sealed)
        t.ok(answer.status in (200, 400, 404), "%s with %s: %r" % (path, right, answer))
        w.good("PUT", "add-canned-policy", {"name": policy}, allow("s3:*").encode())


for _function in (
        user_signs_at_once_and_may_what_is_attached, user_gets_another_secret,
        user_is_switched_off_and_on, user_nothing_in_chunks_is_a_body,
        user_removed_with_all_that_is_its, user_sealed_by_either_cipher, user_bad_input,
        policy_life,
        policy_many_texts_of_one, policy_of_the_server_needs_no_resource, policy_built_in,
        policy_bad_input, policy_attach_bad_input, policy_set_instead, policy_entities,
        group_life, group_bad_input, key_life, key_of_ones_own, key_narrowed_widens_nothing,
        key_bad_input, iam_shows_what_mc_made, mc_shows_what_iam_made,
        denied_without_the_right):
    globals()["MinioAdmin_" + _function.__name__] = with_work(_function)
