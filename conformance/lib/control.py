# SPDX-License-Identifier: Apache-2.0
"""S3 Control: requests about an account, and their errors, which are wrapped."""

ACCOUNT = "000000000000"
NS = "http://awss3control.amazonaws.com/doc/2018-08-20/"
MALFORMED = ("The XML you provided was not well-formed or did not validate against our published "
             "schema")


class Control:
    def __init__(self, t):
        self.t = t

    def ask(self, method, path, body=b"", query=None, account=ACCOUNT, **how):
        headers = {} if account is None else {"x-amz-account-id": account}
        return self.t.s3.request(method, "v20180820", path, query, headers, body, **how)

    def good(self, answer, status, root=None):
        """The document's root, or nothing where there is no document."""
        self.t.status(answer, status)
        if root is None:
            self.t.eq(answer.body, b"", "body")
            return None
        self.t.eq((answer.xml.name, answer.xml.namespace), (root, NS), "root")
        return answer.xml

    def error(self, answer, status, code, message=None, **fields):
        t = self.t
        t.status(answer, status)
        t.eq(answer.xml.name, "ErrorResponse", "root of %r" % answer)
        error = answer.xml.all("Error")[0]
        t.eq(error.get("Code"), code, "Code in %r" % answer)
        if message is not None:
            t.eq(error.get("Message"), message, "Message")
        for name, want in fields.items():
            t.eq(error.get(name), want, "%s in %r" % (name, answer))
        t.eq(answer.xml.names(), ["Error", "RequestId", "HostId"], "elements")
        t.eq(answer.xml.get("RequestId"), answer.header("x-amz-request-id"), "RequestId")
        t.refused(answer, code)

    def denied(self, method, path, body=b"", query=None):
        """Nobody, nobody with a wrong key, and nobody for another's account."""
        self.error(self.ask(method, path, body, query, sign=None), 403, "AccessDenied",
                   "Access Denied")
        self.error(self.ask(method, path, body, query,
                            signer=self.t.s3.signer(secret="wrong")), 403,
                   "SignatureDoesNotMatch")
        self.error(self.ask(method, path, body, query, account="123456789012"), 403,
                   "AccessDenied")

    # ---- access points ----

    def point(self, bucket, name=None, more=""):
        """(name, alias) of a new one."""
        name = name or "p" + self.t.name()[-40:]
        root = self.good(self.create(bucket, name, more), 200, "CreateAccessPointResult")
        return name, root.get("Alias")

    def create(self, bucket, name, more=""):
        return self.ask("PUT", "accesspoint/" + name, (
            '<CreateAccessPointRequest xmlns="%s"><Bucket>%s</Bucket>%s</CreateAccessPointRequest>'
            % (NS, bucket, more)).encode())

    def delete(self, name):
        self.good(self.ask("DELETE", "accesspoint/" + name), 204)

    def put_policy(self, name, policy):
        return self.ask("PUT", "accesspoint/%s/policy" % name, (
            '<PutAccessPointPolicyRequest xmlns="%s"><Policy>%s</Policy>'
            "</PutAccessPointPolicyRequest>" % (NS, policy)).encode())


def arn(bucket):
    return "tags/arn:aws:s3:::" + bucket


def point_arn(t, name):
    return "arn:aws:s3:%s:%s:accesspoint/%s" % (t.region, ACCOUNT, name)


def tags(*pairs):
    return ('<TagResourceRequest xmlns="%s"><Tags>%s</Tags></TagResourceRequest>' % (NS, "".join(
        "<Tag><Key>%s</Key><Value>%s</Value></Tag>" % p for p in pairs))).encode()


def listed(root):
    return [(tag.get("Key"), tag.get("Value")) for tag in root.all("Tags")[0].all("Tag")]
