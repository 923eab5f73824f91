# SPDX-License-Identifier: Apache-2.0
import email.utils
import threading
import time

import case
import s3raw
import tags
import worm


def _copy(t, name, key, source, headers=None):
    fields = {"x-amz-copy-source": source}
    fields.update(headers or {})
    return t.s3.put(name, key, b"", fields)


def _made(t, body=b"source", **headers):
    name = t.bucket()
    t.object(name, "src", body, **headers)
    return name


def CopyObject_result(t):
    name = _made(t)
    answer = t.status(_copy(t, name, "dst", "/%s/src" % name), 200)
    root = answer.xml
    t.eq(root.name, "CopyObjectResult")
    t.eq(root.namespace, case.XMLNS)
    t.eq(root.get("ETag"), s3raw.etag(b"source"))
    t.iso_date(root.get("LastModified"), "LastModified")
    # aws-answers 30: the checksum, also when neither was asked for.
    t.eq(root.get("ChecksumCRC64NVME"), s3raw.checksum("CRC64NVME", b"source"))
    t.eq(root.get("ChecksumType"), "FULL_OBJECT")
    t.body(t.s3.get(name, "dst"), b"source")
    t.body(t.s3.get(name, "src"), b"source")


def CopyObject_source_spellings(t):
    name = t.bucket()
    t.object(name, "sp ace/ü+", b"1")
    for source in ("%s/sp%%20ace/%%C3%%BC%%2B", "/%s/sp%%20ace/%%C3%%BC%%2B",
                   "%s%%2Fsp%%20ace%%2F%%C3%%BC%%2B"):
        t.status(_copy(t, name, "dst", source % name), 200)
        t.body(t.s3.get(name, "dst"), b"1")
        t.status(t.s3.delete(name, "dst"), 204)


def CopyObject_between_buckets(t):
    name, other = _made(t), t.bucket()
    t.status(_copy(t, other, "src", name + "/src"), 200)
    t.body(t.s3.get(other, "src"), b"source")
    t.status(t.s3.delete(name, "src"), 204)
    t.body(t.s3.get(other, "src"), b"source")


def CopyObject_sealed_of_every_length(t):
    """Around the lengths at which an encrypted body takes another page of the index."""
    name = t.bucket()
    for length in (1, 1000, 4000, 4062, 4096, 4112, 5000, 8200, 12300, 16000, 16384, 20000):
        body = bytes(n % 251 for n in range(length))
        t.status(t.s3.put(name, "src", body, {"x-amz-server-side-encryption": "AES256"}), 200)
        for fields in ({"x-amz-checksum-algorithm": "SHA256"},
                       {"x-amz-server-side-encryption": "aws:kms"}):
            t.status(_copy(t, name, "dst", "/%s/src" % name, fields), 200)
            t.body(t.s3.get(name, "dst"), body)


def CopyObject_survives_its_source(t):
    name = t.bucket()
    for size in (10, 5000, 300000, 3000000):
        body = b"s" * size
        t.object(name, "src", body)
        t.status(_copy(t, name, "one", name + "/src"), 200)
        t.status(_copy(t, name, "two", name + "/one"), 200)
        t.object(name, "src", b"other")
        t.status(t.s3.delete(name, "one"), 204)
        t.body(t.s3.get(name, "two"), body)


def CopyObject_metadata_copied(t):
    name = _made(t, Content_Type="a/b", Cache_Control="x", x_amz_meta_a="1")
    t.status(_copy(t, name, "dst", name + "/src", {"Content-Type": "c/d", "x-amz-meta-b": "2"}),
             200)
    answer = t.s3.head(name, "dst")
    t.header(answer, "Content-Type", "a/b")
    t.header(answer, "Cache-Control", "x")
    t.header(answer, "x-amz-meta-a", "1")
    t.no_header(answer, "x-amz-meta-b")


def CopyObject_metadata_replaced(t):
    name = _made(t, Content_Type="a/b", Cache_Control="x", x_amz_meta_a="1")
    t.status(_copy(t, name, "dst", name + "/src", {
        "x-amz-metadata-directive": "REPLACE", "Content-Type": "c/d", "x-amz-meta-b": "2"}), 200)
    answer = t.s3.head(name, "dst")
    t.header(answer, "Content-Type", "c/d")
    t.no_header(answer, "Cache-Control")
    t.no_header(answer, "x-amz-meta-a")
    t.header(answer, "x-amz-meta-b", "2")


def CopyObject_bad_directive(t):
    name = _made(t)
    t.error(_copy(t, name, "dst", name + "/src", {"x-amz-metadata-directive": "MERGE"}), 400,
            "InvalidArgument", "Unknown metadata directive.")


