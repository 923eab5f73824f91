# SPDX-License-Identifier: Apache-2.0
"""Cloudflare R2: lifecycle rules, ranges, and where it does as everybody does."""
import datetime

import document
import s3raw
from tempcred import Holder
from tiers import answers

FILTER = "<Filter><Prefix>a</Prefix></Filter>"
DAYS = "<Expiration><Days>3</Days></Expiration>"


def rule(*parts, name="<ID>r</ID>", status="Enabled", where=FILTER):
    return "<Rule>%s%s<Status>%s</Status>%s</Rule>" % (name, where, status, "".join(parts))


def put(t, *rules, name=None):
    return document.put(t, name or t.bucket(), "lifecycle",
                        document.xml("LifecycleConfiguration", "".join(rules)))


def _now(**delta):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)


@answers("r2")
def clock_skew__r2(t):
    name = t.bucket()
    t.status(t.s3.get(name, signer=t.s3.signer(now=_now(minutes=-13))), 200)
    t.error(t.s3.get(name, signer=t.s3.signer(now=_now(minutes=-20))), 403, "RequestTimeTooSkewed")


@answers("r2")
def link_early__r2(t):
    t.error(t.s3.get(t.bucket(), "k", sign="presign", signer=t.s3.signer(now=_now(days=1))), 403,
            "AccessDenied")


@answers("r2")
def new_acl__r2(t):
    name = t.name()
    t.status(t.s3.put(name, None, b"", {"x-amz-acl": "public-read"}), 200)
    t.error(t.s3.get(name, sign=None), 400, "InvalidArgument", "Authorization")


# ---- ranges ----


def _range(t, name, text):
    return t.s3.get(name, "k", headers={"Range": text})


@answers("r2")
def range_reversed__r2(t):
    name = t.bucket()
    t.object(name, "k", b"0123456789")
    t.body(_range(t, name, "bytes=5-2"), b"0123456789")


@answers("r2")
def range_suffix_0__r2(t):
    name = t.bucket()
    t.object(name, "k", b"0123456789")
    t.error(_range(t, name, "bytes=-0"), 416, "InvalidRange")


@answers("r2")
def range_many__r2(t):
    name = t.bucket()
    t.object(name, "k", b"0123456789")
    for text in ("bytes=0-1,4-5", "lines=0-1"):
        t.body(_range(t, name, text), b"0123456789")


@answers("r2")
def part_beyond__r2(t):
    name = t.bucket()
    t.multipart(name, "k", [b"part"])
    t.error(t.s3.get(name, "k", {"partNumber": "2"}), 416, "InvalidPartNumber")
    t.body(t.s3.get(name, "k", {"partNumber": "1"}), b"part", 206)


@answers("r2")
def range_and_part__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.get(name, "k", {"partNumber": "1"}, {"Range": "bytes=0-0"}), 400,
            "InvalidRequest", "Cannot specify both Range header and partNumber query parameter")


@answers("r2")
def override_nobody__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.get(name, "k", {"response-content-type": "a/b"}, sign=None), 400,
            "InvalidArgument", "Authorization")


# ---- uploads ----


@answers("r2")
def part_number__r2(t):
    name = t.bucket()
    upload = t.upload(name, "k")
    for number in ("0", "10001", "x"):
        t.error(t.s3.put(name, "k", b"x", None, {"partNumber": number, "uploadId": upload}), 400,
                "InvalidArgument",
                "Part number must be an integer between 1 and 10000, inclusive")


@answers("r2")
def parts_none__r2(t):
    name = t.bucket()
    t.error(t.complete(name, "k", t.upload(name, "k"), []), 400, "InvalidRequest",
            "You must specify at least one part")


@answers("r2")
def part_copy_range__r2(t):
    name = t.bucket()
    t.object(name, "from", b"0123")
    upload = t.upload(name, "to")
    t.error(t.s3.put(name, "to", b"", {"x-amz-copy-source": "/%s/from" % name,
                                       "x-amz-copy-source-range": "bytes=0-9"},
                     {"partNumber": 1, "uploadId": upload}), 400, "InvalidArgument")


def _too_large(t, size, **query):
    """A head alone says how long the body is."""
    name = t.bucket()
    query = dict(query, uploadId=t.upload(name, "k")) if query else None
    method, target, headers, _ = t.s3.build(
        "PUT", name, "k", query, {"Expect": "100-continue", "Content-Length": str(size)},
        length=False, payload=s3raw.UNSIGNED)
    return t.s3.send(method, target, headers, b"")


LARGEST = (5 << 30) - (5 << 20)


