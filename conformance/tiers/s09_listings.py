# SPDX-License-Identifier: Apache-2.0
"""Section 9: listings."""
import base64

import s3raw
from tiers import answers

MARK = "[minio_cache:v2,return:]"
MINIO = "02d6176db174dc93cb1b899f7c6078f08654445fe8cf1b6ce98d8855f66bdbf4"


def filled(t, keys=("a", "b", "c")):
    name = t.bucket()
    for key in keys:
        t.object(name, key)
    return name


def v1(t, name, query):
    return t.status(t.s3.get(name, query=query), 200).xml


@answers("aws", "minio")
def list_order(t):
    keys = ["A", "a", "b", "\u00e9", "\uffee", "\U0001f600"]
    t.eq(t.keys(filled(t, reversed(keys))), keys)


@answers("aws", "minio")
def list_max(t):
    root = v1(t, filled(t), {"max-keys": "5000"})
    t.eq(root.get("MaxKeys"), "5000" if t.tier == "minio" else "1000")
    t.eq(len(root.all("Contents")), 3)


@answers("aws", "minio")
def list_max_0(t):
    root = v1(t, filled(t), {"max-keys": "0"})
    t.eq((root.get("IsTruncated"), root.all("Contents")), ("false", []))


@answers("aws", "minio")
def list_max_bad(t):
    name = filled(t, ())
    answer = t.s3.get(name, query={"max-keys": "many"})
    t.error(answer, 400, "InvalidArgument",
            "Argument maxKeys must be an integer between 0 and 2147483647"
            if t.tier == "minio" else "Provided max-keys not an integer or within integer range")
    t.error(t.s3.get(name, query={"max-keys": "-1"}), 400, "InvalidArgument")


@answers("aws")
def list_marker(t):
    name = filled(t)
    t.eq(v1(t, name, {"max-keys": "1"}).get("NextMarker"), None)
    t.eq(v1(t, name, {"max-keys": "1", "delimiter": "/"}).get("NextMarker"), "a")


@answers("minio")
def list_marker__minio(t):
    name = filled(t)
    for query in ({"max-keys": "2"}, {"max-keys": "2", "delimiter": "/"}):
        root = v1(t, name, query)
        t.eq(root.get("NextMarker"), "b" + MARK)
        root = v1(t, name, dict(query, marker=root.get("NextMarker")))
        t.eq([c.get("Key") for c in root.all("Contents")], ["c"])
    t.eq(v1(t, name, {"marker": "a"}).all("Contents")[0].get("Key"), "b")


@answers("aws", "minio")
def list_token(t):
    name = filled(t)
    root = v1(t, name, {"list-type": "2", "max-keys": "2"})
    token = root.get("NextContinuationToken")
    if t.tier == "minio":
        t.eq(base64.b64decode(token).decode(), "b" + MARK)
    root = v1(t, name, {"list-type": "2", "continuation-token": token})
    t.eq([c.get("Key") for c in root.all("Contents")], ["c"])
    t.error(t.s3.get(name, query={"list-type": "2", "continuation-token": "!!"}), 400,
            "InvalidArgument", "The continuation token provided is incorrect")


@answers("aws", "minio")
def list_owner(t):
    name = filled(t)
    for query in ({}, {"list-type": "2", "fetch-owner": "true"}):
        row = v1(t, name, query).all("Contents")[0]
        if t.tier == "minio":
            t.eq((row.get("Owner/ID"), row.get("Owner/DisplayName")), (MINIO, "minio"))
        else:
            t.eq(len(row.get("Owner/ID")), 64)
            t.eq(row.get("Owner/DisplayName"), None)
    t.eq(v1(t, name, {"list-type": "2"}).all("Contents")[0].get("Owner"), None)


@answers("aws")
def list_more(t):
    row = v1(t, filled(t), {}).all("Contents")[0]
    t.eq((row.get("ChecksumAlgorithm"), row.get("ChecksumType")), ("CRC64NVME", "FULL_OBJECT"))
    name = t.bucket()
    t.object(name, "a", x_amz_meta_owner="me")
    row = v1(t, name, {"list-type": "2", "metadata": "true"}).all("Contents")[0]
    t.eq((row.all("UserMetadata"), row.all("Internal")), ([], []), "MinIO's elements")


@answers("aws", "minio")
def list_count(t):
    root = v1(t, filled(t, ("a", "b/1", "b/2")), {"list-type": "2", "delimiter": "/"})
    t.eq(root.get("KeyCount"), "2")


@answers("aws", "minio")
def list_quote(t):
    body = t.status(t.s3.get(filled(t)), 200).body
    t.ok((b"<ETag>&#34;" if t.tier == "minio" else b"<ETag>&quot;") in body, body)
    t.ok((b"&quot;" if t.tier == "minio" else b"&#34;") not in body, body)


@answers("aws", "minio")
def list_url(t):
    root = v1(t, filled(t, ("a b",)), {"encoding-type": "url"})
    t.eq(root.all("Contents")[0].get("Key"), "a+b")


@answers("aws", "minio")
def list_url_bad(t):
    t.error(t.s3.get(filled(t, ()), query={"encoding-type": "none"}), 400, "InvalidArgument",
            "Invalid Encoding Method specified in Request")


@answers("aws", "minio")
def list_type_3(t):
    root = v1(t, filled(t), {"list-type": "3"})
    t.eq(root.get("KeyCount"), None)
    t.eq(len(root.all("Contents")), 3)


@answers("aws", "minio")
def delete_max(t):
    name = filled(t, ())
    for n in (1001, 0):
        body = "<Delete>%s</Delete>" % "".join(
            "<Object><Key>k%d</Key></Object>" % i for i in range(n))
        t.error(t.s3.post(name, None, "delete", body,
                          {"Content-MD5": s3raw.md5_base64(body.encode())}), 400, "MalformedXML")


@answers("minio")
def list_more__minio(t):
    name = t.bucket()
    t.object(name, "a", x_amz_meta_owner="me",
             x_amz_checksum_crc32=s3raw.checksum("CRC32", b"x"))
    row = v1(t, name, {"list-type": "2"}).all("Contents")[0]
    t.eq([row.get(n) for n in ("ChecksumAlgorithm", "ChecksumType", "UserMetadata")], [None] * 3)
    row = v1(t, name, {"list-type": "2", "metadata": "true"}).all("Contents")[0]
    t.eq(row.get("UserMetadata/X-Amz-Meta-Owner"), "me")
    t.ok(row.all("Internal"), "no Internal")
