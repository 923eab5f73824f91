# SPDX-License-Identifier: Apache-2.0
"""Of what is archived. Time passing is shown by tests/e2e/lifecycle.py."""

STATE = "The operation is not valid for the object's storage class"
NOT_ARCHIVED = "Restore is not allowed for the object's current storage class"


def _body(days="1", tier=None):
    return ("<RestoreRequest><Days>%s</Days>%s</RestoreRequest>" % (
        days, "<GlacierJobParameters><Tier>%s</Tier></GlacierJobParameters>" % tier
        if tier else "")).encode()


def _restore(t, name, key, body, **how):
    return t.s3.post(name, key, {"restore": None}, body, **how)


def _archived(t, storage="GLACIER"):
    name = t.bucket()
    t.status(t.s3.put(name, "key", b"cold", {"x-amz-storage-class": storage}), 200)
    return name


def RestoreObject_begins(t):
    name = _archived(t)
    t.error(t.s3.get(name, "key"), 403, "InvalidObjectState", STATE, StorageClass="GLACIER")
    t.header(t.s3.head(name, "key"), "x-amz-restore", None)
    answer = t.status(_restore(t, name, "key", _body()), 202)
    t.eq(answer.body, b"")
    t.status(t.s3.head(name, "key"), 200)


def RestoreObject_twice(t):
    name = _archived(t, "DEEP_ARCHIVE")
    t.status(_restore(t, name, "key", _body(tier="Bulk")), 202)
    if t.s3.head(name, "key").header("x-amz-restore") == 'ongoing-request="true"':
        t.error(_restore(t, name, "key", _body(tier="Bulk")), 409, "RestoreAlreadyInProgress",
                "Object restore is already in progress")


def RestoreObject_hurries(t):
    """One that runs is not begun again, but may be asked to be faster."""
    name = _archived(t)
    t.status(_restore(t, name, "key", _body(tier="Bulk")), 202)
    if t.s3.head(name, "key").header("x-amz-restore") != 'ongoing-request="true"':
        t.skip("restores are done at once here")
    t.status(_restore(t, name, "key", _body(tier="Expedited")), 202)
    t.error(_restore(t, name, "key", _body(tier="Standard")), 409, "RestoreAlreadyInProgress",
            "Object restore is already in progress")


def RestoreObject_of_a_version(t):
    name = t.bucket()
    t.versioning(name)
    old = t.object(name, "key", b"cold", x_amz_storage_class="GLACIER").header("x-amz-version-id")
    t.object(name, "key", b"warm")
    by_id = {"restore": None, "versionId": old}
    t.error(_restore(t, name, "key", _body()), 403, "InvalidObjectState", NOT_ARCHIVED)
    t.header(t.status(t.s3.post(name, "key", by_id, _body()), 202), "x-amz-version-id", old)
    t.ok(t.s3.head(name, "key", {"versionId": old}).header("x-amz-restore"), "no x-amz-restore")
    t.no_header(t.s3.head(name, "key"), "x-amz-restore")
    mark = t.s3.delete(name, "key").header("x-amz-version-id")
    t.error(t.s3.post(name, "key", dict(by_id, versionId=mark), _body()), 405,
            "MethodNotAllowed", "The specified method is not allowed against this resource.",
            Method="POST", ResourceType="DeleteMarker")
    t.status(t.s3.delete(name, "key", {"versionId": old}), 204)
    t.error(t.s3.post(name, "key", by_id, _body()), 404, "NoSuchVersion", VersionId=old)
    t.error(t.s3.post(name, "key", dict(by_id, versionId="nonsense"), _body()), 400,
            "InvalidArgument", "Invalid version id specified", ArgumentName="versionId",
            ArgumentValue="nonsense")


def RestoreObject_not_archived(t):
    name = t.bucket()
    t.object(name, "key", b"warm")
    t.error(_restore(t, name, "key", _body()), 403, "InvalidObjectState", NOT_ARCHIVED,
            StorageClass="STANDARD")
    t.body(t.s3.get(name, "key"), b"warm")


