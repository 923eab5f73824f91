# SPDX-License-Identifier: Apache-2.0
import hashlib
import re
import socket
import struct
import threading

import s3raw
import tags
import worm

ALGORITHMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")


def PutObject_etag(t):
    name = t.bucket()
    answer = t.object(name, "key", b"hello")
    t.header(answer, "ETag", s3raw.etag(b"hello"))
    t.eq(answer.body, b"")
    t.body(t.s3.get(name, "key"), b"hello")


def PutObject_empty(t):
    name = t.bucket()
    t.header(t.object(name, "key", b""), "ETag", '"d41d8cd98f00b204e9800998ecf8427e"')
    answer = t.body(t.s3.get(name, "key"), b"")
    t.header(answer, "Content-Length", "0")


def PutObject_sizes(t):
    name = t.bucket()
    for size in (1, 255, 256, 4095, 4096, 4097, 65535, 65536, 131072, 1 << 20, (1 << 20) + 1,
                 3000000):
        body = hashlib.sha256(b"%d" % size).digest() * (size // 32 + 1)
        body = body[:size]
        t.header(t.object(name, "key", body), "ETag", s3raw.etag(body))
        t.body(t.s3.get(name, "key"), body)


def PutObject_overwrite(t):
    name = t.bucket()
    for body in (b"first", b"", b"x" * 200000, b"third"):
        t.object(name, "key", body)
        t.body(t.s3.get(name, "key"), body)
    t.eq(t.keys(name), ["key"])


def PutObject_missing_bucket(t):
    name = t.name()
    t.error(t.s3.put(name, "key", b"x"), 404, "NoSuchBucket",
            "The specified bucket does not exist", BucketName=name)


def PutObject_awkward_keys(t):
    name = t.bucket()
    keys = ["a", "a/1", "a//b", "/lead", "trail/", "sp ace", "pl+us", "per%cent", "am&p", "q?q",
            "ha#sh", "eq=", "semi;colon", "co:lon", "quo\"te", "ap'os", "<xml>", "back\\slash",
            "ünïcödé/日本語", "e\u0301", "\u00e9", ".", "..", "./x", "../x", "a/../b", "tab\tkey",
            "new\nline", "a/./b", "%2F", "%41", "+", " ", "*", "~", "(1)", "$@!", "\U0001f600",
            "a/" + "b" * 600 + "/c"]
    for n, key in enumerate(keys):
        t.object(name, key, b"%d" % n)
    for n, key in enumerate(keys):
        t.body(t.s3.get(name, key), b"%d" % n)
    t.eq(t.keys(name, {"encoding-type": "url"}) and len(t.keys(name, {"encoding-type": "url"})),
         len(keys), "listed keys")
    for key in keys:
        t.status(t.s3.delete(name, key), 204)
    t.eq(t.keys(name), [])


def PutObject_key_of_1024_bytes(t):
    name = t.bucket()
    for key in ("k" * 1024, "é" * 512, "d/" * 512, "k" * 512, "k" * 511, "k" * 510):
        t.object(name, key, key.encode()[:9])
        t.body(t.s3.get(name, key), key.encode()[:9])
    t.eq(len(t.keys(name)), 6)


def PutObject_long_keys_that_differ_at_the_end(t):
    name = t.bucket()
    keys = [c * 1000 + "%04d" % n for c in "ab" for n in range(5)]
    for key in reversed(keys):
        t.object(name, key, key[-4:].encode())
    t.eq(t.keys(name), keys)
    for key in keys:
        t.body(t.s3.get(name, key), key[-4:].encode())


def PutObject_key_too_long(t):
    name = t.bucket()
    for key, size in (("k" * 1025, 1025), ("é" * 513, 1026)):
        t.error(t.s3.put(name, key, b"x"), 400, "KeyTooLongError", "Your key is too long",
                Size=size, MaxSizeAllowed=1024)


def PutObject_default_content_type(t):
    name = t.bucket()
    t.object(name, "key.html")
    t.header(t.s3.head(name, "key.html"), "Content-Type", "binary/octet-stream")


def PutObject_system_metadata(t):
    name = t.bucket()
    headers = {"Content-Type": "text/x; charset=utf-8", "Cache-Control": "max-age=5",
               "Content-Disposition": 'attachment; filename="a b"', "Content-Language": "de",
               "Content-Encoding": "gzip", "Expires": "Thu, 01 Dec 2033 16:00:00 GMT"}
    t.status(t.s3.put(name, "key", b"x", headers), 200)
    for answer in (t.s3.head(name, "key"), t.s3.get(name, "key")):
        for field, value in headers.items():
            t.header(answer, field, value)
    t.status(t.s3.put(name, "key", b"x"), 200)
    for field in ("Cache-Control", "Content-Encoding", "Expires", "Content-Language"):
        t.no_header(t.s3.head(name, "key"), field)


def PutObject_user_metadata(t):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"x", {"x-amz-meta-One": "1", "X-Amz-Meta-two-2": "b c",
                                          "x-amz-meta-empty": ""}), 200)
    answer = t.status(t.s3.head(name, "key"), 200)
    t.header(answer, "x-amz-meta-one", "1")
    t.header(answer, "x-amz-meta-two-2", "b c")
    t.header(answer, "x-amz-meta-empty", "")
    names = [k for k, _ in answer.headers if k.lower().startswith("x-amz-meta-")]
    t.eq(len(names), 3, "metadata headers")


