# SPDX-License-Identifier: Apache-2.0
import json

import document
import policies
from policies import arn, statement

JSON = "Policies must be valid JSON and the first byte must be '{'"


def PutBucketPolicy_round_trip(t):
    name = policies.bucket(t)
    body = ('{\n  "Version": "2012-10-17",\n  "Id" : "caf\\u00e9", "Statement": {"Sid":"a b",'
            '"Effect":"Deny","Principal":{"AWS":["*"]},"Action":"s3:DeleteBucket",'
            '"Resource":"%s"}}\n ' % arn(name)).encode()
    t.eq(t.status(t.s3.put(name, None, body, query="policy"), 204).body, b"", "body")
    answer = t.s3.get(name, query="policy")
    t.body(answer, body)
    t.header(answer, "Content-Type", "application/json")
    again = policies.document(statement("Allow", "s3:GetObject", arn(name, "*")))
    t.status(t.s3.put(name, None, again, query="policy"), 204)
    t.body(t.s3.get(name, query="policy"), again.encode())


def _refuses(t, name, body, message):
    t.error(t.s3.put(name, None, body, query="policy"), 400, "MalformedPolicy", message)


def PutBucketPolicy_no_document(t):
    name = policies.bucket(t)
    t.error(t.s3.put(name, None, b"", query="policy"), 400, "MissingRequestBodyError",
            "Request Body is empty")
    for body in ('""', "invalid json", " {}", "[]", "<Policy/>"):
        _refuses(t, name, body, JSON)
    _refuses(t, name, "{", "This policy contains invalid Json")
    _refuses(t, name, "{}", "Missing required field Statement")
    _refuses(t, name, '{"Statement":[]}', "Could not parse the policy: Statement is empty!")
    _refuses(t, name, '{"Version":"2020-01-01","Statement":[]}',
             "The policy must contain a valid version string")
    _refuses(t, name, '{"Statements":[]}', "Unknown field Statements")
    t.error(t.s3.get(name, query="policy"), 404, "NoSuchBucketPolicy")


def _statement(name, **change):
    out = statement("Allow", "s3:GetObject", arn(name, "*"))
    out.update(change)
    return json.dumps({"Version": "2012-10-17",
                       "Statement": [{k: v for k, v in out.items() if v is not None}]})


def PutBucketPolicy_malformed(t):
    name = policies.bucket(t)
    kept = policies.document(statement("Deny", "s3:DeleteBucket", arn(name)))
    t.status(t.s3.put(name, None, kept, query="policy"), 204)
    for message, change in (
            ("Missing required field Effect", {"Effect": None}),
            ("Invalid effect: allow", {"Effect": "allow"}),
            ("Missing required field Principal", {"Principal": None}),
            ("Missing required field Principal cannot be empty!", {"Principal": {}}),
            ("Missing required field Action", {"Action": None}),
            ("Missing required field Resource", {"Resource": None}),
            ("Policy has invalid action", {"Action": "s3:FlyToMoon"}),
            ("Policy has invalid action", {"Action": "s3:ListAllMyBuckets"}),
            ("Policy has invalid action", {"Action": "ec2:RunInstances"}),
            ("Policy has invalid resource", {"Resource": "*"}),
            ("Policy has invalid resource", {"Resource": arn(name + "x", "*")}),
            ("Policy has invalid resource", {"Resource": [arn(name, "*"), "arn:aws:s3:::"]}),
            ("Policy has invalid resource", {"Resource": "arn:aws:sqs:::%s/*" % name}),
            ("Action does not apply to any resource(s) in statement", {"Resource": arn(name)}),
            ("Action does not apply to any resource(s) in statement",
             {"Action": ["s3:GetObject", "s3:ListBucket"]}),
            ("Invalid policy syntax.", {"Action": 7}),
            ("Invalid policy syntax.", {"NotAction": "s3:PutObject"}),
            ("Unknown field Actions", {"Actions": "s3:*"}),
            ("Invalid Condition type : StringIs", {"Condition": {"StringIs": {"aws:Referer": "x"}}}),
            ("Policy has an invalid condition key",
             {"Condition": {"StringLike": {"s3:VersionStatus": "x"}}}),
            ("Conditions do not apply to combination of actions and resources in statement",
             {"Condition": {"StringLike": {"s3:prefix": "x"}}}),
            ("Invalid IP address in Conditions",
             {"Condition": {"IpAddress": {"aws:SourceIp": "300.1.1.1"}}})):
        _refuses(t, name, _statement(name, **change), message)
    t.body(t.s3.get(name, query="policy"), kept.encode())


