# SPDX-License-Identifier: Apache-2.0
import email.utils
import time

import s3raw

BODY = bytes(range(256)) * 40


def _made(t):
    name = t.bucket()
    answer = t.object(name, "key", BODY)
    return name, answer.header("ETag")


def _date(offset):
    return email.utils.formatdate(time.time() + offset, usegmt=True)


def GetObject_headers(t):
    name, etag = _made(t)
    answer = t.body(t.s3.get(name, "key"), BODY)
    t.header(answer, "Content-Length", str(len(BODY)))
    t.header(answer, "ETag", etag)
    t.header(answer, "Accept-Ranges", "bytes")
    t.header(answer, "Content-Type", "binary/octet-stream")
    t.http_date(answer.header("Last-Modified"), "Last-Modified")
    t.no_header(answer, "x-amz-storage-class")
    t.no_header(answer, "Content-Range")
    t.ok(answer.header("x-amz-request-id") and answer.header("x-amz-id-2"), "no request ids")


def GetObject_missing_key(t):
    name = t.bucket()
    t.error(t.s3.get(name, "a b<&>"), 404, "NoSuchKey", "The specified key does not exist.",
            Key="a b<&>")


def GetObject_missing_bucket(t):
    name = t.name()
    t.error(t.s3.get(name, "key"), 404, "NoSuchBucket", "The specified bucket does not exist",
            BucketName=name)


def GetObject_ranges(t):
    name, etag = _made(t)
    size = len(BODY)
    for spec, first, last in (("0-0", 0, 0), ("0-9", 0, 9), ("10-", 10, size - 1),
                              ("-7", size - 7, size - 1), ("-99999999", 0, size - 1),
                              ("100-99999999", 100, size - 1),
                              ("%d-%d" % (size - 1, size - 1), size - 1, size - 1)):
        answer = t.body(t.s3.get(name, "key", headers={"Range": "bytes=" + spec}),
                        BODY[first:last + 1], 206)
        t.header(answer, "Content-Range", "bytes %d-%d/%d" % (first, last, size))
        t.header(answer, "Content-Length", str(last - first + 1))
        t.header(answer, "ETag", etag)


def GetObject_range_of_large_object(t):
    name = t.bucket()
    body = b"".join(b"%07d\n" % n for n in range(300000))
    t.object(name, "key", body)
    for first, last in ((0, 0), (1, 99999), (131070, 131075), (65535, 65536),
                        (len(body) - 5, len(body) - 1), (1000000, 2000000)):
        t.body(t.s3.get(name, "key", headers={"Range": "bytes=%d-%d" % (first, last)}),
               body[first:last + 1], 206)


def GetObject_range_not_satisfiable(t):
    name, _ = _made(t)
    for spec in ("bytes=%d-" % len(BODY), "bytes=99999999-", "bytes=-0"):
        answer = t.s3.get(name, "key", headers={"Range": spec})
        t.error(answer, 416, "InvalidRange", "The requested range is not satisfiable",
                RangeRequested=spec, ActualObjectSize=len(BODY))


def GetObject_range_of_empty_object(t):
    name = t.bucket()
    t.object(name, "key", b"")
    t.error(t.s3.get(name, "key", headers={"Range": "bytes=0-0"}), 416, "InvalidRange",
            ActualObjectSize=0)


def GetObject_range_ignored(t):
    name, _ = _made(t)
    for spec in ("bytes=5-2", "bytes=0-1,3-4", "chars=0-1", "bytes=x-y", "bytes=", "0-1",
                 "bytes=1", "bytes=--1"):
        answer = t.body(t.s3.get(name, "key", headers={"Range": spec}), BODY, 200)
        t.no_header(answer, "Content-Range")