def PutObject_user_metadata_limit(t):
    name = t.bucket()
    value = "v" * (2048 - len("k"))
    t.status(t.s3.put(name, "key", b"x", {"x-amz-meta-k": value}), 200)
    t.header(t.s3.head(name, "key"), "x-amz-meta-k", value)
    t.error(t.s3.put(name, "key", b"x", {"x-amz-meta-k": "v" * 2049}), 400, "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
            MaxSizeAllowed=2048)


def PutObject_storage_classes(t):
    name = t.bucket()
    for row in ("STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA",
                "INTELLIGENT_TIERING", "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE"):
        t.object(name, "key", b"x", x_amz_storage_class=row)
        t.header(t.s3.head(name, "key"), "x-amz-storage-class",
                 None if row == "STANDARD" else row)
        listing = t.s3.get(name, query="list-type=2").xml
        t.eq(listing.get("Contents/StorageClass"), row)


def PutObject_bad_storage_class(t):
    name = t.bucket()
    for row in ("OUTPOSTS", "standard", "NONE"):
        t.error(t.s3.put(name, "key", b"x", {"x-amz-storage-class": row}), 400,
                "InvalidStorageClass", "The storage class you specified is not valid",
                StorageClassRequested=row)
    t.eq(t.keys(name), [])


def PutObject_content_md5(t):
    name = t.bucket()
    t.object(name, "key", b"x", Content_MD5=s3raw.md5_base64(b"x"))
    t.error(t.s3.put(name, "key", b"y", {"Content-MD5": s3raw.md5_base64(b"z")}), 400,
            "BadDigest", "The Content-MD5 you specified did not match what we received.",
            ExpectedDigest=s3raw.md5_base64(b"z"), CalculatedDigest=s3raw.md5_base64(b"y"))
    for value in ("nonsense", "AAAA"):
        t.error(t.s3.put(name, "key", b"y", {"Content-MD5": value}), 400, "InvalidDigest",
                "The Content-MD5 you specified was invalid.", **{"Content__MD5": value})
    t.body(t.s3.get(name, "key"), b"x")


def PutObject_wrong_sha256(t):
    name = t.bucket()
    wrong = hashlib.sha256(b"other").hexdigest()
    t.error(t.s3.put(name, "key", b"body", payload=wrong), 400, "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ClientComputedContentSHA256=wrong,
            S3ComputedContentSHA256=hashlib.sha256(b"body").hexdigest())
    t.status(t.s3.head(name, "key"), 404)


def PutObject_bad_sha256_value(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"body", payload="nonsense"), 400, "InvalidArgument",
            ArgumentName="x-amz-content-sha256", ArgumentValue="nonsense")


def PutObject_unsigned_payload(t):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"body", payload=s3raw.UNSIGNED), 200)
    t.body(t.s3.get(name, "key"), b"body")


def PutObject_checksum_in_header(t):
    name = t.bucket()
    for row in ALGORITHMS:
        field, value = "x-amz-checksum-" + row.lower(), s3raw.checksum(row, b"body")
        answer = t.status(t.s3.put(name, row, b"body", {field: value}), 200)
        t.header(answer, field, value)
        t.header(answer, "x-amz-checksum-type", "FULL_OBJECT")
        for read in (t.s3.head, t.s3.get):
            answer = read(name, row, headers={"x-amz-checksum-mode": "ENABLED"})
            t.header(answer, field, value)
            t.header(answer, "x-amz-checksum-type", "FULL_OBJECT")
            t.no_header(read(name, row), field)
        t.object(name, row + "/sdk", b"body", **{field: value, "x_amz_sdk_checksum_algorithm": row})


