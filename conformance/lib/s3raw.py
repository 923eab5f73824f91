# SPDX-License-Identifier: Apache-2.0
"""A client that shows what is on the wire: signs as asked, hides nothing, retries nothing.

Standard library only. One Client may be used by several threads; each has a connection of
its own. Nothing here knows what an answer should be; that is the cases' business.
"""

import base64
import datetime
import functools
import hashlib
import hmac
import http.client
import socket
import ssl
import struct
import threading
import urllib.parse
import xml.etree.ElementTree as ET
import zlib

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
STREAM_SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
STREAM_SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
STREAM_UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


# ---- checksums ----


def _table(poly):
    table = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ poly if n & 1 else n >> 1
        table.append(n)
    return tuple(table)


_CRC32C = _table(0x82F63B78)
_CRC64NVME = _table(0x9A6C9329AC4BC9B5)


# Half a second for a part of 5 MiB; the cases send the same few parts again and again.
@functools.lru_cache(maxsize=64)
def _crc_block(table, crc, block):
    for byte in block:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc


def _crc(table, ones, data):
    crc = ones
    for at in range(0, len(data), 1 << 20):
        crc = _crc_block(table, crc, data[at:at + (1 << 20)])
    return crc ^ ones


# Of the bodies that cases send, from the reference implementation: Python has none.
XXHASH = {
    "XXHASH64": {b"123456789": "jLhB20DmroM=", b"a" * (5 << 20): "SrGuhw/sEV4=",
                 b"b": "eEUqoRrzn5s="},
    "XXHASH3": {b"123456789": "ctyxi2ehff8=", b"a" * (5 << 20): "IYg8Ke7DmeQ=",
                b"b": "V1oLHETYhD8="},
    "XXHASH128": {b"123456789": "MxGUd+3l3NXpcWQnaB1YYA==",
                  b"a" * (5 << 20): "fq8v9rMrjkMhiDwp7sOZ5A==", b"b": "SyIS4xrJf9RXWgscRNiEPw=="},
}


def checksum_raw(algorithm, data):
    algorithm = algorithm.upper()
    if algorithm == "CRC32":
        return struct.pack(">I", zlib.crc32(data))
    if algorithm == "CRC32C":
        return struct.pack(">I", _crc(_CRC32C, 0xFFFFFFFF, data))
    if algorithm == "CRC64NVME":
        return struct.pack(">Q", _crc(_CRC64NVME, 0xFFFFFFFFFFFFFFFF, data))
    if algorithm == "SHA1":
        return hashlib.sha1(data).digest()
    if algorithm == "SHA256":
        return hashlib.sha256(data).digest()
    if algorithm == "SHA512":
        return hashlib.sha512(data).digest()
    if algorithm == "MD5":
        return hashlib.md5(data).digest()
    if algorithm in XXHASH and data in XXHASH[algorithm]:
        return base64.b64decode(XXHASH[algorithm][data])
    raise ValueError(algorithm)


def checksum(algorithm, data):
    return base64.b64encode(checksum_raw(algorithm, data)).decode()


def md5_base64(data):
    return base64.b64encode(hashlib.md5(data).digest()).decode()


def etag(data):
    return '"%s"' % hashlib.md5(data).hexdigest()


def etag_multipart(parts):
    joined = b"".join(hashlib.md5(p).digest() for p in parts)
    return '"%s-%d"' % (hashlib.md5(joined).hexdigest(), len(parts))


# ---- names ----


def quote(text, safe="-_.~"):
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogateescape")
    return urllib.parse.quote(text, safe=safe)


def pairs(query):
    """A query as a list of (name, value); value None is a bare name."""
    if not query:
        return []
    if isinstance(query, str):
        return [(q, None) for q in query.split("&")] if "=" not in query else [
            tuple(urllib.parse.unquote_plus(x) for x in q.split("=", 1)) if "=" in q else (q, None)
            for q in query.split("&")]
    if isinstance(query, dict):
        return list(query.items())
    return list(query)


def render_query(query):
    return "&".join(quote(k) if v is None else "%s=%s" % (quote(k), quote(str(v)))
                    for k, v in query)