@answers("r2")
def put__r2(t):
    t.error(_too_large(t, LARGEST + 1), 400, "EntityTooLarge")


@answers("r2")
def part__r2(t):
    t.error(_too_large(t, LARGEST + 1, partNumber=1), 400, "EntityTooLarge")


@answers("r2")
def sum_default__r2(t):
    name = t.bucket()
    answer = t.object(name, "k", b"x")
    t.no_header(answer, "x-amz-checksum-crc64nvme")
    for headers in (None, {"x-amz-checksum-mode": "ENABLED"}):
        t.no_header(t.s3.get(name, "k", headers=headers), "x-amz-checksum-crc64nvme")


# ---- deletes ----


@answers("r2")
def delete_cond__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.status(t.s3.delete(name, "k", headers={"If-Match": '"x"'}), 204)
    t.error(t.s3.get(name, "k"), 404, "NoSuchKey")


@answers("r2")
def delete_cond_more__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.status(t.s3.delete(name, "k", headers={"x-amz-if-match-size": "99"}), 204)
    t.error(t.s3.get(name, "k"), 404, "NoSuchKey")


@answers("r2")
def delete_cond_keys__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.status(t.s3.post(name, None, "delete", b"<Delete><Object><Key>k</Key><ETag>x</ETag></Object>"
                       b"</Delete>"), 200)
    t.error(t.s3.get(name, "k"), 404, "NoSuchKey")


# ---- keys and listings ----


@answers("r2")
def key_nul__r2(t):
    name = t.bucket()
    t.object(name, "a\0b", b"x")
    t.body(t.s3.get(name, "a\0b"), b"x")


@answers("r2")
def metadata_count__r2(t):
    name = t.bucket()
    t.object(name, "k", **{"x_amz_meta_" + "n" * 92: "v" * 8100})
    t.error(t.s3.put(name, "l", b"x", {"x-amz-meta-" + "n" * 93: "v" * 8100}), 400,
            "MetadataTooLarge")


@answers("r2")
def list_max_bad__r2(t):
    t.error(t.s3.get(t.bucket(), query={"max-keys": "x"}), 400, "InvalidArgument")


@answers("r2")
def list_token__r2(t):
    name = t.bucket()
    for key in "abc":
        t.object(name, key)
    root = t.status(t.s3.get(name, query={"list-type": "2", "max-keys": "1"}), 200).xml
    t.eq(t.keys(name, {"continuation-token": root.get("NextContinuationToken")}), ["b", "c"])
    t.error(t.s3.get(name, query={"list-type": "2", "continuation-token": "!"}), 400,
            "InvalidArgument", "The continuation token provided is incorrect")


@answers("r2")
def list_quote__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.ok(b"<ETag>&quot;" in t.s3.get(name).body, "quotes")


@answers("r2")
def list_url__r2(t):
    name = t.bucket()
    t.object(name, "a b")
    t.eq(t.keys(name, {"encoding-type": "url"}), ["a+b"])


@answers("r2")
def list_url_bad__r2(t):
    t.error(t.s3.get(t.bucket(), query={"encoding-type": "x"}), 400, "InvalidArgument",
            "Invalid Encoding Method specified in Request")


# ---- lifecycle rules ----


def _move(storage_class, days=30):
    return ("<Transition><Days>%d</Days><StorageClass>%s</StorageClass></Transition>"
            % (days, storage_class))


@answers("r2")
def transitions__r2(t):
    t.status(put(t, rule(_move("STANDARD_IA"))), 200)
    for storage_class in ("GLACIER", "ONEZONE_IA", "none"):
        t.ok(put(t, rule(_move(storage_class))).status == 400, storage_class)


@answers("r2")
def transition_small__r2(t):
    answer = t.status(put(t, rule(_move("STANDARD_IA"))), 200)
    t.no_header(answer, "x-amz-transition-default-minimum-object-size")


@answers("r2")
def archived_get__r2(t):
    """There are no archives."""
    t.error(t.s3.put(t.bucket(), "k", b"x", {"x-amz-storage-class": "GLACIER"}), 501,
            "NotImplemented")


@answers("r2")
def rules_max__r2(t):
    rules = [rule(DAYS, name="<ID>r%d</ID>" % i,
                  where="<Filter><Prefix>a%d/</Prefix></Filter>" % i) for i in range(1001)]
    t.ok(put(t, *rules).status == 400, "1,001 rules were taken")
    t.status(put(t, *rules[:-1]), 200)