def PutObject_checksum_computed(t):
    name = t.bucket()
    answer = t.object(name, "key", b"body")
    want = s3raw.checksum("CRC64NVME", b"body")
    t.header(answer, "x-amz-checksum-crc64nvme", want)
    t.header(answer, "x-amz-checksum-type", "FULL_OBJECT")
    answer = t.s3.head(name, "key", headers={"x-amz-checksum-mode": "ENABLED"})
    t.header(answer, "x-amz-checksum-crc64nvme", want)
    t.header(answer, "x-amz-checksum-type", "FULL_OBJECT")


def PutObject_checksum_mismatch(t):
    name = t.bucket()
    for row in ALGORITHMS:
        field = "x-amz-checksum-" + row.lower()
        t.error(t.s3.put(name, "key", b"body", {field: s3raw.checksum(row, b"other")}), 400,
                "BadDigest", "The %s you specified did not match the calculated checksum." % row)
    t.eq(t.keys(name), [])


def PutObject_checksum_malformed(t):
    name = t.bucket()
    for row in ALGORITHMS:
        field = "x-amz-checksum-" + row.lower()
        for value in ("nonsense", "AAA=", "*"):
            t.error(t.s3.put(name, "key", b"body", {field: value}), 400, "InvalidRequest",
                    "Value for %s header is invalid." % field)
    t.eq(t.keys(name), [])


def PutObject_two_checksums(t):
    name = t.bucket()
    headers = {"x-amz-checksum-" + row.lower(): s3raw.checksum(row, b"body")
               for row in ("CRC32", "SHA256")}
    t.error(t.s3.put(name, "key", b"body", headers), 400, "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")


def PutObject_chunked_signed(t):
    name = t.bucket()
    body = bytes(range(256)) * 1000
    for chunk in (8192, 65536, 1000000):
        t.status(t.s3.put(name, "key", body, payload=s3raw.STREAM_SIGNED, chunk=chunk), 200)
        t.body(t.s3.get(name, "key"), body)
    t.status(t.s3.put(name, "key", b"", payload=s3raw.STREAM_SIGNED), 200)
    t.body(t.s3.get(name, "key"), b"")


def PutObject_chunked_signed_encoding_not_kept(t):
    # aws-chunked is of the transfer, not of the object; what stands beside it is.
    name = t.bucket()
    t.status(t.s3.put(name, "a", b"x", payload=s3raw.STREAM_SIGNED), 200)
    t.one_of(t.s3.head(name, "a").header("Content-Encoding"), (None, ""), "Content-Encoding")
    t.status(t.s3.put(name, "b", b"x", {"Content-Encoding": "aws-chunked,gzip"},
                      payload=s3raw.STREAM_SIGNED), 200)
    t.header(t.s3.head(name, "b"), "Content-Encoding", "gzip")