def RestoreObject_missing(t):
    name = _archived(t)
    t.error(_restore(t, name, "none", _body()), 404, "NoSuchKey", Key="none")
    t.error(_restore(t, t.name(), "key", _body()), 404, "NoSuchBucket")


def RestoreObject_malformed(t):
    name = _archived(t)
    for body in (b"<RestoreRequest/>", _body("0"), _body("-1"), _body("soon"), _body(tier="Soon"),
                 b"<Other><Days>1</Days></Other>", b"nonsense"):
        t.error(_restore(t, name, "key", body), 400, "MalformedXML")
    t.error(_restore(t, name, "key", b""), 400, "MissingRequestBodyError")
    t.header(t.s3.head(name, "key"), "x-amz-restore", None)


def RestoreObject_tiers(t):
    name = _archived(t, "DEEP_ARCHIVE")
    t.error(_restore(t, name, "key", _body(tier="Expedited")), 400, "InvalidRequest",
            "Retrieval option is not supported by this storage class")


def RestoreObject_is_no_source(t):
    name = _archived(t)
    answer = t.s3.put(name, "copy", b"", {"x-amz-copy-source": "/%s/key" % name})
    t.error(answer, 403, "InvalidObjectState",
            "Operation is not valid for the source object's storage class",
            StorageClass="GLACIER")
    upload = t.s3.post(name, "mp", "uploads").xml.get("UploadId")
    answer = t.s3.put(name, "mp", b"", {"x-amz-copy-source": "/%s/key" % name},
                      {"partNumber": 1, "uploadId": upload})
    t.error(answer, 403, "InvalidObjectState")


def RestoreObject_denied(t):
    name = _archived(t)
    t.error(_restore(t, name, "key", _body(), sign=None), 403, "AccessDenied")
    t.error(_restore(t, name, "key", _body(), signer=t.s3.signer(secret="wrong")), 403,
            "SignatureDoesNotMatch")


def RestoreObject_malformed(t):
    name = _archived(t)
    for inner in ("<Days>1</Days><Days>2</Days>", "<Days>1</Days><Foo/>",
                  "<Days>1</Days><GlacierJobParameters></GlacierJobParameters>"):
        body = "<RestoreRequest>%s</RestoreRequest>" % inner
        t.error(_restore(t, name, "key", body.encode()), 400, "MalformedXML")
    t.header(t.s3.head(name, "key"), "x-amz-restore", None)


def RestoreObject_in_listings(t):
    """RestoreStatus, where it is asked for."""
    name = _archived(t)
    t.object(name, "other", b"cold", x_amz_storage_class="GLACIER")
    t.object(name, "warm", b"warm")
    t.status(_restore(t, name, "key", _body()), 202)
    ask = {"x-amz-optional-object-attributes": "RestoreStatus"}
    done = 'ongoing-request="false"' in t.s3.head(name, "key").header("x-amz-restore")
    for query, row in (({}, "Contents"), ({"list-type": "2"}, "Contents"),
                       ({"versions": None}, "Version")):
        t.eq(t.status(t.s3.get(name, None, query), 200).xml.all(row + "/RestoreStatus"), [])
        answer = t.status(t.s3.get(name, None, query, ask), 200).xml
        t.eq([c.get("Key") for c in answer.all(row) if c.get("RestoreStatus") is not None],
             ["key"], "restored")
        one = answer.all(row)[0]
        t.eq(one.get("RestoreStatus/IsRestoreInProgress"), "false" if done else "true")
        date = one.get("RestoreStatus/RestoreExpiryDate")
        t.ok(date.endswith("T00:00:00.000Z") if done else date is None, date)
        bad = t.s3.get(name, None, query, {"x-amz-optional-object-attributes": "RestoreStatus,Size"})
        t.error(bad, 400, "InvalidArgument", "Invalid attribute name specified.",
                ArgumentName="x-amz-optional-object-attributes", ArgumentValue="Size")