def CopyObject_onto_itself(t):
    name = _made(t)
    t.error(_copy(t, name, "src", name + "/src"), 400, "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself "
            "without changing the object's metadata, storage class, website redirect location or "
            "encryption attributes.")
    t.status(_copy(t, name, "src", name + "/src", {"x-amz-metadata-directive": "REPLACE",
                                                   "x-amz-meta-a": "1"}), 200)
    t.header(t.s3.head(name, "src"), "x-amz-meta-a", "1")
    t.status(_copy(t, name, "src", name + "/src", {"x-amz-storage-class": "STANDARD_IA"}), 200)
    t.header(t.s3.head(name, "src"), "x-amz-storage-class", "STANDARD_IA")
    t.body(t.s3.get(name, "src"), b"source")


def CopyObject_storage_class_not_copied(t):
    name = _made(t, x_amz_storage_class="STANDARD_IA")
    t.status(_copy(t, name, "dst", name + "/src"), 200)
    t.no_header(t.s3.head(name, "dst"), "x-amz-storage-class")


def CopyObject_missing_source(t):
    name = t.bucket()
    missing = t.name()
    t.error(_copy(t, name, "dst", name + "/none"), 404, "NoSuchKey",
            "The specified key does not exist.", Key="none")
    t.error(_copy(t, name, "dst", missing + "/none"), 404, "NoSuchBucket",
            "The specified bucket does not exist", BucketName=missing)


def CopyObject_missing_destination_bucket(t):
    name, missing = _made(t), t.name()
    t.error(_copy(t, missing, "dst", name + "/src"), 404, "NoSuchBucket", BucketName=missing)


def CopyObject_bad_source(t):
    name = t.bucket()
    for source in ("nobucket", "/", name + "/"):
        answer = _copy(t, name, "dst", source)
        t.status(answer, (400, 404))
        t.one_of(answer.code, ("InvalidArgument", "InvalidRequest", "NoSuchKey",
                               "NoSuchBucket", "InvalidBucketName"), "Code")