def PutObject_chunked_signed_bad_chunk(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build(
        "PUT", name, "key", body=b"x" * 20000, payload=s3raw.STREAM_SIGNED, chunk=8192)
    bad = body.replace(b"x" * 100, b"y" * 100, 1)
    t.error(t.s3.send(method, target, headers, bad), 403, "SignatureDoesNotMatch")
    t.status(t.s3.head(name, "key"), 404)


def PutObject_chunked_with_trailer(t):
    name = t.bucket()
    body = b"trailing" * 5000
    for payload in (s3raw.STREAM_SIGNED_TRAILER, s3raw.STREAM_UNSIGNED_TRAILER):
        for row in ALGORITHMS:
            field, value = "x-amz-checksum-" + row.lower(), s3raw.checksum(row, body)
            answer = t.status(t.s3.put(name, "key", body, {"x-amz-sdk-checksum-algorithm": row},
                                       payload=payload, trailers=[(field, value)],
                                       chunk=16384), 200)
            t.header(answer, field, value)
            answer = t.body(t.s3.get(name, "key", headers={"x-amz-checksum-mode": "ENABLED"}),
                            body)
            t.header(answer, field, value)


def PutObject_chunked_with_wrong_trailer(t):
    name = t.bucket()
    for payload in (s3raw.STREAM_SIGNED_TRAILER, s3raw.STREAM_UNSIGNED_TRAILER):
        t.error(t.s3.put(name, "key", b"body", payload=payload,
                         trailers=[("x-amz-checksum-crc32", s3raw.checksum("CRC32", b"other"))]),
                400, "BadDigest",
                "The CRC32 you specified did not match the calculated checksum.")
    t.eq(t.keys(name), [])


def PutObject_chunked_bad_trailer_signature(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build(
        "PUT", name, "key", body=b"body", payload=s3raw.STREAM_SIGNED_TRAILER,
        trailers=[("x-amz-checksum-crc32", s3raw.checksum("CRC32", b"body"))])
    body = re.sub(rb"(trailer-signature:)(.)", lambda m: m[1] + (b"0" if m[2] != b"0" else b"1"),
                  body)
    t.error(t.s3.send(method, target, headers, body), 403, "SignatureDoesNotMatch")
    t.status(t.s3.head(name, "key"), 404)


def PutObject_chunked_length_lies(t):
    name = t.bucket()
    method, target, headers, body = t.s3.build(
        "PUT", name, "key", body=b"x" * 50000, payload=s3raw.STREAM_UNSIGNED_TRAILER,
        trailers=[("x-amz-checksum-crc32", s3raw.checksum("CRC32", b"x" * 50000))], chunk=10000)
    cut = body.replace(b"2710\r\n" + b"x" * 10000 + b"\r\n", b"", 1)
    headers = [(k, str(len(cut)) if k == "Content-Length" else v) for k, v in headers]
    answer = t.s3.send(method, target, headers, cut)
    t.status(answer, 400)
    t.one_of(answer.code, ("IncompleteBody", "InvalidRequest", "BadDigest"), "Code")
    t.status(t.s3.head(name, "key"), 404)


def PutObject_if_none_match_star(t):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"1", {"If-None-Match": "*"}), 200)
    t.error(t.s3.put(name, "key", b"2", {"If-None-Match": "*"}), 412, "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            Condition="If-None-Match")
    t.body(t.s3.get(name, "key"), b"1")


def PutObject_if_none_match_etag(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"1", {"If-None-Match": s3raw.etag(b"1")}), 501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
            Header="If-None-Match",
            additionalMessage="We don't accept the provided value of If-None-Match header for "
                              "this API")


def PutObject_if_match(t):
    name = t.bucket()
    t.object(name, "key", b"1")
    t.error(t.s3.put(name, "key", b"2", {"If-Match": '"0"'}), 412, "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold", Condition="If-Match")
    t.body(t.s3.get(name, "key"), b"1")
    t.status(t.s3.put(name, "key", b"2", {"If-Match": s3raw.etag(b"1")}), 200)
    t.status(t.s3.put(name, "key", b"3", {"If-Match": s3raw.etag(b"2").strip('"')}), 200)
    t.body(t.s3.get(name, "key"), b"3")


def PutObject_if_match_missing(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"1", {"If-Match": '"0"'}), 404, "NoSuchKey",
            "The specified key does not exist.", Key="key")


def PutObject_if_match_star(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"1", {"If-Match": "*"}), 501, "NotImplemented",
            Header="If-Match",
            additionalMessage="We don't accept the provided value of If-Match header for this API")


def PutObject_both_conditions(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"1", {"If-Match": '"0"', "If-None-Match": "*"}), 501,
            "NotImplemented", Header="If-Match,If-None-Match",
            additionalMessage="Multiple conditional request headers present in the request")


def PutObject_if_none_match_race(t):
    name = t.bucket()
    for turn in range(5):
        codes = []

        def put(n, key="key%d" % turn):
            codes.append(t.s3.put(name, key, b"%d" % n, {"If-None-Match": "*"}).status)
            t.s3.close()

        threads = [threading.Thread(target=put, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        t.eq(codes.count(200), 1, "winners among %r" % codes)
        t.ok(all(c in (200, 409, 412) for c in codes), "answers %r" % codes)


def PutObject_no_length(t):
    name = t.bucket()
    method, target, headers, _ = t.s3.build("PUT", name, "key", length=False,
                                            payload=s3raw.UNSIGNED)
    t.error(t.s3.send(method, target, headers, b""), 411, "MissingContentLength",
            "You must provide the Content-Length HTTP header.")


def PutObject_bad_owner(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"x", {"x-amz-expected-bucket-owner": "0000"}), 400,
            "InvalidBucketOwnerAWSAccountID",
            "The value of the expected bucket owner parameter must be an AWS Account ID... [0000]")


def PutObject_too_large(t):
    # The answer must come from the head alone: 5 GiB + 1 are announced, none is sent.
    name = t.bucket()
    size = 5 * 1024 ** 3 + 1
    method, target, headers, _ = t.s3.build("PUT", name, "key", payload=s3raw.UNSIGNED,
                                            length=False)
    headers += [("Content-Length", str(size)), ("Expect", "100-continue")]
    t.error(t.s3.send(method, target, headers, b""), 400, "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size", ProposedSize=size,
            MaxSizeAllowed=5 * 1024 ** 3)
    t.s3.close()


def PutObject_presigned(t):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"presigned", sign="presign"), 200)
    t.body(t.s3.get(name, "key", sign="presign"), b"presigned")


