# SPDX-License-Identifier: Apache-2.0
"""Section 4: storage classes, transitions, restore."""
import document
from tiers import answers

EIGHT = ("STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING",
         "GLACIER", "GLACIER_IR", "DEEP_ARCHIVE")


def put(t, name, value, key="k"):
    return t.s3.put(name, key, b"x", {"x-amz-storage-class": value})


@answers("aws")
def classes(t):
    name = t.bucket()
    for value in EIGHT:
        t.status(put(t, name, value), 200)


@answers("minio")
def classes__minio(t):
    name = t.bucket()
    for value in EIGHT[:2]:
        t.status(put(t, name, value), 200)
    for value in EIGHT[2:]:
        t.error(put(t, name, value), 400, "InvalidStorageClass", "Invalid storage class.")


@answers("aws", "minio")
def class_bad(t):
    name = t.bucket()
    t.error(put(t, name, "OUTPOSTS"), 400, "InvalidStorageClass", "Invalid storage class."
            if t.tier == "minio" else "The storage class you specified is not valid",
            StorageClassRequested="OUTPOSTS")


@answers("aws", "minio")
def class_listed(t):
    name = t.bucket()
    for value in EIGHT[:2]:
        t.status(put(t, name, value, value), 200)
    rows = t.s3.get(name, query="list-type=2").xml.all("Contents")
    t.eq([(r.get("Key"), r.get("StorageClass")) for r in rows],
         [(v, v) for v in sorted(EIGHT[:2])])


@answers("aws", "minio")
def class_header(t):
    name = t.bucket()
    t.status(put(t, name, "STANDARD"), 200)
    t.no_header(t.s3.get(name, "k"), "x-amz-storage-class")
    t.status(put(t, name, "REDUCED_REDUNDANCY"), 200)
    for answer in (t.s3.get(name, "k"), t.s3.head(name, "k")):
        t.header(answer, "x-amz-storage-class", "REDUCED_REDUNDANCY")


def restore(t, name):
    return t.s3.post(name, "k", "restore", "<RestoreRequest><Days>1</Days></RestoreRequest>")


@answers("aws", "minio")
def restore__plain(t):
    name = t.bucket()
    t.object(name, "k")
    if t.tier == "minio":
        t.error(restore(t, name), 403, "InvalidObjectState",
                "The operation is not valid for the current state of the object.")
    else:
        t.error(restore(t, name), 403, "InvalidObjectState")


@answers("aws")
def restore__archived(t):
    name = t.bucket()
    t.status(put(t, name, "GLACIER"), 200)
    t.status(restore(t, name), 202)
    t.error(restore(t, name), 409, "RestoreAlreadyInProgress")
    t.header(t.s3.head(name, "k"), "x-amz-restore", 'ongoing-request="true"')


@answers("aws")
def archived_get(t):
    name = t.bucket()
    t.status(put(t, name, "GLACIER"), 200)
    t.error(t.s3.get(name, "k"), 403, "InvalidObjectState", StorageClass="GLACIER")


@answers("aws")
def restore_time(t):
    name = t.bucket()
    t.status(put(t, name, "DEEP_ARCHIVE"), 200)
    t.status(restore(t, name), 202)
    t.error(t.s3.get(name, "k"), 403, "InvalidObjectState")


def move(t, target, days=30):
    return document.put(t, t.bucket(), "lifecycle", document.xml("LifecycleConfiguration", (
        "<Rule><ID>r</ID><Filter><Prefix>a</Prefix></Filter><Status>Enabled</Status><Transition>"
        "<Days>%d</Days><StorageClass>%s</StorageClass></Transition></Rule>") % (days, target)))


@answers("aws")
def transitions(t):
    for target in EIGHT[2:]:
        t.status(move(t, target), 200)
    t.ok(move(t, "STANDARD").status == 400, "a transition to STANDARD")


@answers("minio")
def transitions__minio(t):
    for target in EIGHT[2:] + ("NOTIER",):
        t.error(move(t, target), 400, "InvalidStorageClass", "Invalid storage class.")


@answers("aws")
def transition_days(t):
    t.status(move(t, "GLACIER", 0), 200)
    t.status(move(t, "STANDARD_IA", 30), 200)
    t.error(move(t, "STANDARD_IA", 29), 400, "InvalidArgument")


@answers("aws")
def transition_small(t):
    answer = t.status(move(t, "GLACIER", 1), 200)
    t.header(answer, "x-amz-transition-default-minimum-object-size", "all_storage_classes_128K")


@answers("minio")
def transition_days__minio(t):
    """It is the target that is refused, not the days."""
    t.error(move(t, "NOTIER", 0), 400, "InvalidStorageClass")


@answers("minio")
def transition_small__minio(t):
    name = t.bucket()
    rule = "<Rule><ID>r</ID><Filter/><Status>Enabled</Status><Expiration><Days>1</Days>" \
        "</Expiration></Rule>"
    body = document.xml("LifecycleConfiguration", rule)
    header = "x-amz-transition-default-minimum-object-size"
    t.no_header(t.status(document.put(t, name, "lifecycle", body), 200), header)
    t.no_header(t.status(t.s3.get(name, query="lifecycle"), 200), header)


def bind(t, name, tier):
    t.status(t.s3.request("POST", path="/_trug/v1/tier", query={"bucket": name, "tier": tier}),
             200)


def archived(t):
    """A bucket with an object in GLACIER, which the tier itself has no way to make."""
    name = t.bucket()
    t.later.append(lambda: bind(t, name, "none"))
    bind(t, name, "open")
    t.status(put(t, name, "GLACIER"), 200)
    bind(t, name, t.tier)
    return name


@answers("minio")
def archived_get__minio(t):
    t.body(t.s3.get(archived(t), "k"), b"x")


@answers("minio")
def restore_time__minio(t):
    """There is nothing to wait for."""
    name = archived(t)
    t.error(restore(t, name), 403, "InvalidObjectState",
            "The operation is not valid for the current state of the object.")
    t.body(t.s3.get(name, "k"), b"x")