def GetObject_if_match(t):
    name, etag = _made(t)
    t.body(t.s3.get(name, "key", headers={"If-Match": etag}), BODY)
    t.body(t.s3.get(name, "key", headers={"If-Match": etag.strip('"')}), BODY)
    t.body(t.s3.get(name, "key", headers={"If-Match": "*"}), BODY)
    t.error(t.s3.get(name, "key", headers={"If-Match": '"0"'}), 412, "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold", Condition="If-Match")


def GetObject_if_none_match(t):
    name, etag = _made(t)
    t.body(t.s3.get(name, "key", headers={"If-None-Match": '"0"'}), BODY)
    for value in (etag, etag.strip('"'), "*"):
        answer = t.body(t.s3.get(name, "key", headers={"If-None-Match": value}), b"", 304)
        t.header(answer, "ETag", etag)
        t.http_date(answer.header("Last-Modified"), "Last-Modified")
        t.no_header(answer, "Content-Type")


def GetObject_if_modified_since(t):
    name, _ = _made(t)
    stamp = t.s3.head(name, "key").header("Last-Modified")
    t.body(t.s3.get(name, "key", headers={"If-Modified-Since": _date(-3600)}), BODY)
    t.body(t.s3.get(name, "key", headers={"If-Modified-Since": stamp}), b"", 304)
    # A time in the future is no time a copy can be from (aws-answers 29).
    t.body(t.s3.get(name, "key", headers={"If-Modified-Since": _date(86400)}), BODY)
    t.body(t.s3.get(name, "key", headers={"If-Modified-Since": "no date"}), BODY)


def GetObject_if_unmodified_since(t):
    name, _ = _made(t)
    stamp = t.s3.head(name, "key").header("Last-Modified")
    t.body(t.s3.get(name, "key", headers={"If-Unmodified-Since": _date(86400)}), BODY)
    t.body(t.s3.get(name, "key", headers={"If-Unmodified-Since": stamp}), BODY)
    t.error(t.s3.get(name, "key", headers={"If-Unmodified-Since": _date(-3600)}), 412,
            "PreconditionFailed", Condition="If-Unmodified-Since")


def GetObject_conditions_together(t):
    name, etag = _made(t)
    # RFC 9110 13.2.2: If-Match decides before If-Unmodified-Since, If-None-Match before
    # If-Modified-Since.
    t.body(t.s3.get(name, "key", headers={"If-Match": etag,
                                          "If-Unmodified-Since": _date(-3600)}), BODY)
    t.body(t.s3.get(name, "key", headers={"If-None-Match": etag,
                                          "If-Modified-Since": _date(-3600)}), b"", 304)


def GetObject_response_overrides(t):
    name, _ = _made(t)
    query = {"response-content-type": "text/plain; a=b", "response-cache-control": "no-store",
             "response-content-disposition": 'attachment; filename="x y.txt"',
             "response-content-encoding": "identity", "response-content-language": "fr",
             "response-expires": "Thu, 01 Dec 1994 16:00:00 GMT"}
    for how in ("header", "presign"):
        answer = t.body(t.s3.get(name, "key", query, sign=how), BODY)
        for field, value in query.items():
            t.header(answer, field[len("response-"):], value)


def GetObject_response_overrides_in_ranges(t):
    name, _ = _made(t)
    answer = t.body(t.s3.get(name, "key", {"response-content-type": "a/b"},
                             {"Range": "bytes=0-1"}), BODY[:2], 206)
    t.header(answer, "Content-Type", "a/b")


def GetObject_response_overrides_unsigned(t):
    name, _ = _made(t)
    answer = t.s3.get(name, "key", {"response-content-type": "a/b"}, sign=None)
    t.one_of(answer.status, (400, 403), "status")


def GetObject_response_override_of_two_lines(t):
    # A line break in a value must never become a header of its own.
    name, _ = _made(t)
    answer = t.s3.get(name, "key", {"response-content-type": "a/b\r\nX-Injected: 1"})
    t.no_header(answer, "X-Injected")
    t.one_of(answer.status, (200, 400), "status")