def PutObject_acl_canned(t):
    # The bucket's ACLs are off, as in every bucket made since 2023: only the owner's full
    # control may be asked for.
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"x", {"x-amz-acl": "bucket-owner-full-control"}), 200)


def PutObject_half_a_part(t):
    name = t.bucket()
    t.object(name, "key", b"old")
    for field, value in (("uploadId", "0" * 32), ("partNumber", "1"), ("versionId", "null")):
        t.error(t.s3.put(name, "key", b"new", query={field: value}), 400, "InvalidArgument",
                ArgumentName=field, ArgumentValue=value)
        t.error(t.s3.put(name, "key", b"", {"x-amz-copy-source": name + "/key"},
                         {field: value}), 400, "InvalidArgument", ArgumentName=field)
    t.error(t.s3.delete(name, "key", {"partNumber": "1"}), 400, "InvalidArgument")
    t.body(t.s3.get(name, "key"), b"old")


def PutObject_checksum_nobody_computes(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"x", {"x-amz-checksum-blake3": "AAAAAAAAAAA="}), 501,
            "NotImplemented", Header="x-amz-checksum-blake3")
    t.error(t.s3.put(name, "key", b"x", {"x-amz-sdk-checksum-algorithm": "CRC32"}), 400,
            "InvalidRequest", "x-amz-sdk-checksum-algorithm specified, but no corresponding "
            "x-amz-checksum-* or x-amz-trailer headers were found.")
    t.bare_error(t.s3.head(name, "key"), 404)


def PutObject_leaves_while_asked_for_the_body(t):
    name = t.bucket()
    for n in range(60):
        body = b"x" * (10 if n % 2 else 400000)
        method, target, headers, _ = t.s3.build("PUT", name, "key", None,
                                                {"Expect": "100-continue"}, body)
        sock = t.s3.socket()
        sock.sendall(("%s %s HTTP/1.1\r\n" % (method, target)
                      + "".join("%s: %s\r\n" % h for h in headers) + "\r\n").encode())
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    t.bare_error(t.s3.head(name, "key"), 404)


def PutObject_tags(t):
    name = t.bucket()
    for header, want in (("a=1&b=2", [("a", "1"), ("b", "2")]), ("wrongquery&wrongagain",
                         [("wrongagain", ""), ("wrongquery", "")]), ("key1&&&key2", [
                             ("key1", ""), ("key2", "")]), ("a+b=c%20d&%C3%A4=%2B", [
                                 ("a b", "c d"), ("\u00e4", "+")]), ("", [])):
        t.object(name, "key", x_amz_tagging=header)
        t.eq(tags.read(t, name, "key"), want, header)
        for answer in (t.s3.head(name, "key"), t.s3.get(name, "key")):
            t.header(answer, "x-amz-tagging-count", str(len(want)) if want else None)
            t.no_header(answer, "x-amz-tagging")
    t.object(name, "key", x_amz_tagging="a=1", x_amz_meta_m="v")
    t.object(name, "key", b"new")
    t.eq(tags.read(t, name, "key"), [])


def PutObject_tags_invalid(t):
    name = t.bucket()
    for header in ("key1=val1&key1=val2", "key1=val1,key2=val2", "=v", "%zz=1", "%ff=1"):
        t.error(t.s3.put(name, "key", b"x", {"x-amz-tagging": header}), 400, "InvalidArgument",
                tags.HEADER, ArgumentName="x-amz-tagging", ArgumentValue=header)
    for header, message, fields in (
            ("aws:x=1", tags.SYSTEM, {"TagKey": "aws:x"}),
            ("TagSet%3D%5B%7BKey%7D=1", tags.KEY, {"TagKey": "TagSet=[{Key}"}),
            ("k" * 129, tags.KEY, {}), ("k=" + "v" * 257, tags.VALUE, {"TagKey": "k"})):
        t.error(t.s3.put(name, "key", b"x", {"x-amz-tagging": header}), 400, "InvalidTag",
                message, **fields)
    t.error(t.s3.put(name, "key", b"x", {"x-amz-tagging": "&".join(
        "k%d" % n for n in range(11))}), 400, "BadRequest", tags.COUNT)
    t.status(t.s3.head(name, "key"), 404)