@answers("r2")
def rule_id__r2(t):
    name = t.bucket()
    t.status(put(t, rule(DAYS, name=""), name=name), 200)
    t.ok(t.s3.get(name, query="lifecycle").xml.get("Rule/ID"), "no ID was made")


@answers("r2")
def rule_bare__r2(t):
    t.status(put(t, rule(DAYS, where="")), 200)
    t.status(put(t, rule(_move("STANDARD_IA"), where="")), 200)


@answers("r2")
def rule_twice__r2(t):
    t.error(put(t, rule(DAYS, where=FILTER + "<Prefix>a</Prefix>")), 400, "MalformedXML")


@answers("r2")
def rule_days_0__r2(t):
    t.error(put(t, rule("<Expiration><Days>0</Days></Expiration>")), 400, "InvalidArgument",
            "'Days' for Expiration action must be a positive integer")


def _dated(t, text, name=None):
    return put(t, rule("<Expiration><Date>%s</Date></Expiration>" % text), name=name)


@answers("r2")
def rule_midnight__r2(t):
    name = t.bucket()
    t.status(_dated(t, "2040-01-01T01:00:00Z", name), 200)
    # Carried out within a day.
    t.eq(t.s3.get(name, query="lifecycle").xml.get("Rule/Expiration/Date"),
         "2040-01-02T00:00:00.000Z")
    t.status(_dated(t, "2040-01-01T00:00:00Z"), 200)


@answers("r2")
def rule_date__r2(t):
    t.status(_dated(t, "2040-01-01"), 200)
    t.error(_dated(t, "tomorrow"), 400, "MalformedXML")


@answers("r2")
def rule_status__r2(t):
    for status in ("enabled", "", "On"):
        t.error(put(t, rule(DAYS, status=status)), 400, "MalformedXML")


@answers("r2")
def rule_filters__r2(t):
    t.status(put(t, rule(DAYS)), 200)


@answers("r2")
def rule_and_one__r2(t):
    t.error(put(t, rule(DAYS, where="<Filter><And><Prefix>a</Prefix></And></Filter>")), 400,
            "MalformedXML")


@answers("r2")
def rule_abort__r2(t):
    t.status(put(t, rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>1"
                         "</DaysAfterInitiation></AbortIncompleteMultipartUpload>")), 200)


@answers("r2")
def rule_newer__r2(t):
    t.error(put(t, rule("<NoncurrentVersionExpiration><NewerNoncurrentVersions>2"
                        "</NewerNoncurrentVersions></NoncurrentVersionExpiration>")), 400,
            "MalformedXML")


@answers("r2")
def rule_unknown__r2(t):
    t.error(put(t, rule(DAYS + "<Else/>")), 400, "MalformedXML")


@answers("r2")
def rule_header__r2(t):
    name = t.bucket()
    t.status(put(t, rule(DAYS, where="<Filter><Prefix></Prefix></Filter>"), name=name), 200)
    for answer in (t.object(name, "k"), t.s3.head(name, "k"), t.s3.get(name, "k")):
        t.ok('rule-id="r"' in (answer.header("x-amz-expiration") or ""), "x-amz-expiration")


@answers("r2")
def rule_time__r2(t):
    name = t.bucket()
    t.status(put(t, rule(DAYS, where="<Filter><Prefix></Prefix></Filter>"), name=name), 200)
    text = t.object(name, "k").header("x-amz-expiration")
    t.ok(" 00:00:00 GMT" in text, text)


@answers("r2")
def rule_more__r2(t):
    t.eq(t.s3.get(t.bucket(), query="lifecycle").xml.get("Rule/ID"),
         "Default Multipart Abort Rule")


# ---- no versions ----


@answers("r2")
def versioning_mfa__r2(t):
    body = document.xml("VersioningConfiguration",
                        "<Status>Enabled</Status><MfaDelete>Enabled</MfaDelete>")
    t.error(t.s3.put(t.bucket(), None, body, query="versioning"), 501, "NotImplemented",
            "PutBucketVersioning not implemented")


@answers("r2")
def versioning_bad__r2(t):
    t.error(t.s3.put(t.bucket(), None, b"<VersioningConfiguration><Status>On</Status>"
                     b"</VersioningConfiguration>", None, "versioning"), 501, "NotImplemented",
            "PutBucketVersioning not implemented")


@answers("r2")
def deleted_get__r2(t):
    name = t.bucket()
    t.object(name, "k")
    answer = t.status(t.s3.delete(name, "k"), 204)
    t.no_header(answer, "x-amz-delete-marker")
    answer = t.s3.get(name, "k")
    t.error(answer, 404, "NoSuchKey")
    t.no_header(answer, "x-amz-delete-marker")


