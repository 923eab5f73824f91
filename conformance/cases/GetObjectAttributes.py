# SPDX-License-Identifier: Apache-2.0
import case
import s3raw

ALL = "ETag,Checksum,ObjectParts,StorageClass,ObjectSize"


def _get(t, name, want=ALL, headers=None):
    fields = {"x-amz-object-attributes": want}
    fields.update(headers or {})
    return t.s3.get(name, "key", "attributes", fields)


def GetObjectAttributes_plain(t):
    name = t.bucket()
    t.object(name, "key", b"hello")
    answer = t.status(_get(t, name), 200)
    t.http_date(answer.header("Last-Modified"), "Last-Modified")
    root = answer.xml
    t.eq(root.name, "GetObjectAttributesResponse")
    t.eq(root.namespace, case.XMLNS)
    t.eq(root.get("ETag"), "5d41402abc4b2a76b9719d911017c592")
    t.eq(root.get("ObjectSize"), "5")
    t.eq(root.get("StorageClass"), "STANDARD")
    t.eq(root.get("Checksum/ChecksumCRC64NVME"), s3raw.checksum("CRC64NVME", b"hello"))
    t.eq(root.get("Checksum/ChecksumType"), "FULL_OBJECT")
    t.eq(root.all("ObjectParts"), [])


def GetObjectAttributes_only_what_was_asked(t):
    name = t.bucket()
    t.object(name, "key", b"hello")
    t.eq(t.status(_get(t, name, "ObjectSize"), 200).xml.names(), ["ObjectSize"])
    t.eq(sorted(t.status(_get(t, name, "ETag, \tStorageClass"), 200).xml.names()),
         ["ETag", "StorageClass"])


def GetObjectAttributes_multipart(t):
    name = t.bucket()
    bodies = [b"a" * case.PART, b"b"]
    t.multipart(name, "key", bodies)
    root = t.status(_get(t, name), 200).xml
    t.eq(root.get("ETag"), s3raw.etag_multipart(bodies).strip('"'))
    t.eq(root.get("ObjectSize"), str(case.PART + 1))
    # aws-answers 34: without stored part checksums only the count.
    t.eq(root.all("ObjectParts")[0].names(), ["PartsCount"])
    t.eq(root.get("ObjectParts/PartsCount"), "2")


def GetObjectAttributes_parts_with_checksums(t):
    name = t.bucket()
    upload = t.upload(name, "key", {"x-amz-checksum-algorithm": "SHA256"})
    bodies, parts = [b"a" * case.PART, b"b" * case.PART, b"c"], []
    for n, body in enumerate(bodies, 1):
        value = s3raw.checksum("SHA256", body)
        parts.append((n, t.part(name, "key", upload, n, body, {"x-amz-checksum-sha256": value}),
                      {"ChecksumSHA256": value}))
    t.status(t.complete(name, "key", upload, parts), 200)
    root = t.status(_get(t, name, "ObjectParts"), 200).xml.all("ObjectParts")[0]
    t.eq([p.get("PartNumber") for p in root.all("Part")], ["1", "2", "3"])
    t.eq([p.get("Size") for p in root.all("Part")], [str(len(b)) for b in bodies])
    t.eq([p.get("ChecksumSHA256") for p in root.all("Part")],
         [s3raw.checksum("SHA256", b) for b in bodies])
    t.eq(root.get("IsTruncated"), "false")
    root = t.status(_get(t, name, "ObjectParts", {"x-amz-max-parts": "1",
                                                  "x-amz-part-number-marker": "1"}),
                    200).xml.all("ObjectParts")[0]
    t.eq([p.get("PartNumber") for p in root.all("Part")], ["2"])
    t.eq((root.get("IsTruncated"), root.get("NextPartNumberMarker"), root.get("MaxParts"),
          root.get("PartNumberMarker")), ("true", "2", "1", "1"))


def GetObjectAttributes_missing(t):
    name = t.bucket()
    t.error(_get(t, name), 404, "NoSuchKey", Key="key")


def GetObjectAttributes_no_header(t):
    name = t.bucket()
    t.object(name, "key")
    t.error(t.s3.get(name, "key", "attributes"), 400, "InvalidRequest")


def GetObjectAttributes_unknown_attribute(t):
    name = t.bucket()
    t.object(name, "key")
    t.error(_get(t, name, "Nonsense"), 400, "InvalidArgument",
            ArgumentName="x-amz-object-attributes")