def GetObject_part_number_of_plain_object(t):
    name, _ = _made(t)
    size = len(BODY)
    answer = t.body(t.s3.get(name, "key", {"partNumber": 1}), BODY, 206)
    t.header(answer, "Content-Range", "bytes 0-%d/%d" % (size - 1, size))
    t.error(t.s3.get(name, "key", {"partNumber": 2}), 416, "InvalidPartNumber",
            "The requested partnumber is not satisfiable", ActualPartCount=1,
            PartNumberRequested=2)


def GetObject_part_number_bad(t):
    name, _ = _made(t)
    for value in ("-1", "0", "10001"):
        t.error(t.s3.get(name, "key", {"partNumber": value}), 400, "InvalidArgument",
                "Part number must be an integer between 1 and 10000, inclusive",
                ArgumentName="partNumber", ArgumentValue=value)


def GetObject_part_number_and_range(t):
    name, _ = _made(t)
    t.error(t.s3.get(name, "key", {"partNumber": 1}, {"Range": "bytes=0-1"}), 400,
            "InvalidRequest", "Cannot specify both Range header and partNumber query parameter")


def GetObject_no_checksum_of_a_range(t):
    name, _ = _made(t)
    answer = t.s3.get(name, "key", headers={"Range": "bytes=0-1",
                                            "x-amz-checksum-mode": "ENABLED"})
    t.status(answer, 206)
    t.no_header(answer, "x-amz-checksum-crc64nvme")


def GetObject_key_is_bytes(t):
    name = t.bucket()
    t.object(name, "\u00e9", b"composed")
    t.object(name, "e\u0301", b"decomposed")
    t.body(t.s3.get(name, "\u00e9"), b"composed")
    t.body(t.s3.get(name, "e\u0301"), b"decomposed")
    t.eq(len(t.keys(name)), 2)


def GetObject_while_overwritten(t):
    # A reader that has begun gets the object it began with, whole.
    name = t.bucket()
    old, new = b"o" * 8000000, b"n" * 8000000
    t.object(name, "key", old)
    method, target, headers, _ = t.s3.build("GET", name, "key")
    sock = t.s3.socket()
    sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)
                  + "".join("%s: %s\r\n" % h for h in headers)
                  + "Connection: close\r\n\r\n").encode())
    got = sock.recv(65536)
    t.object(name, "key", new)
    t.status(t.s3.delete(name, "key"), 204)
    while True:
        piece = sock.recv(1 << 20)
        if not piece:
            break
        got += piece
    sock.close()
    t.ok(got.partition(b"\r\n\r\n")[2] == old, "the old object did not arrive whole")


def GetObject_etag_of_parts(t):
    name = t.bucket()
    bodies = [b"a" * 5242880, b"b"]
    t.multipart(name, "key", bodies)
    t.header(t.s3.head(name, "key"), "ETag", s3raw.etag_multipart(bodies))
    for n, body in enumerate(bodies, 1):
        answer = t.body(t.s3.get(name, "key", {"partNumber": n}), body, 206)
        t.header(answer, "x-amz-mp-parts-count", "2")
    t.error(t.s3.get(name, "key", {"partNumber": 10}), 416, "InvalidPartNumber",
            "The requested partnumber is not satisfiable", ActualPartCount=2,
            PartNumberRequested=10)
    t.body(t.s3.get(name, "key", headers={"Range": "bytes=5242878-5242880"}), b"aab", 206)


def GetObject_if_range(t):
    name = t.bucket()
    t.object(name, "key", b"0123456789")
    head = t.s3.head(name, "key")
    for value in (head.header("ETag"), head.header("Last-Modified")):
        t.body(t.s3.get(name, "key", None, {"Range": "bytes=2-3", "If-Range": value}),
               b"23", 206)
    for value in ('"other"', _date(-100000), "W/" + head.header("ETag")):
        t.body(t.s3.get(name, "key", None, {"Range": "bytes=2-3", "If-Range": value}),
               b"0123456789")