def CopyObject_source_conditions(t):
    name = _made(t)
    etag = s3raw.etag(b"source")
    past = email.utils.formatdate(time.time() - 3600, usegmt=True)
    future = email.utils.formatdate(time.time() + 3600, usegmt=True)
    prefix = "x-amz-copy-source-if-"
    for field, value in (("match", etag), ("none-match", '"0"'), ("unmodified-since", future),
                         ("modified-since", past)):
        t.status(_copy(t, name, "dst", name + "/src", {prefix + field: value}), 200)
    for field, value, said in (
            ("match", '"0"', "x-amz-copy-source-If-Match"),
            ("none-match", etag, "x-amz-copy-source-If-None-Match"),
            ("unmodified-since", past, "x-amz-copy-source-If-Unmodified-Since"),
            ("modified-since", t.s3.head(name, "src").header("Last-Modified"),
             "x-amz-copy-source-If-Modified-Since")):
        t.error(_copy(t, name, "never", name + "/src", {prefix + field: value}), 412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold", Condition=said)
    t.status(t.s3.head(name, "never"), 404)


def CopyObject_destination_conditions(t):
    name = _made(t)
    t.status(_copy(t, name, "dst", name + "/src", {"If-None-Match": "*"}), 200)
    t.error(_copy(t, name, "dst", name + "/src", {"If-None-Match": "*"}), 412,
            "PreconditionFailed", Condition="If-None-Match")
    t.error(_copy(t, name, "dst", name + "/src", {"If-Match": '"0"'}), 412,
            "PreconditionFailed", Condition="If-Match")
    t.status(_copy(t, name, "dst", name + "/src", {"If-Match": s3raw.etag(b"source")}), 200)
    t.error(_copy(t, name, "none", name + "/src", {"If-Match": '"0"'}), 404, "NoSuchKey",
            Key="none")


def CopyObject_checksum_asked_for(t):
    name = _made(t)
    for row in ("CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"):
        root = t.status(_copy(t, name, "dst", name + "/src",
                              {"x-amz-checksum-algorithm": row}), 200).xml
        t.eq(root.get("Checksum" + row), s3raw.checksum(row, b"source"))
        answer = t.s3.head(name, "dst", headers={"x-amz-checksum-mode": "ENABLED"})
        t.header(answer, "x-amz-checksum-" + row.lower(), s3raw.checksum(row, b"source"))


def CopyObject_checksum_kept(t):
    name = t.bucket()
    t.status(t.s3.put(name, "src", b"source",
                      {"x-amz-checksum-sha1": s3raw.checksum("SHA1", b"source")}), 200)
    root = t.status(_copy(t, name, "dst", name + "/src"), 200).xml
    t.eq(root.get("ChecksumSHA1"), s3raw.checksum("SHA1", b"source"))


def CopyObject_of_multipart(t):
    name = t.bucket()
    bodies = [b"a" * case.PART, b"b" * 10]
    t.multipart(name, "src", bodies)
    root = t.status(_copy(t, name, "dst", name + "/src"), 200).xml
    # aws-answers 30: the copy is one object; its ETag is the MD5 of the whole.
    t.eq(root.get("ETag"), s3raw.etag(b"".join(bodies)))
    t.body(t.s3.get(name, "dst"), b"".join(bodies))
    t.no_header(t.s3.head(name, "dst", {"partNumber": 1}), "x-amz-mp-parts-count")


def CopyObject_bad_owner_of_source(t):
    name = _made(t)
    t.error(_copy(t, name, "dst", name + "/src",
                  {"x-amz-source-expected-bucket-owner": "0000"}), 400,
            "InvalidBucketOwnerAWSAccountID")


def CopyObject_while_overwritten(t):
    name = t.bucket()
    bodies = [b"a" * 3, b"b" * 20000, b"c" * 400000]
    t.object(name, "src", bodies[0])
    stop = threading.Event()

    def overwrite():
        n = 0
        while not stop.is_set():
            t.s3.put(name, "src", bodies[n % 3])
            n += 1

    writer = threading.Thread(target=overwrite)
    writer.start()
    try:
        for _ in range(60):
            answer = _copy(t, name, "dst", name + "/src", {"x-amz-checksum-algorithm": "SHA256"})
            # A source that changes all the time may be a conflict, but is never an error.
            t.status(answer, (200, 409))
            if answer.status == 200:
                body = t.s3.get(name, "dst").body
                t.ok(body in bodies, "the copy is none of the sources")
                t.eq(answer.xml.get("ETag"), s3raw.etag(body))
    finally:
        stop.set()
        writer.join()


def CopyObject_tags(t):
    name = t.bucket()
    t.object(name, "from", x_amz_tagging="a=1&b=2", x_amz_meta_m="v")
    source = {"x-amz-copy-source": "/%s/from" % name}
    for headers, want in (
            ({}, [("a", "1"), ("b", "2")]),
            ({"x-amz-metadata-directive": "REPLACE"}, [("a", "1"), ("b", "2")]),
            ({"x-amz-tagging-directive": "COPY", "x-amz-tagging": "c=3"},
             [("a", "1"), ("b", "2")]),
            ({"x-amz-tagging-directive": "REPLACE", "x-amz-tagging": "c=3"}, [("c", "3")]),
            ({"x-amz-tagging-directive": "REPLACE", "x-amz-tagging": "c=3",
              "x-amz-metadata-directive": "REPLACE"}, [("c", "3")]),
            ({"x-amz-tagging-directive": "REPLACE"}, [])):
        t.status(t.s3.put(name, "to", headers=dict(source, **headers)), 200)
        t.eq(tags.read(t, name, "to"), want, repr(headers))
        replaced = headers.get("x-amz-metadata-directive") == "REPLACE"
        t.header(t.s3.head(name, "to"), "x-amz-meta-m", None if replaced else "v")
    t.eq(tags.read(t, name, "from"), [("a", "1"), ("b", "2")])


def CopyObject_tags_invalid(t):
    name = t.bucket()
    t.object(name, "from", x_amz_tagging="a=1")
    source = {"x-amz-copy-source": "/%s/from" % name, "x-amz-tagging-directive": "REPLACE"}
    t.error(t.s3.put(name, "to", headers=dict(source, **{"x-amz-tagging": "a=1&a=2"})), 400,
            "InvalidArgument", tags.HEADER)
    t.error(t.s3.put(name, "to", headers=dict(source, **{"x-amz-tagging-directive": "x"})), 400,
            "InvalidArgument", ArgumentName="x-amz-tagging-directive", ArgumentValue="x")
    t.status(t.s3.head(name, "to"), 404)


def CopyObject_lock(t):
    """The source's lock stays with the source."""
    name = worm.bucket(t)
    worm.locked(t, name, "from")
    source = {"x-amz-copy-source": "/%s/from" % name}
    t.status(t.s3.put(name, "to", headers=source), 200)
    t.no_header(t.s3.head(name, "to"), "x-amz-object-lock-mode")
    t.status(t.s3.put(name, "to", headers=dict(source, **{
        "x-amz-object-lock-mode": "GOVERNANCE", "x-amz-object-lock-legal-hold": "ON",
        "x-amz-object-lock-retain-until-date": worm.at(days=1)})), 200)
    head = t.s3.head(name, "to")
    t.header(head, "x-amz-object-lock-mode", "GOVERNANCE")
    t.header(head, "x-amz-object-lock-legal-hold", "ON")
    plain = t.bucket()
    t.error(t.s3.put(plain, "to", headers=dict(source, **{
        "x-amz-object-lock-legal-hold": "ON"})), 400, "InvalidRequest", worm.MISSING)
    t.status(t.s3.put(plain, "to", headers=source), 200)
    t.no_header(t.s3.head(plain, "to"), "x-amz-object-lock-mode")