@answers("r2")
def tls__r2(t):
    t.status(t.s3.get(t.bucket()), 200)


@answers("r2")
def marker_get__r2(t):
    """Nothing of an object has versions."""
    name = t.bucket()
    t.object(name, "k")
    t.status(t.s3.delete(name, "k"), 204)
    t.error(t.s3.get(name, query="versions"), 501, "NotImplemented")


@answers("r2")
def suspended_put__r2(t):
    t.error(t.s3.put(t.bucket(), None, b"<VersioningConfiguration><Status>Suspended</Status>"
                     b"</VersioningConfiguration>", None, "versioning"), 501, "NotImplemented")


@answers("r2")
def suspended_delete__r2(t):
    name = t.bucket()
    body = document.xml("VersioningConfiguration", "<Status>Suspended</Status>")
    t.error(t.s3.put(name, None, body, query="versioning"), 501, "NotImplemented",
            "PutBucketVersioning not implemented")
    t.object(name, "k")
    answer = t.status(t.s3.delete(name, "k"), 204)
    t.no_header(answer, "x-amz-version-id")
    t.no_header(answer, "x-amz-delete-marker")


@answers("r2")
def headers__r2(t):
    name = t.bucket()
    t.object(name, "k", **{"x_other_%d" % i: "v" * 900 for i in range(12)})


@answers("r2")
def missing_key__r2(t):
    name = t.bucket()
    t.error(Holder(t, name, None, actions=["GetObject"])("GET", name, "none"), 404, "NoSuchKey")
    t.error(Holder(t, name, "object-read-only")("GET", name, "none"), 404, "NoSuchKey")


@answers("r2")
def throttle__r2(t):
    name = t.bucket()
    t.object(name, "k", b"x")
    t.eq({t.s3.get(name, "k").status for _ in range(300)}, {200})


@answers("aws", "minio")
def copy_sum(t):
    name = t.bucket()
    t.object(name, "from", b"x")
    answer = t.s3.put(name, "to", b"", {"x-amz-copy-source": name + "/from",
                                        "x-amz-checksum-algorithm": "SHA256"})
    t.eq(t.status(answer, 200).xml.get("ChecksumSHA256"), s3raw.checksum("SHA256", b"x"))


@answers("aws")
def mfa_header(t):
    name = t.bucket()
    t.error(t.s3.delete(name, "k", headers={"x-amz-mfa": "nonsense"}), 400, "InvalidArgument")


@answers("minio")
def mfa_header__minio(t):
    t.status(t.s3.delete(t.bucket(), "k", headers={"x-amz-mfa": "nonsense"}), 204)


@answers("r2")
def versions__r2(t):
    t.error(t.s3.get(t.bucket(), query="versions"), 501, "NotImplemented",
            "ListObjectVersions not implemented")


@answers("r2")
def restore_time__r2(t):
    t.error(t.s3.post(t.bucket(), "k", "restore", b"<RestoreRequest/>"), 501, "NotImplemented")


@answers("r2")
def new_public__r2(t):
    name = t.bucket()
    t.object(name, "k")
    t.error(t.s3.put(name, None, b"{}", None, "policy"), 501, "NotImplemented")
    t.error(t.s3.get(name, "k", sign=None), 400, "InvalidArgument", "Authorization")


@answers("r2")
def version_unknown__r2(t):
    name = t.bucket()
    version = t.object(name, "k", b"x").header("x-amz-version-id")
    t.body(t.s3.get(name, "k", {"versionId": version}), b"x")
    t.status(t.s3.head(name, "k", {"versionId": version}), 200)
    t.error(t.s3.delete(name, "k", {"versionId": version}), 501, "NotImplemented",
            "DeleteObject search parameter versionId not implemented")
    t.status(t.s3.put(name, "copy", b"", {"x-amz-copy-source": "/%s/k?versionId=%s"
                                          % (name, version)}), 200)
    t.body(t.s3.get(name, "copy"), b"x")


@answers("r2")
def transition_days__r2(t):
    name = t.bucket()
    t.status(put(t, rule(_move("STANDARD_IA", 1), where="<Filter><Prefix></Prefix></Filter>"),
                 name=name), 200)
    t.error(put(t, rule(_move("STANDARD_IA", 0))), 400, "InvalidArgument")
    # And it is done, days before AWS would.
    t.object(name, "k")
    t.clock("by", "3d")
    t.header(t.s3.head(name, "k"), "x-amz-storage-class", "STANDARD_IA")


transition_days__r2.alone = True