def PutBucketPolicy_principals(t):
    name = policies.bucket(t)
    for who in ({"AWS": "user"}, {"AWS": "1234"}, {"AWS": "arn:aws:iam::000000000000:user/*"},
                {"AWS": "AIDAJ45Q7YFFAREXAMPLE"}, {"Service": "*"}, "x", {"CanonicalUser": "x"}):
        _refuses(t, name, _statement(name, Principal=who), "Invalid principal in policy")
    answer = t.s3.put(name, None, _statement(name, Principal={"AWS": "user"}), query="policy")
    t.error(answer, 400, "MalformedPolicy", "Invalid principal in policy",
            Detail='"AWS":"user"')
    _refuses(t, name, _statement(name, Principal=None, NotPrincipal="*"),
             "Allow with NotPrincipal is not allowed.")


def PutBucketPolicy_too_long(t):
    name = policies.bucket(t)
    head = '{"Id":"%s",' + policies.document(statement("Deny", "s3:DeleteBucket", arn(name)))[1:]
    short = json.dumps(json.loads(head % ""), separators=(",", ":"))
    fits = short.replace('"Id":""', '"Id":"%s"' % ("x" * (20480 - len(short))))
    t.eq(len(fits), 20480)
    t.status(t.s3.put(name, None, fits, query="policy"), 204)
    t.status(t.s3.put(name, None, fits.replace(",", " ,\n "), query="policy"), 204)
    _refuses(t, name, fits.replace('"Id":"', '"Id":"x'),
             "Normalized policy document exceeds the maximum allowed size of 20480 bytes")


def PutBucketPolicy_blocked(t):
    """New buckets take no public policy."""
    name = t.bucket()
    public = statement("Allow", "s3:GetObject", arn(name, "*"))
    answer = policies.put(t, name, public)
    t.error(answer, 403, "AccessDenied")
    t.ok(answer.xml.get("Message").endswith(
        ' is not authorized to perform: s3:PutBucketPolicy on resource: "%s" because public '
        "policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access."
        % arn(name)), answer.body)
    t.error(t.s3.get(name, query="policy"), 404, "NoSuchBucketPolicy")
    t.status(policies.put(t, name, statement("Deny", "s3:GetObject", arn(name, "*"))), 204)
    t.status(policies.put(t, name, statement(
        "Allow", "s3:GetObject", arn(name, "*"),
        IpAddress={"aws:SourceIp": "10.0.0.0/8"})), 204)
    policies.block(t, name)
    t.status(policies.put(t, name, public), 204)


def PutBucketPolicy_denied(t):
    document.denied(t, "PUT", "policy", "{}")
    name = t.bucket()
    user = policies.User(t)
    user.denied(user.s3.put(name, None, "{}", query="policy"), "s3:PutBucketPolicy", arn(name))


def PutBucketPolicy_owner_is_not_locked_out(t):
    name = policies.bucket(t, lambda b: statement("Deny", "s3:*", [arn(b), arn(b, "*")]))
    t.error(t.s3.get(name), 403, "AccessDenied")
    t.error(t.s3.put(name, "key", b"x"), 403, "AccessDenied")
    t.status(t.s3.get(name, query="policy"), 200)
    t.status(policies.put(t, name, statement("Deny", "s3:PutObject", arn(name, "*"))), 204)
    t.status(t.s3.get(name), 200)
    t.error(t.s3.put(name, "key", b"x"), 403, "AccessDenied")
    t.status(t.s3.delete(name, query="policy"), 204)
    t.object(name, "key")


def PutBucketPolicy_gone_with_bucket(t):
    name = policies.bucket(t, lambda b: statement("Allow", "s3:GetObject", arn(b, "*")))
    t.status(t.s3.delete(name), 204)
    t.status(t.s3.put(name), 200)
    t.error(t.s3.get(name, query="policy"), 404, "NoSuchBucketPolicy")
    t.object(name, "key")
    t.error(policies.anonymous(t, "GET", name, "key"), 403, "AccessDenied")