def PutObject_tags_in_a_link(t):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"x", None, {"x-amz-tagging": "a=b&c=d"}, sign="presign"),
             200)
    t.eq(tags.read(t, name, "key"), [("a", "b"), ("c", "d")])


def PutObject_lock(t):
    name = worm.bucket(t)
    date = worm.at(days=5)
    version = worm.put(t, name, "key", x_amz_object_lock_mode="GOVERNANCE",
                       x_amz_object_lock_retain_until_date=date,
                       x_amz_object_lock_legal_hold="ON", x_amz_meta_m="v")
    for answer in (t.s3.head(name, "key"), t.s3.get(name, "key", {"versionId": version})):
        t.header(answer, "x-amz-object-lock-mode", "GOVERNANCE")
        t.header(answer, "x-amz-object-lock-retain-until-date", date[:-1] + ".000Z")
        t.header(answer, "x-amz-object-lock-legal-hold", "ON")
        t.header(answer, "x-amz-meta-m", "v")
    worm.put(t, name, "held", x_amz_object_lock_legal_hold="ON")
    t.no_header(t.s3.head(name, "held"), "x-amz-object-lock-mode")
    worm.put(t, name, "key", b"new")
    for header in ("mode", "retain-until-date", "legal-hold"):
        t.no_header(t.s3.head(name, "key"), "x-amz-object-lock-" + header)


def PutObject_lock_event_hold(t):
    name = worm.bucket(t)
    worm.put(t, name, "key", x_amz_object_lock_mode="GOVERNANCE",
             x_amz_object_lock_event_hold="ON", x_amz_object_lock_event_hold_duration_years="2")
    head = t.s3.head(name, "key")
    t.header(head, "x-amz-object-lock-event-hold", "ON")
    t.header(head, "x-amz-object-lock-event-hold-duration-years", "2")
    t.ok(729.9 < worm.days_off(head.header("x-amz-object-lock-retain-until-date")) <= 730, "date")


def PutObject_lock_invalid(t):
    plain, locking = t.bucket(), worm.bucket(t)
    both = ("x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be "
            "supplied")
    for fields, name, message in (
            ({"mode": "GOVERNANCE"}, "retain-until-date", both),
            ({"retain-until-date": worm.at(days=1)}, "mode", both),
            ({"mode": "BAD", "retain-until-date": worm.at(days=1)}, "mode",
             "Unknown wormMode directive."),
            ({"mode": "COMPLIANCE", "retain-until-date": "abc"}, "retain-until-date",
             "The retain until date must be provided in ISO 8601 format"),
            ({"mode": "COMPLIANCE", "retain-until-date": worm.at(days=-1)}, "retain-until-date",
             worm.PAST),
            ({"legal-hold": "on"}, "legal-hold", "Legal Hold must be either of 'ON' or 'OFF'"),
            ({"event-hold": "ON", "mode": "GOVERNANCE"}, "event-hold", None),
            ({"event-hold": "ON", "event-hold-duration-days": "1"}, "event-hold", None),
            ({"event-hold-duration-days": "1"}, "event-hold", None),
            ({"event-hold": "OFF", "mode": "GOVERNANCE", "event-hold-duration-days": "1"},
             "event-hold", None),
            ({"event-hold": "ON", "mode": "GOVERNANCE", "event-hold-duration-days": "0"},
             "event-hold-duration-days", None)):
        headers = {"x-amz-object-lock-" + k: v for k, v in fields.items()}
        for bucket in (plain, locking):
            t.error(t.s3.put(bucket, "key", b"x", headers), 400, "InvalidArgument", message,
                    ArgumentName="x-amz-object-lock-" + name)
    for headers in ({"x-amz-object-lock-legal-hold": "OFF"},
                    {"x-amz-object-lock-mode": "GOVERNANCE",
                     "x-amz-object-lock-retain-until-date": worm.at(days=1)}):
        t.error(t.s3.put(plain, "key", b"x", headers), 400, "InvalidRequest", worm.MISSING)
        t.error(t.s3.put(locking, "key", b"x", headers), 400, "InvalidRequest",
                "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests "
                "with Object Lock parameters")
    t.eq(t.keys(plain) + t.keys(locking), [])
