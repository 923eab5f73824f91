#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Identities as programs use them: boto3's iam and sts clients, the identity file, accounts
beside each other, tokens of a web identity provider, and what of it is on disk."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from harness import ACCESS, PATIENCE, SECRET, Server, check, equal, run, run_tests
import points

ROOT_ACCOUNT = "000000000000"


def clients(server, access=ACCESS, secret=SECRET, token=None):
    """A function from a service's name to its client with these keys."""
    def make(service):
        return boto3.client(service, endpoint_url=server.endpoint, aws_access_key_id=access,
                            aws_secret_access_key=secret, aws_session_token=token,
                            region_name="us-east-1",
                            config=Config(retries={"max_attempts": 0},
                                          s3={"addressing_style": "path"}))
    return make


def session(server, answer):
    c = answer["Credentials"]
    return clients(server, c["AccessKeyId"], c["SecretAccessKey"], c["SessionToken"])


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        dict({"Effect": "Allow"}, **s) for s in statements]})


def trust(*principals, **more):
    return policy(dict({"Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}},
                       **more))


def refused(code, call, **params):
    try:
        call(**params)
    except ClientError as e:
        equal(e.response["Error"]["Code"], code, "code")
        return e.response["Error"]["Message"]
    raise AssertionError("%s was not refused" % call)


def denied(call, **params):
    return refused("AccessDenied", call, **params)


# ---- two research teams ----


class Teams:
    """One bucket; each team reads all of it and writes below its own prefix, as roles."""

    BUCKET = "research"

    def __init__(self, server):
        self.server = server
        root = clients(server)
        self.iam, self.s3 = root("iam"), root("s3")
        self.s3.create_bucket(Bucket=self.BUCKET)
        self.s3.put_object(Bucket=self.BUCKET, Key="shared/data", Body=b"shared")
        self.people = {}
        for team, names in (("red", ["rita", "ralf"]), ("blue", ["bea"])):
            self.team(team, names)

    def team(self, team, names):
        bucket = "arn:aws:s3:::" + self.BUCKET
        self.iam.create_group(GroupName=team)
        self.iam.put_group_policy(GroupName=team, PolicyName="assume", PolicyDocument=policy(
            {"Action": "sts:AssumeRole",
             "Resource": "arn:aws:iam::%s:role/teams/%s-*" % (ROOT_ACCOUNT, team)}))
        rights = {
            "reader": policy({"Action": ["s3:GetObject", "s3:ListBucket"],
                              "Resource": [bucket, bucket + "/*"]}),
            "writer": policy({"Action": ["s3:GetObject", "s3:ListBucket"],
                              "Resource": [bucket, bucket + "/*"]},
                             {"Action": ["s3:PutObject", "s3:DeleteObject"],
                              "Resource": "%s/%s/*" % (bucket, team)})}
        for kind, document in rights.items():
            made = self.iam.create_policy(PolicyName="%s-%s" % (team, kind),
                                          PolicyDocument=document)["Policy"]
            self.iam.create_role(RoleName="%s-%s" % (team, kind), Path="/teams/",
                                 AssumeRolePolicyDocument=trust(ROOT_ACCOUNT))
            self.iam.attach_role_policy(RoleName="%s-%s" % (team, kind),
                                        PolicyArn=made["Arn"])
        for name in names:
            self.iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": team}])
            self.iam.add_user_to_group(GroupName=team, UserName=name)
            key = self.iam.create_access_key(UserName=name)["AccessKey"]
            self.people[name] = clients(self.server, key["AccessKeyId"],
                                        key["SecretAccessKey"])

    def assume(self, person, role, **more):
        return session(self.server, self.people[person]("sts").assume_role(
            RoleArn="arn:aws:iam::%s:role/teams/%s" % (ROOT_ACCOUNT, role),
            RoleSessionName=person, **more))

    def put(self, s3, key, body=b"x"):
        return s3.put_object(Bucket=self.BUCKET, Key=key, Body=body)

    def get(self, s3, key):
        return s3.get_object(Bucket=self.BUCKET, Key=key)["Body"].read()


def test_two_teams():
    with Server() as server:
        teams = Teams(server)
        b = teams.BUCKET
        # People by themselves may nothing but become something.
        for name, person in teams.people.items():
            denied(person("s3").get_object, Bucket=b, Key="shared/data")
            denied(person("s3").put_object, Bucket=b, Key="red/x", Body=b"x")
            denied(person("iam").list_users)
            check(person("sts").get_caller_identity()["Arn"].endswith("user/" + name), name)
        # Readers read all of it, and write nowhere.
        reader = teams.assume("rita", "red-reader")("s3")
        equal(teams.get(reader, "shared/data"), b"shared", "read by the reader")
        check(reader.list_objects_v2(Bucket=b)["KeyCount"] == 1, "listed by the reader")
        denied(reader.put_object, Bucket=b, Key="red/x", Body=b"x")
        denied(reader.delete_object, Bucket=b, Key="shared/data")
        # Writers write below their own prefix.
        red, blue = teams.assume("rita", "red-writer"), teams.assume("bea", "blue-writer")
        teams.put(red("s3"), "red/one", b"1")
        teams.put(blue("s3"), "blue/one", b"2")
        equal(teams.get(blue("s3"), "red/one"), b"1", "red's object read by blue")
        for key in ("blue/two", "shared/data", "redder/x", "red"):
            denied(red("s3").put_object, Bucket=b, Key=key, Body=b"x")
        denied(red("s3").delete_object, Bucket=b, Key="blue/one")
        denied(blue("s3").copy_object, Bucket=b, Key="red/copy",
               CopySource={"Bucket": b, "Key": "blue/one"})
        blue("s3").copy_object(Bucket=b, Key="blue/copy",
                               CopySource={"Bucket": b, "Key": "red/one"})
        denied(red("s3").create_multipart_upload, Bucket=b, Key="blue/large")
        red("s3").upload_file(__file__, b, "red/file",
                              Config=boto3.s3.transfer.TransferConfig(
                                  multipart_threshold=5 << 20))
        # Nobody becomes what is not for them.
        denied(teams.people["bea"]("sts").assume_role, RoleSessionName="bea",
               RoleArn="arn:aws:iam::%s:role/teams/red-writer" % ROOT_ACCOUNT)
        # A session that is narrower than its role: one data set, for reading.
        narrow = teams.assume("ralf", "red-writer", Policy=policy(
            {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::%s/shared/*" % b}))("s3")
        equal(teams.get(narrow, "shared/data"), b"shared", "what the session may")
        denied(narrow.get_object, Bucket=b, Key="red/one")
        denied(narrow.put_object, Bucket=b, Key="red/x", Body=b"x")
        denied(narrow.list_objects_v2, Bucket=b)
        # A session that says it may more than its role may not.
        wide = teams.assume("ralf", "red-reader", Policy=policy(
            {"Action": "s3:*", "Resource": "*"}))("s3")
        denied(wide.put_object, Bucket=b, Key="red/x", Body=b"x")
        # Links of a session are the session's.
        link = reader.generate_presigned_url("get_object", {"Bucket": b, "Key": "shared/data"})
        check("x-amz-security-token" in link.lower(), "the token is in the link")
        equal(fetch(link), (200, b"shared"), "through the link")
        link = reader.generate_presigned_url("put_object", {"Bucket": b, "Key": "red/x"})
        equal(fetch(link, "PUT")[0], 403, "a link to what is not allowed")
        # A form of a session carries the token as a field.
        form = red("s3").generate_presigned_post(b, "red/form")
        check("x-amz-security-token" in form["fields"], "the token is in the form")
        equal(post(form, b"posted"), 204, "the form")
        equal(teams.get(reader, "red/form"), b"posted", "what was posted")
        form["fields"]["x-amz-security-token"] = "AAAA"
        equal(post(form, b"posted"), 400, "a form with another token")
        # Who leaves the team loses it at once, and what hangs on the role with it.
        teams.iam.remove_user_from_group(GroupName="red", UserName="ralf")
        denied(teams.people["ralf"]("sts").assume_role, RoleSessionName="ralf",
               RoleArn="arn:aws:iam::%s:role/teams/red-reader" % ROOT_ACCOUNT)
        arn = "arn:aws:iam::%s:policy/red-writer" % ROOT_ACCOUNT
        teams.iam.detach_role_policy(RoleName="red-writer", PolicyArn=arn)
        denied(red("s3").put_object, Bucket=b, Key="red/one", Body=b"x")


def test_two_teams_by_their_access_points():
    """The bucket lets its access points decide, and each team has one, for its own prefix."""
    with Server() as server:
        root = clients(server)
        iam, s3 = root("iam"), root("s3")
        raw = server.client()  # boto3's s3control puts the account before the host's name
        s3.create_bucket(Bucket="research")
        s3.put_object(Bucket="research", Key="red/one", Body=b"1")
        s3.put_object(Bucket="research", Key="blue/one", Body=b"2")
        bucket = "arn:aws:s3:::research"
        s3.put_bucket_policy(Bucket="research", Policy=policy(
            {"Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": [bucket, bucket + "/*"],
             "Condition": {"StringEquals": {"s3:DataAccessPointAccount": ROOT_ACCOUNT}}}))
        team, alias = {}, {}
        for name in ("red", "blue"):
            role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(ROOT_ACCOUNT))["Role"]
            iam.create_user(UserName=name)
            iam.put_user_policy(UserName=name, PolicyName="assume", PolicyDocument=policy(
                {"Action": "sts:AssumeRole", "Resource": role["Arn"]}))
            key = iam.create_access_key(UserName=name)["AccessKey"]
            person = clients(server, key["AccessKeyId"], key["SecretAccessKey"])
            team[name] = session(server, person("sts").assume_role(
                RoleArn=role["Arn"], RoleSessionName=name))("s3")
            arn, alias[name] = points.point(raw, name, "research")
            equal(points.put_policy(raw, name, policy(
                {"Principal": {"AWS": role["Arn"]}, "Action": ["s3:GetObject", "s3:PutObject"],
                 "Resource": "%s/object/%s/*" % (arn, name)},
                {"Principal": {"AWS": role["Arn"]}, "Action": "s3:ListBucket", "Resource": arn,
                 "Condition": {"StringLike": {"s3:prefix": name + "/*"}}})).status, 200, name)
        red, blue = team["red"], team["blue"]
        equal(red.get_object(Bucket=alias["red"], Key="red/one")["Body"].read(), b"1")
        red.put_object(Bucket=alias["red"], Key="red/two", Body=b"3")
        equal([c["Key"] for c in red.list_objects_v2(Bucket=alias["red"], Prefix="red/")["Contents"]],
              ["red/one", "red/two"])
        blue.put_object(Bucket=alias["blue"], Key="blue/two", Body=b"4")
        # Not another's prefix, not another's point, not past the points.
        denied(red.get_object, Bucket=alias["red"], Key="blue/one")
        denied(red.list_objects_v2, Bucket=alias["red"])
        denied(red.get_object, Bucket=alias["blue"], Key="blue/one")
        denied(red.get_object, Bucket="research", Key="red/one")
        denied(red.delete_object, Bucket=alias["red"], Key="red/one")
        # A point that goes takes its way with it.
        equal(points.control(raw, "DELETE", "accesspoint/red/policy").status, 204)
        denied(red.get_object, Bucket=alias["red"], Key="red/one")
        equal(blue.get_object(Bucket=alias["blue"], Key="blue/two")["Body"].read(), b"4")


def fetch(url, method="GET"):
    import urllib.error
    import urllib.request
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def post(form, body):
    import urllib.error
    import urllib.request
    mark = "----identities"
    lines = []
    for name, value in form["fields"].items():
        lines.append('--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
                     % (mark, name, value))
    text = "".join(lines).encode() + (
        '--%s\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
        % mark).encode() + body + ("\r\n--%s--\r\n" % mark).encode()
    request = urllib.request.Request(form["url"], text, {
        "Content-Type": "multipart/form-data; boundary=" + mark})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as e:
        return e.code


# ---- what outlives the server ----


def test_restart_and_disk():
    server = Server()
    try:
        server.start()
        iam = clients(server)("iam")
        iam.create_user(UserName="ann")
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        iam.attach_user_policy(UserName="ann",
                               PolicyArn="arn:aws:iam::aws:policy/AmazonS3FullAccess")
        ann = clients(server, key["AccessKeyId"], key["SecretAccessKey"])
        temporary = ann("sts").get_session_token()
        ann("s3").create_bucket(Bucket="anns")
        equal(server.stop(), 0, "exit")
        server.start()
        ann = clients(server, key["AccessKeyId"], key["SecretAccessKey"])
        equal([b["Name"] for b in ann("s3").list_buckets()["Buckets"]], ["anns"], "her bucket")
        equal(len(session(server, temporary)("s3").list_buckets()["Buckets"]), 1,
              "the session outlives the server")
        iam = clients(server)("iam")
        iam.delete_access_key(UserName="ann", AccessKeyId=key["AccessKeyId"])
        refused("InvalidAccessKeyId", ann("s3").list_buckets)
        equal(server.stop(), 0, "exit")
        for secret in (key["SecretAccessKey"], temporary["Credentials"]["SecretAccessKey"]):
            for folder, _, files in os.walk(server.directory):
                for name in files:
                    with open(os.path.join(folder, name), "rb") as f:
                        check(secret.encode() not in f.read(), "a secret is in " + name)
        equal(os.stat(os.path.join(server.directory, "master-key")).st_mode & 0o777, 0o600,
              "mode of the master key")
        equal(server.verify()[0], 0, "verify")
    finally:
        server.remove()


def test_master_keys_change():
    server = Server()
    try:
        server.start()
        iam = clients(server)("iam")
        iam.create_user(UserName="ann")
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        ann = (key["AccessKeyId"], key["SecretAccessKey"])
        temporary = clients(server, *ann)("sts").get_session_token()
        server.stop()
        with open(os.path.join(server.directory, "master-key")) as f:
            old = f.read().strip()
        new = "new:" + base64.b64encode(os.urandom(32)).decode()
        keys = os.path.join(server.home, "keys")

        def start(*texts):
            with open(keys, "w") as f:
                f.write("\n".join(texts) + "\n")
            os.chmod(keys, 0o600)
            server.args = ["--master-key-file", keys]
            server.start()

        start(new, old)
        clients(server, *ann)("sts").get_caller_identity()
        session(server, temporary)("sts").get_caller_identity()
        server.stop()
        os.unlink(os.path.join(server.directory, "master-key"))
        # The store's own key was sealed anew, so the old master key is not needed any more.
        start(new)
        clients(server, *ann)("sts").get_caller_identity()
        session(server, temporary)("sts").get_caller_identity()
        server.stop()
        try:
            start("other:" + base64.b64encode(os.urandom(32)).decode())
            started = True
        except RuntimeError:
            started = False
        check(not started, "the store was served without its master key")
    finally:
        server.remove()


# ---- the identity file ----

CANONICAL = "ab" * 32


def file_of(home, document):
    path = os.path.join(home, "identities.json")
    with open(path, "w") as f:
        f.write(document if isinstance(document, str) else json.dumps(document))
    return path


def two_accounts():
    return {"accounts": [
        {"id": "111111111111", "canonical_id": CANONICAL, "display_name": "one",
         "email": "one@example.com",
         "keys": [{"access_key": "ONEROOT", "secret_key": "one-root-secret"}],
         "policies": [{"name": "writes", "path": "/own/", "document": json.loads(policy(
             {"Action": "s3:*", "Resource": "*"}))}],
         "groups": [{"name": "writers", "policies": ["writes"]}],
         "users": [{"name": "una", "groups": ["writers"], "tags": {"team": "x"},
                    "keys": [{"access_key": "UNAKEY", "secret_key": "una-secret"},
                             {"access_key": "UNAOLD", "secret_key": "una-secret",
                              "status": "Inactive"}]}],
         "roles": [{"name": "visitor", "max_session_duration": 7200,
                    "trust": json.loads(trust("222222222222")),
                    "policies": ["AmazonS3ReadOnlyAccess"]}]},
        {"id": "222222222222",
         "keys": [{"access_key": "TWOROOT", "secret_key": "two-root-secret"}],
         "users": [{"name": "duo", "inline_policies": {"all": json.loads(policy(
             {"Action": ["s3:*", "sts:*"], "Resource": "*"}))},
             "keys": [{"access_key": "DUOKEY", "secret_key": "duo-secret"}]}]}]}


def test_accounts_beside_each_other():
    server = Server()
    server.args += ["--identities", file_of(server.home, two_accounts())]
    with server:
        one = clients(server, "ONEROOT", "one-root-secret")
        two = clients(server, "TWOROOT", "two-root-secret")
        una = clients(server, "UNAKEY", "una-secret")
        duo = clients(server, "DUOKEY", "duo-secret")
        equal(una("sts").get_caller_identity()["Arn"], "arn:aws:iam::111111111111:user/una",
              "una")
        refused("InvalidAccessKeyId", clients(server, "UNAOLD", "una-secret")(
            "s3").list_buckets)
        una("s3").create_bucket(Bucket="of-one")
        duo("s3").create_bucket(Bucket="of-two")
        equal([b["Name"] for b in one("s3").list_buckets()["Buckets"]], ["of-one"], "one's")
        equal([b["Name"] for b in two("s3").list_buckets()["Buckets"]], ["of-two"], "two's")
        equal(one("s3").list_buckets()["Owner"]["ID"], CANONICAL, "canonical id")
        una("s3").put_object(Bucket="of-one", Key="k", Body=b"1")
        equal(una("s3").list_objects(Bucket="of-one")["Contents"][0]["Owner"]["ID"],
              CANONICAL, "owner in a listing")
        refused("BucketAlreadyExists", duo("s3").create_bucket, Bucket="of-one")
        una("s3").create_bucket(Bucket="of-one")  # us-east-1: no failure for the owner
        # Another account's right to all of S3 is none here.
        denied(duo("s3").get_object, Bucket="of-one", Key="k")
        denied(two("s3").list_objects_v2, Bucket="of-one")
        denied(duo("s3").delete_bucket, Bucket="of-one")
        # Not even the server's root is another account's.
        denied(clients(server)("s3").get_object, Bucket="of-one", Key="k")
        # A role that trusts the account lets its users in, as far as the role goes.
        visitor = session(server, duo("sts").assume_role(
            RoleArn="arn:aws:iam::111111111111:role/visitor", RoleSessionName="duo",
            DurationSeconds=7200))("s3")
        equal(visitor.get_object(Bucket="of-one", Key="k")["Body"].read(), b"1", "visited")
        denied(visitor.put_object, Bucket="of-one", Key="k", Body=b"2")
        # A bucket's policy does too, and both sides have to agree.
        una("s3").put_bucket_policy(Bucket="of-one", Policy=policy(
            {"Principal": {"AWS": "arn:aws:iam::222222222222:user/duo"},
             "Action": "s3:GetObject", "Resource": "arn:aws:s3:::of-one/*"}))
        equal(duo("s3").get_object(Bucket="of-one", Key="k")["Body"].read(), b"1", "granted")
        denied(duo("s3").put_object, Bucket="of-one", Key="k", Body=b"2")
        denied(two("s3").get_object, Bucket="of-one", Key="k")
        una("s3").get_object(Bucket="of-one", Key="k", ExpectedBucketOwner="111111111111")
        denied(una("s3").get_object, Bucket="of-one", Key="k",
               ExpectedBucketOwner="222222222222")
        # Each account has its own directory.
        equal([u["UserName"] for u in one("iam").list_users()["Users"]], ["una"], "users")
        two("iam").create_user(UserName="una")
        equal(two("iam").get_user(UserName="una")["User"]["Arn"],
              "arn:aws:iam::222222222222:user/una", "another una")


def test_file_goes_before_and_leaves():
    server = Server()
    try:
        server.start()
        iam = clients(server)("iam")
        iam.create_user(UserName="ann", Path="/stored/")
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        iam.create_user(UserName="eve")
        server.stop()
        document = {"accounts": [{"id": ROOT_ACCOUNT, "users": [
            {"name": "ann", "path": "/file/",
             "keys": [{"access_key": "ANNKEY", "secret_key": "ann-secret"}]}]}]}
        path = file_of(server.home, document)
        plain = list(server.args)
        server.args = plain + ["--identities", path]
        for _ in range(2):  # the second start finds it done
            server.start()
            iam = clients(server)("iam")
            equal([u["Path"] for u in iam.list_users()["Users"]], ["/file/", "/"], "users")
            check(clients(server, "ANNKEY", "ann-secret")("sts").get_caller_identity()[
                "Arn"].endswith("/file/ann"), "the file's ann")
            for call, params in ((iam.delete_user, {}), (iam.update_user,
                                                         {"NewUserName": "x"}),
                                 (iam.create_access_key, {}),
                                 (iam.put_user_policy, {
                                     "PolicyName": "p", "PolicyDocument": policy(
                                         {"Action": "*", "Resource": "*"})})):
                refused("UnmodifiableEntity", call, UserName="ann", **params)
            server.stop()
        server.args = plain
        server.start()
        iam = clients(server)("iam")
        equal([u["Path"] for u in iam.list_users()["Users"]], ["/stored/", "/"], "stored")
        refused("InvalidClientTokenId",
                clients(server, "ANNKEY", "ann-secret")("sts").get_caller_identity)
        check(clients(server, key["AccessKeyId"], key["SecretAccessKey"])(
            "sts").get_caller_identity()["Arn"].endswith("/stored/ann"), "her stored key")
    finally:
        server.remove()


def test_bad_files_stop_the_start():
    def account(**more):
        return {"accounts": [dict({"id": "111111111111"}, **more)]}

    def user(**more):
        return account(users=[dict({"name": "u"}, **more)])

    allowed = json.loads(policy({"Action": "*", "Resource": "*"}))
    bad = [
        ("{", "JSON"), ("[]", "must be an object"), ({}, "accounts: is missing"),
        ({"acounts": []}, "acounts: is not known; allowed: accounts"),
        ({"accounts": [{"id": "12"}]}, "accounts[0].id: '12' is no account; allowed: 12 dig"),
        ({"accounts": [{"id": "111111111111"}] * 2}, "accounts[1].id: is there twice"),
        (account(canonical_id="xyz"), "accounts[0].canonical_id"),
        (account(owner="me"), "accounts[0].owner: is not known; allowed: id canonical_id"),
        (user(name="a b"), "accounts[0].users[0].name: 'a b' is no name; allowed"),
        (account(users=[{"name": "u"}, {"name": "U"}]), "accounts[0].users[1].name: 'U'"),
        (user(groups=["none"]), "accounts[0].users[0].groups: 'none' is not there; allowed"),
        (user(policies=["None"]), "accounts[0].users[0].policies: 'None' is not there"),
        (user(path="x"), "accounts[0].users[0].path: 'x' is no path; allowed: /"),
        (user(keys=[{"access_key": "A/B", "secret_key": "12345678"}]),
         "accounts[0].users[0].keys[0].access_key: 'A/B' is no access key; allowed"),
        (user(keys=[{"access_key": "ABC", "secret_key": "short"}]),
         "accounts[0].users[0].keys[0].secret_key: is of the wrong length; allowed: 8 to"),
        (user(keys=[{"access_key": "ABC", "secret_key": "12345678", "token": "12345678"}]),
         "accounts[0].users[0].keys[0].token: and secret_key are both there; allowed: one"),
        (user(keys=[{"access_key": "ABC"}]),
         "accounts[0].users[0].keys[0].secret_key: is missing"),
        (user(keys=[{"access_key": ACCESS, "secret_key": "12345678"}]),
         "accounts[0].users[0].keys[0].access_key: '%s' is taken" % ACCESS),
        (user(keys=[{"access_key": "K%d0" % n, "secret_key": "12345678"} for n in range(3)]),
         "accounts[0].users[0].keys: are too many; allowed: 2"),
        (user(inline_policies={"p": {}}), "accounts[0].users[0].inline_policies.p: "),
        (account(roles=[{"name": "r"}]), "accounts[0].roles[0].trust: must be a policy"),
        (account(roles=[{"name": "r", "trust": allowed}]), "accounts[0].roles[0].trust: "),
        (account(roles=[{"name": "r", "trust": json.loads(trust("*")),
                         "max_session_duration": 1}]),
         "accounts[0].roles[0].max_session_duration: is wrong; allowed: 3600 to 43200"),
        (account(policies=[{"name": "p", "document": []}]),
         "accounts[0].policies[0].document: must be a policy"),
    ]
    home = tempfile.mkdtemp(prefix="trug-e2e-")
    for document, words in bad:
        code, _, err = run("serve", os.path.join(home, "data"), "--address", "127.0.0.1:0",
                           "--identities", file_of(home, document))
        equal(code, 2, "exit for %s" % document)
        equal(err.count("\n"), 1, "lines for %s: %s" % (document, err))
        check("identities.json" in err and words in err, "%s: %s" % (document, err))
        check("12345678" not in err and "short" not in err, "a secret is shown: " + err)
    code, _, err = run("serve", os.path.join(home, "data"), "--identities",
                       os.path.join(home, "none"))
    equal(code, 2, "exit without the file")
    check("can't be read" in err, err)


# ---- web identities ----


class Provider:
    """Keys of a provider, by openssl, and its tokens."""

    ISSUER = "https://login.example.com/realm"

    def __init__(self, home):
        self.home = home
        self.jwks = os.path.join(home, "jwks.json")
        self.keys = []

    def path(self, name):
        return os.path.join(self.home, name)

    def openssl(self, *args, data=None):
        return subprocess.run(["openssl"] + list(args), input=data, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def add(self, alg, kid):
        how = {"RS256": ("RSA", "rsa_keygen_bits:2048"),
               "ES256": ("EC", "ec_paramgen_curve:P-256"), "EdDSA": ("ED25519", None)}[alg]
        pem = self.path(kid + ".pem")
        self.openssl("genpkey", "-algorithm", how[0], "-out", pem,
                     *(["-pkeyopt", how[1]] if how[1] else []))
        der = self.openssl("pkey", "-in", pem, "-pubout", "-outform", "DER")
        if alg == "RS256":
            # SubjectPublicKeyInfo of 2,048 bits: modulus and exponent at its end
            key = {"kty": "RSA", "n": url64(der[-261:-5]), "e": url64(der[-3:])}
        elif alg == "ES256":
            key = {"kty": "EC", "crv": "P-256", "x": url64(der[-64:-32]),
                   "y": url64(der[-32:])}
        else:
            key = {"kty": "OKP", "crv": "Ed25519", "x": url64(der[-32:])}
        self.keys.append(dict(key, kid=kid, alg=alg, use="sig"))
        self.write()

    def write(self):
        with open(self.jwks + ".new", "w") as f:
            json.dump({"keys": self.keys}, f)
        os.rename(self.jwks + ".new", self.jwks)

    def token(self, kid, header=None, **claims):
        key = [k for k in self.keys if k["kid"] == kid][0]
        now = int(time.time())
        body = dict({"iss": self.ISSUER, "aud": "trug", "sub": "ci", "iat": now,
                     "exp": now + 60}, **claims)
        head = dict({"alg": key["alg"], "kid": kid, "typ": "JWT"}, **(header or {}))
        text = ".".join(url64(json.dumps({k: v for k, v in part.items()
                                          if v is not None}).encode())
                        for part in (head, body))
        return text + "." + url64(self.sign(key["alg"], kid, text.encode()))

    def sign(self, alg, kid, data):
        pem = self.path(kid + ".pem")
        if alg == "EdDSA":
            with open(self.path("signed"), "wb") as f:
                f.write(data)
            return self.openssl("pkeyutl", "-sign", "-rawin", "-inkey", pem, "-in",
                                self.path("signed"))
        raw = self.openssl("dgst", "-sha256", "-sign", pem, data=data)
        return raw if alg == "RS256" else plain_ecdsa(raw)


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def plain_ecdsa(der):
    """The two numbers of a DER signature, 32 bytes each."""
    out, at = b"", 2
    for _ in range(2):
        size = der[at + 1]
        out += der[at + 2:at + 2 + size].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + size
    return out


def test_web_identity():
    server = Server()
    provider = Provider(server.home)
    for alg, kid in (("RS256", "r"), ("ES256", "e"), ("EdDSA", "d")):
        provider.add(alg, kid)
    server.args += ["--oidc", "issuer=%s,audience=trug other,jwks=%s" % (
        provider.ISSUER, provider.jwks)]
    with server:
        root = clients(server)
        sub = "login.example.com/realm:sub"
        arn = "arn:aws:iam::%s:oidc-provider/login.example.com/realm" % ROOT_ACCOUNT
        root("iam").create_role(RoleName="ci", AssumeRolePolicyDocument=policy(
            {"Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": arn},
             "Condition": {"StringLike": {sub: "ci*"}}}))
        root("iam").put_role_policy(RoleName="ci", PolicyName="p", PolicyDocument=policy(
            {"Action": "s3:ListAllMyBuckets", "Resource": "*"}))
        sts = clients(server, "none", "none")("sts")

        def ask(token, **more):
            return sts.assume_role_with_web_identity(**dict(dict(
                RoleArn="arn:aws:iam::%s:role/ci" % ROOT_ACCOUNT, RoleSessionName="run",
                WebIdentityToken=token), **more))

        for kid in "red":
            made = ask(provider.token(kid))
            equal(made["SubjectFromWebIdentityToken"], "ci", "subject by " + kid)
            equal(made["Audience"], "trug", "audience")
            session(server, made)("s3").list_buckets()
            denied(session(server, made)("s3").create_bucket, Bucket="xyz")
        ask(provider.token("r", aud=["first", "other"]))
        ask(provider.token("r", header={"kid": None}))
        good = provider.token("r")
        now = int(time.time())
        bad = [(provider.token("r", aud="else"), "InvalidIdentityToken"),
               (provider.token("r", iss="https://other"), "InvalidIdentityToken"),
               (provider.token("r", exp=now - 1), "ExpiredTokenException"),
               (provider.token("r", exp=None), "InvalidIdentityToken"),
               (provider.token("r", nbf=now + 3600), "InvalidIdentityToken"),
               (provider.token("r", sub="other"), "AccessDenied"),
               (provider.token("r", sub=None), "InvalidIdentityToken"),
               (provider.token("r", header={"kid": "e"}), "InvalidIdentityToken"),
               (provider.token("r", header={"alg": "ES256"}), "InvalidIdentityToken"),
               (provider.token("r", header={"alg": "RS512"}), "InvalidIdentityToken"),
               (provider.token("r", header={"alg": "HS256"}), "InvalidIdentityToken"),
               (provider.token("r", header={"alg": "none"}), "InvalidIdentityToken"),
               (provider.token("r", header={"crit": ["x"]}), "InvalidIdentityToken"),
               (good.rsplit(".", 1)[0] + ".", "InvalidIdentityToken"),
               (good[:-6] + "AAAAAA", "InvalidIdentityToken")]
        for token, code in bad:
            refused(code, ask, token=token)
        head, body, seal = good.split(".")
        other = url64(base64.urlsafe_b64decode(body + "==").replace(b'"ci"', b'"ci2"'))
        refused("InvalidIdentityToken", ask, token=".".join((head, other, seal)))
        refused("AccessDenied", ask, token=good,
                RoleArn="arn:aws:iam::%s:role/none" % ROOT_ACCOUNT)
        # Keys that the provider adds later are found without a restart.
        provider.add("RS256", "later")
        ask(provider.token("later"))
        # A role that trusts users is not for tokens, nor the other way round.
        root("iam").create_user(UserName="ann")
        key = root("iam").create_access_key(UserName="ann")["AccessKey"]
        denied(clients(server, key["AccessKeyId"], key["SecretAccessKey"])("sts").assume_role,
               RoleArn="arn:aws:iam::%s:role/ci" % ROOT_ACCOUNT, RoleSessionName="ann")


def test_keys_from_a_url():
    import functools
    import http.server
    import threading
    server = Server()
    provider = Provider(server.home)
    provider.add("RS256", "r")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(
        Quiet, directory=server.home))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    server.args += ["--oidc", "issuer=%s,audience=trug,jwks=http://127.0.0.1:%d/jwks.json" % (
        provider.ISSUER, web.server_port)]
    try:
        with server:
            arn = "arn:aws:iam::%s:oidc-provider/login.example.com/realm" % ROOT_ACCOUNT
            clients(server)("iam").create_role(RoleName="ci", AssumeRolePolicyDocument=policy(
                {"Action": "sts:AssumeRoleWithWebIdentity",
                 "Principal": {"Federated": arn}}))
            ask = clients(server, "none", "none")("sts").assume_role_with_web_identity
            params = dict(RoleArn="arn:aws:iam::%s:role/ci" % ROOT_ACCOUNT,
                          RoleSessionName="run")
            ask(WebIdentityToken=provider.token("r"), **params)
            provider.add("RS256", "later")
            refused("InvalidIdentityToken", ask, WebIdentityToken=provider.token("later"),
                    **params)
            end = time.monotonic() + PATIENCE
            while True:
                try:
                    ask(WebIdentityToken=provider.token("later"), **params)
                    break
                except ClientError:
                    check(time.monotonic() < end, "the new key was never fetched")
                    time.sleep(0.5)
    finally:
        web.shutdown()


def test_bad_providers_stop_the_start():
    home = tempfile.mkdtemp(prefix="trug-e2e-")
    keys = os.path.join(home, "keys")
    with open(keys, "w") as f:
        f.write("{}")
    for text, words in (("issuer=x", "lacks something"), ("nothing", "is wrong here"),
                        ("issuer=x,audience=a,jwks=" + keys, "is no URL"),
                        ("issuer=https://x,audience=a,jwks=" + keys, "no JSON Web Key Set"),
                        ("issuer=https://x,audience=a,jwks=/none", "can't be read")):
        code, _, err = run("serve", os.path.join(home, "data"), "--oidc", text)
        equal(code, 2, "exit for " + text)
        equal(err.count("\n"), 1, "lines for %s: %s" % (text, err))
        check(words in err, "%s: %s" % (text, err))


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
