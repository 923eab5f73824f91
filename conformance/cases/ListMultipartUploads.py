# SPDX-License-Identifier: Apache-2.0
import case


def _list(t, name, **query):
    query = [("uploads", None)] + [(k.replace("_", "-"), v) for k, v in query.items()]
    return t.status(t.s3.get(name, query=query), 200).xml


def _rows(root):
    return [(u.get("Key"), u.get("UploadId")) for u in root.all("Upload")]


def ListMultipartUploads_rows(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    root = _list(t, name)
    t.eq(root.name, "ListMultipartUploadsResult")
    t.eq(root.namespace, case.XMLNS)
    for field, value in (("Bucket", name), ("KeyMarker", ""), ("UploadIdMarker", ""),
                         ("MaxUploads", "1000"), ("IsTruncated", "false"),
                         ("NextKeyMarker", "key"), ("NextUploadIdMarker", upload)):
        t.eq(root.get(field), value, field)
    row = root.all("Upload")[0]
    t.eq((row.get("Key"), row.get("UploadId"), row.get("StorageClass")),
         ("key", upload, "STANDARD"))
    t.iso_date(row.get("Initiated"), "Initiated")
    t.ok(row.get("Initiator/ID") and row.get("Owner/ID"), "no ids")


def ListMultipartUploads_empty(t):
    root = _list(t, t.bucket())
    t.eq(_rows(root), [])
    t.eq(root.get("IsTruncated"), "false")


def ListMultipartUploads_order_and_pages(t):
    name = t.bucket()
    made = [(key, t.upload(name, key)) for key in ("b", "a", "c", "a", "a")]
    rows = _rows(_list(t, name))
    t.eq([k for k, _ in rows], ["a", "a", "a", "b", "c"])
    t.eq(sorted(rows), sorted(made))
    # Within a key: by time of initiation.
    t.eq([u for k, u in rows if k == "a"], [u for k, u in made if k == "a"])
    seen, key, upload = [], None, None
    for _ in range(9):
        query = {"max_uploads": 2}
        if key is not None:
            query.update(key_marker=key, upload_id_marker=upload)
        root = _list(t, name, **query)
        seen += _rows(root)
        if root.get("IsTruncated") != "true":
            break
        key, upload = root.get("NextKeyMarker"), root.get("NextUploadIdMarker")
    t.eq(seen, rows)


def ListMultipartUploads_key_marker(t):
    name = t.bucket()
    for key in ("a", "b", "c"):
        t.upload(name, key)
    t.eq([k for k, _ in _rows(_list(t, name, key_marker="a"))], ["b", "c"])


def ListMultipartUploads_prefix_and_delimiter(t):
    name = t.bucket()
    for key in ("a", "b/1", "b/2", "c d"):
        t.upload(name, key)
    root = _list(t, name, delimiter="/")
    t.eq([k for k, _ in _rows(root)], ["a", "c d"])
    t.eq([p.get("Prefix") for p in root.all("CommonPrefixes")], ["b/"])
    t.eq(root.get("Delimiter"), "/")
    t.eq([k for k, _ in _rows(_list(t, name, prefix="b/"))], ["b/1", "b/2"])
    root = _list(t, name, encoding_type="url", prefix="c ")
    t.eq((root.get("EncodingType"), root.get("Prefix")), ("url", "c+"))
    t.eq([k for k, _ in _rows(root)], ["c+d"])


def ListMultipartUploads_missing_bucket(t):
    name = t.name()
    t.error(t.s3.get(name, query="uploads"), 404, "NoSuchBucket", BucketName=name)


def ListMultipartUploads_bad_values(t):
    name = t.bucket()
    for value in ("x", "-1"):
        t.error(t.s3.get(name, query=[("uploads", None), ("max-uploads", value)]), 400,
                "InvalidArgument", ArgumentName="max-uploads", ArgumentValue=value)
    t.error(t.s3.get(name, query=[("uploads", None), ("encoding-type", "x")]), 400,
            "InvalidArgument", "Invalid Encoding Method specified in Request")


def ListMultipartUploads_marker_that_ends_with_the_delimiter(t):
    name = t.bucket()
    for key in ("a/", "a/b"):
        t.upload(name, key)
    root = t.status(t.s3.get(name, query={
        "uploads": "", "prefix": "a/", "delimiter": "/", "key-marker": "a/"}), 200).xml
    t.eq([u.get("Key") for u in root.all("Upload")], ["a/b"])
