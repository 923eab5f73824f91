# SPDX-License-Identifier: Apache-2.0
"""What a case is given: a client, buckets of its own, and ways to expect."""

import email.utils
import os
import threading
import urllib.parse
from xml.sax.saxutils import escape

import s3raw

XMLNS = "http://s3.amazonaws.com/doc/2006-03-01/"
MIB = 1 << 20
PART = 5 * MIB


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


_serial = 0
_serial_lock = threading.Lock()


class Case:
    def __init__(self, options):
        self.options = options
        self.profile = options.profile
        self.limits = getattr(options, "limits", None) or {}
        self.tier = getattr(options, "tier", None) or "open"
        self.region = options.region
        self.s3 = s3raw.Client(options.endpoint, options.access_key, options.secret_key,
                               options.region, timeout=options.timeout)
        self.buckets = []
        self.later = []  # what to call when the case is over
        self.seen = []  # (answer, code); see record.py

    def clock(self, how, value):
        """Moves the server's, which is all others' too: for cases that run alone."""
        self.status(self.s3.request("POST", path="/_trug/v1/clock", query={how: value}), 200)

    # ---- what a case works on ----

    def name(self):
        """A bucket name nobody has; deleted afterwards if the case makes it."""
        global _serial
        with _serial_lock:
            _serial += 1
            name = "trug-%d-%s-%d" % (os.getpid(), os.urandom(3).hex(), _serial)
        self.buckets.append(name)
        return name

    def name_of(self, name):
        """The same for a name that the case has chosen."""
        self.buckets.append(name)
        return name

    def bucket(self):
        name = self.name()
        self.status(self.s3.put(name, **self._location()), 200)
        return name

    def _location(self):
        if self.region == "us-east-1":
            return {}
        return {"body": "<CreateBucketConfiguration><LocationConstraint>%s</LocationConstraint>"
                        "</CreateBucketConfiguration>" % self.region}

    def object(self, bucket, key, body=b"x", **headers):
        answer = self.s3.put(bucket, key, body,
                             {k.replace("_", "-"): v for k, v in headers.items()})
        return self.status(answer, 200)

    def upload(self, bucket, key, headers=None):
        answer = self.status(self.s3.post(bucket, key, "uploads", headers=headers), 200)
        return answer.xml.get("UploadId")

    def part(self, bucket, key, upload, number, body, headers=None):
        answer = self.s3.put(bucket, key, body, headers,
                             {"partNumber": number, "uploadId": upload})
        return self.status(answer, 200).header("ETag")

    def complete(self, bucket, key, upload, parts, headers=None):
        """parts: (number, etag) or (number, etag, {"ChecksumCRC32": ...})."""
        rows = []
        for part in parts:
            extra = part[2] if len(part) > 2 else {}
            rows.append("<Part><PartNumber>%s</PartNumber><ETag>%s</ETag>%s</Part>" % (
                part[0], escape(part[1]),
                "".join("<%s>%s</%s>" % (k, v, k) for k, v in extra.items())))
        return self.s3.post(bucket, key, {"uploadId": upload},
                            '<CompleteMultipartUpload xmlns="%s">%s</CompleteMultipartUpload>'
                            % (XMLNS, "".join(rows)), headers)

    def versioning(self, bucket, status="Enabled"):
        body = ('<VersioningConfiguration xmlns="%s"><Status>%s</Status>'
                "</VersioningConfiguration>" % (XMLNS, status)).encode()
        self.status(self.s3.put(bucket, None, body, query="versioning"), 200)

    def versions(self, bucket, query=None):
        """(key, id, latest, marker) in the order of the listing, and the document."""
        root = self.status(self.s3.get(bucket, query=query or "versions"), 200).xml
        return [(row.get("Key"), row.get("VersionId"), row.get("IsLatest") == "true",
                 row.name == "DeleteMarker") for row in root.children()
                if row.name in ("Version", "DeleteMarker")], root

    def multipart(self, bucket, key, bodies, headers=None):
        """A whole multipart upload; the answer of its completion."""
        upload = self.upload(bucket, key, headers)
        parts = [(n, self.part(bucket, key, upload, n, body))
                 for n, body in enumerate(bodies, 1)]
        return self.status(self.complete(bucket, key, upload, parts), 200)

    def keys(self, bucket, query=None, v2=True):
        query = s3raw.pairs(query) + ([("list-type", "2")] if v2 else [])
        return [c.get("Key") for c in
                self.status(self.s3.get(bucket, query=query), 200).xml.all("Contents")]

    def clean(self):
        for call in reversed(self.later):
            call()
        for name in self.buckets:
            if self.s3.head(name).status == 403:
                self.s3.delete(name, query="policy")
            if self.s3.head(name).status != 200:
                continue
            self._empty(name)
            self.s3.delete(name)
        self.s3.close()

    def _empty(self, name):
        for _ in range(1000):
            answer = self.s3.get(name, query="versions&encoding-type=url")
            rows = [row for row in answer.xml.children()
                    if row.name in ("Version", "DeleteMarker")] if answer.status == 200 else []
            if all(row.get("VersionId") == "null" for row in rows):
                break  # none, or what the plain listing below finds
            if not any([self._free(name, urllib.parse.unquote_plus(row.get("Key")),
                                   row.get("VersionId")) for row in rows]):
                break  # what is under COMPLIANCE stays
        for upload in self._rows(name, "uploads", "Upload"):
            self.s3.delete(name, upload.get("Key"), {"uploadId": upload.get("UploadId")})
        for _ in range(1000):
            rows = self._rows(name, "list-type=2&encoding-type=url", "Contents")
            for row in rows:
                self.s3.delete(name, urllib.parse.unquote_plus(row.get("Key")))
            if len(rows) < 1000:
                break

    def _free(self, name, key, version):
        query = {"versionId": version}
        if self.s3.delete(name, key, query).status == 204:
            return True
        body = '<LegalHold xmlns="%s"><Status>OFF</Status></LegalHold>' % XMLNS
        self.s3.put(name, key, body, {"Content-MD5": s3raw.md5_base64(body.encode())},
                    {"legal-hold": None, "versionId": version})
        return self.s3.delete(name, key, query,
                              {"x-amz-bypass-governance-retention": "true"}).status == 204

    def _rows(self, name, query, tag):
        answer = self.s3.get(name, query=query)
        return answer.xml.all(tag) if answer.status == 200 else []

    # ---- expectations ----

    def skip(self, reason):
        raise Skipped(reason)

    def fail(self, text):
        raise Failed(text)

    def ok(self, condition, text):
        if not condition:
            raise Failed(text)

    def eq(self, got, want, what=""):
        if got != want:
            raise Failed("%s: got %r, want %r" % (what or "value", got, want))

    def one_of(self, got, wants, what=""):
        if got not in wants:
            raise Failed("%s: got %r, want one of %r" % (what or "value", got, wants))

    def status(self, answer, want):
        wants = want if isinstance(want, tuple) else (want,)
        if answer.status not in wants:
            raise Failed("status %d, want %s: %r" % (
                answer.status, " or ".join(map(str, wants)), answer))
        self.seen.append((answer, None))
        return answer

    def refused(self, answer, code):
        """An error has been stated by its code, not by its status alone."""
        self.seen.append((answer, code))

    def header(self, answer, name, want):
        self.eq(answer.header(name), want, "header %s of %s" % (name, answer.request))

    def no_header(self, answer, name):
        self.eq(answer.header(name), None, "header %s of %s" % (name, answer.request))

    def error(self, answer, status, code, message=None, **fields):
        """An error document, complete: fields are elements of it; None: not there."""
        self.status(answer, status)
        self.eq(answer.header("Content-Type"), "application/xml", "Content-Type of the error")
        root = answer.xml
        self.eq(root.name, "Error", "root element")
        self.eq(root.namespace, "", "namespace of Error")
        self.eq(root.get("Code"), code, "Code in %r" % answer)
        if message is not None:
            self.eq(root.get("Message"), message, "Message")
        self.ok(root.get("Message"), "no Message in %r" % answer)
        self.eq(root.names()[:2], ["Code", "Message"], "first elements")
        self.error_shape(answer, fields)
        self.refused(answer, code)
        return root

    def error_shape(self, answer, fields):
        """What stands behind Code and Message: a service's own way."""
        root = answer.xml
        if self.tier == "r2":
            return self.eq(root.names(), ["Code", "Message"], "elements")
        if self.tier == "minio":
            more = [n for n in root.names()[2:] if n not in ("Key", "BucketName", "Region")]
            return self.eq(more[:3], ["Resource", "RequestId", "HostId"], "elements")
        for name, want in fields.items():
            self.eq(root.get(name.replace("__", "-")), None if want is None else str(want),
                    "%s in %r" % (name, answer))
        self.eq(root.names()[-2:], ["RequestId", "HostId"], "last elements")
        self.eq(root.get("RequestId"), answer.header("x-amz-request-id"), "RequestId")
        return self.eq(root.get("HostId"), answer.header("x-amz-id-2"), "HostId")

    def bare_error(self, answer, status):
        """What a HEAD gets: the status and not a byte of body."""
        self.status(answer, status)
        self.eq(answer.body, b"", "body of HEAD")
        self.refused(answer, "")

    def body(self, answer, want, status=200):
        self.status(answer, status)
        self.ok(answer.body == want, "body differs: %d bytes, want %d (%r, want %r)" % (
            len(answer.body), len(want), answer.body[:60], want[:60]))
        return answer

    def http_date(self, text, what):
        self.ok(text and text.endswith(" GMT") and email.utils.parsedate_to_datetime(text),
                "%s is no HTTP date: %r" % (what, text))

    def iso_date(self, text, what):
        self.ok(text and len(text) == 24 and text[10] == "T" and text.endswith("Z")
                and text[19] == ".", "%s is no ISO date with milliseconds: %r" % (what, text))