# ---- signatures ----


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signing_key(secret, date, region, service="s3"):
    key = _hmac(("AWS4" + secret).encode(), date)
    return _hmac(_hmac(_hmac(key, region), service), "aws4_request")


def canonical_request(method, path, query, headers, signed, payload):
    lines = sorted((quote(k), quote("" if v is None else str(v))) for k, v in query)
    out = [method, path, "&".join("%s=%s" % kv for kv in lines)]
    for name in signed:
        values = [" ".join(str(v).split()) for k, v in headers if k.lower() == name]
        out.append("%s:%s" % (name, ",".join(values)))
    out += ["", ";".join(signed), payload]
    return "\n".join(out)


class Signer:
    """What a signature depends on beside the request; cases bend single fields."""

    def __init__(self, access, secret, region="us-east-1", now=None, service="s3"):
        self.access, self.secret, self.region, self.service = access, secret, region, service
        now = now or datetime.datetime.now(datetime.timezone.utc)
        self.stamp = now.strftime("%Y%m%dT%H%M%SZ")
        self.date = self.stamp[:8]
        self.key = signing_key(secret, self.date, region, service)
        self.seed = None

    def scope(self):
        return "%s/%s/%s/aws4_request" % (self.date, self.region, self.service)

    def sign(self, canonical):
        text = "\n".join(["AWS4-HMAC-SHA256", self.stamp, self.scope(),
                          hashlib.sha256(canonical.encode()).hexdigest()])
        self.seed = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        return self.seed

    def header(self, method, path, query, headers, payload, extra_signed=()):
        signed = sorted({k.lower() for k, _ in headers
                         if k.lower() in ("host", "content-type", "content-md5")
                         or k.lower().startswith("x-amz-")} | set(extra_signed))
        seed = self.sign(canonical_request(method, path, query, headers, signed, payload))
        return "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            self.access, self.scope(), ";".join(signed), seed)

    def presign(self, method, path, query, headers, expires=600):
        signed = sorted({k.lower() for k, _ in headers if k.lower() == "host"
                         or k.lower().startswith("x-amz-")})
        query = query + [("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
                         ("X-Amz-Credential", "%s/%s" % (self.access, self.scope())),
                         ("X-Amz-Date", self.stamp), ("X-Amz-Expires", str(expires)),
                         ("X-Amz-SignedHeaders", ";".join(signed))]
        seed = self.sign(canonical_request(method, path, query, headers, signed, UNSIGNED))
        return query + [("X-Amz-Signature", seed)]

    def chunk(self, data):
        text = "\n".join(["AWS4-HMAC-SHA256-PAYLOAD", self.stamp, self.scope(), self.seed,
                          EMPTY_SHA256, hashlib.sha256(data).hexdigest()])
        self.seed = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        return self.seed

    def trailer(self, lines):
        text = "\n".join(["AWS4-HMAC-SHA256-TRAILER", self.stamp, self.scope(), self.seed,
                          hashlib.sha256(lines).hexdigest()])
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()


class SignerV2:
    """Signature version 2. The bucket goes into the resource when the host names it."""

    SUBS = ("acl cors delete lifecycle location logging notification partNumber policy "
            "requestPayment response-cache-control response-content-disposition "
            "response-content-encoding response-content-language response-content-type "
            "response-expires restore tagging torrent uploadId uploads versionId versioning "
            "versions website").split()

    def __init__(self, access, secret, now=None, bucket=None):
        self.access, self.secret, self.bucket = access, secret, bucket
        now = now or datetime.datetime.now(datetime.timezone.utc)
        self.stamp = now.strftime("%a, %d %b %Y %H:%M:%S +0000")
        self.now = int(now.timestamp())

    def string(self, method, path, query, headers, when):
        found = {}
        for k, v in headers:
            found.setdefault(k.lower(), []).append(str(v).strip())
        amz = ["%s:%s" % (k, ",".join(v)) for k, v in sorted(found.items())
               if k.startswith("x-amz-")]
        subs = [k if v is None else "%s=%s" % (k, v) for k, v in sorted(query, key=lambda q: q[0])
                if k in self.SUBS]
        resource = ("/" + self.bucket if self.bucket else "") + path
        return "\n".join([method, found.get("content-md5", [""])[0],
                          found.get("content-type", [""])[0], when] + amz +
                         [resource + ("?" + "&".join(subs) if subs else "")])

    def sign(self, text):
        return base64.b64encode(hmac.new(self.secret.encode(), text.encode(),
                                         hashlib.sha1).digest()).decode()

    def header(self, method, path, query, headers, payload=None):
        when = "" if any(k.lower() == "x-amz-date" for k, _ in headers) else self.stamp
        return "AWS %s:%s" % (self.access,
                              self.sign(self.string(method, path, query, headers, when)))

    def presign(self, method, path, query, headers, expires=600):
        until = str(self.now + expires)
        return query + [("AWSAccessKeyId", self.access), ("Expires", until),
                        ("Signature", self.sign(self.string(method, path, query, headers,
                                                            until)))]


def aws_chunked(signer, data, sizes, signed, trailers):
    """Body of an aws-chunked upload. sizes: chunk size, or a list of sizes."""
    chunks, at = [], 0
    sizes = sizes if isinstance(sizes, list) else [sizes] * (len(data) // sizes + 1)
    for n in sizes:
        if at < len(data):
            chunks.append(data[at:at + n])
            at += n
    out = []
    for piece in chunks + [b""]:
        line = b"%x" % len(piece)
        if signed:
            line += b";chunk-signature=" + signer.chunk(piece).encode()
        out.append(line + b"\r\n" + (piece + b"\r\n" if piece else b""))
    if trailers is None:
        out.append(b"\r\n")
    else:
        lines = b"".join(b"%s:%s\n" % (k.encode(), v.encode()) for k, v in trailers)
        for k, v in trailers:
            out.append(b"%s:%s\r\n" % (k.encode(), v.encode()))
        if signed:
            out.append(b"x-amz-trailer-signature:%s\r\n" % signer.trailer(lines).encode())
        out.append(b"\r\n")
    return b"".join(out)


# ---- answers ----


class Node:
    """An XML element without its namespaces; find by path of names."""

    def __init__(self, element):
        self.element = element

    @property
    def name(self):
        return self.element.tag.rpartition("}")[2]

    @property
    def namespace(self):
        return self.element.tag.rpartition("}")[0].lstrip("{")

    @property
    def value(self):
        return self.element.text or ""

    def all(self, path):
        nodes = [self]
        for name in path.split("/"):
            nodes = [Node(c) for n in nodes for c in n.element
                     if c.tag.rpartition("}")[2] == name]
        return nodes

    def get(self, path, default=None):
        found = self.all(path)
        return found[0].value if found else default

    def children(self):
        return [Node(child) for child in self.element]

    def names(self):
        return [c.tag.rpartition("}")[2] for c in self.element]


class Answer:
    def __init__(self, status, headers, body, request):
        self.status, self.headers, self.body, self.request = status, headers, body, request

    def header(self, name, default=None):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return default

    @property
    def xml(self):
        return Node(ET.fromstring(self.body))

    @property
    def code(self):
        try:
            return self.xml.get("Code") if self.body else None
        except ET.ParseError:
            return None

    def __repr__(self):
        return "%s -> %d %s" % (self.request, self.status, self.body[:400])


class Client:
    def __init__(self, endpoint, access, secret, region="us-east-1", virtual=False,
                 timeout=60):
        url = urllib.parse.urlsplit(endpoint)
        self.endpoint = endpoint
        self.tls = url.scheme == "https"
        self.host = url.hostname
        self.port = url.port or (443 if self.tls else 80)
        self.access, self.secret, self.region = access, secret, region
        self.virtual, self.timeout = virtual, timeout
        self.local = threading.local()

    @property
    def authority(self):
        standard = 443 if self.tls else 80
        host = "[%s]" % self.host if ":" in self.host else self.host
        return host if self.port == standard else "%s:%d" % (host, self.port)

    def signer(self, **bent):
        args = dict(access=self.access, secret=self.secret, region=self.region)
        args.update(bent)
        return Signer(**args)

    def socket(self):
        sock = socket.create_connection((self.host, self.port), self.timeout)
        if self.tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            sock = context.wrap_socket(sock, server_hostname=self.host)
        return sock

    def _connection(self):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
            connection.sock = self.socket()
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.local.connection = connection
        return connection

    def close(self):
        connection = getattr(self.local, "connection", None)
        if connection is not None:
            connection.close()
            self.local.connection = None

    def path(self, bucket, key):
        if self.virtual and bucket is not None:
            return "/" + (quote(key, "/-_.~") if key is not None else "")
        out = "/"
        if bucket is not None:
            out += quote(bucket)
            if key is not None:
                out += "/" + quote(key, "/-_.~")
        return out

    def build(self, method, bucket=None, key=None, query=None, headers=None, body=b"",
              sign="header", payload=None, chunk=65536, trailers=None, signer=None,
              expires=600, path=None, host=None, length=True):
        """(method, target, headers, body) as they go to the wire."""
        query = pairs(query)
        headers = list(headers.items() if isinstance(headers, dict) else headers or [])
        path = path if path is not None else self.path(bucket, key)
        host = host or ("%s.%s" % (bucket, self.authority) if self.virtual and bucket
                        else self.authority)
        headers.insert(0, ("Host", host))
        signer = signer or self.signer()
        if sign == "presign":
            query = signer.presign(method, path, query, headers, expires)
        elif sign == "v2":
            headers.append(("Date", signer.stamp))
            headers.append(("Authorization", signer.header(method, path, query, headers)))
        elif sign == "header":
            payload = payload or hashlib.sha256(body).hexdigest()
            headers.append(("X-Amz-Date", signer.stamp))
            headers.append(("X-Amz-Content-Sha256", payload))
            if payload.startswith("STREAMING-"):
                if not any(k.lower() == "content-encoding" for k, _ in headers):
                    headers.append(("Content-Encoding", "aws-chunked"))
                headers.append(("X-Amz-Decoded-Content-Length", str(len(body))))
                if trailers is not None:
                    headers.append(("X-Amz-Trailer", ",".join(k for k, _ in trailers)))
            auth = signer.header(method, path, query, headers, payload)
            if payload.startswith("STREAMING-"):
                body = aws_chunked(signer, body, chunk, "UNSIGNED" not in payload, trailers)
            headers.append(("Authorization", auth))
        if length and (body or method in ("PUT", "POST")):
            headers.append(("Content-Length", str(len(body))))
        target = path + ("?" + render_query(query) if query else "")
        return method, target, headers, body

    def request(self, method, bucket=None, key=None, query=None, headers=None, body=b"",
                **how):
        if isinstance(body, str):
            body = body.encode()
        return self.send(*self.build(method, bucket, key, query, headers, body, **how))

    def send(self, method, target, headers, body):
        for attempt in (0, 1):
            connection = self._connection()
            used = getattr(connection, "used", False)
            try:
                connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
                for name, value in headers:
                    if isinstance(value, str):
                        value = value.encode("utf-8", "surrogateescape")
                    connection.putheader(name, value)
                connection.endheaders()
                try:
                    if body:
                        connection.send(body)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # an early answer; read it
                response = connection.getresponse()
                data = response.read()
                break
            except (http.client.HTTPException, OSError):
                self.close()
                # A kept connection may have been closed while nobody looked.
                if attempt or not used:
                    raise
        connection.used = True
        answer = Answer(response.status, response.getheaders(), data,
                        "%s %s" % (method, target[:200]))
        if response.will_close:
            self.close()
        return answer

    # Short forms of what the cases need all the time.
    def get(self, bucket=None, key=None, query=None, headers=None, **how):
        return self.request("GET", bucket, key, query, headers, **how)

    def head(self, bucket=None, key=None, query=None, headers=None, **how):
        return self.request("HEAD", bucket, key, query, headers, **how)

    def put(self, bucket, key=None, body=b"", headers=None, query=None, **how):
        return self.request("PUT", bucket, key, query, headers, body, **how)

    def post(self, bucket, key=None, query=None, body=b"", headers=None, **how):
        return self.request("POST", bucket, key, query, headers, body, **how)

    def delete(self, bucket, key=None, query=None, headers=None, **how):
        return self.request("DELETE", bucket, key, query, headers, **how)
