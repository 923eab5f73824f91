# SPDX-License-Identifier: Apache-2.0
import acl
import case
import worm


def _location(region):
    return ('<CreateBucketConfiguration xmlns="%s"><LocationConstraint>%s</LocationConstraint>'
            "</CreateBucketConfiguration>" % (case.XMLNS, region))


def CreateBucket_location_header(t):
    name = t.name()
    answer = t.status(t.s3.put(name, **t._location()), 200)
    t.header(answer, "Location", "/" + name)
    t.eq(answer.body, b"", "body")
    t.status(t.s3.head(name), 200)


def CreateBucket_twice(t):
    name = t.bucket()
    t.object(name, "kept", b"kept")
    answer = t.s3.put(name, **t._location())
    # us-east-1 answers 200 for old clients' sake, everywhere else it is a conflict (tiers 2).
    if answer.status != 200 or t.region != "us-east-1":
        t.error(answer, 409, "BucketAlreadyOwnedByYou",
                "Your previous request to create the named bucket succeeded and you already own it.",
                BucketName=name)
    t.body(t.s3.get(name, "kept"), b"kept")


def CreateBucket_bad_names(t):
    for name in ("ab", "a" * 64, "Upper", "under_score", "dot..dot", "-start", "end-", ".start",
                 "end.", "192.168.5.4", "xn--bucket", "sthree-bucket", "amzn-s3-demo-bucket",
                 "bucket-s3alias", "bucket--ol-s3", "bucket.mrap", "bucket--x-s3",
                 "bucket--table-s3", "spa ce"):
        t.error(t.s3.put(name), 400, "InvalidBucketName", "The specified bucket is not valid.",
                BucketName=name)


def CreateBucket_good_names(t):
    for name in (t.name() + ".dot", t.name() + "-" + "9" * 20, "1" + t.name()):
        t.buckets.append(name)
        t.status(t.s3.put(name, **t._location()), 200)
    name = t.name()
    name = name + "x" * (63 - len(name))
    t.buckets.append(name)
    t.status(t.s3.put(name, **t._location()), 200)


def CreateBucket_unknown_location(t):
    t.error(t.s3.put(t.name(), body=_location("nowhere-9")), 400, "InvalidLocationConstraint",
            "The specified location-constraint is not valid", LocationConstraint="nowhere-9")


def CreateBucket_location_us_east_1_by_name(t):
    t.error(t.s3.put(t.name(), body=_location("us-east-1")), 400, "InvalidLocationConstraint",
            "The specified location-constraint is not valid", LocationConstraint="us-east-1")


def CreateBucket_other_location(t):
    other = "eu-west-1" if t.region != "eu-west-1" else "eu-central-1"
    t.error(t.s3.put(t.name(), body=_location(other)), 400,
            "IllegalLocationConstraintException",
            "The %s location constraint is incompatible for the region specific endpoint this "
            "request was sent to." % other)


def CreateBucket_empty_configuration(t):
    if t.region != "us-east-1":
        t.skip("us-east-1 only")
    t.status(t.s3.put(t.name(), body="<CreateBucketConfiguration xmlns='%s'/>" % case.XMLNS), 200)


def CreateBucket_malformed_xml(t):
    for body in ("<CreateBucketConfiguration>", "nonsense", "<Other/>"):
        name = t.name()
        t.error(t.s3.put(name, body=body), 400, "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our "
                "published schema")
        t.status(t.s3.head(name), 404)


def CreateBucket_wrong_body_hash(t):
    name = t.name()
    t.error(t.s3.put(name, body=_location("us-east-1"), payload="0" * 64), 400,
            "XAmzContentSHA256Mismatch")
    t.status(t.s3.head(name), 404)


def CreateBucket_unsigned(t):
    t.error(t.s3.put(t.name(), sign=None), 403, "AccessDenied")


def CreateBucket_trailing_slash(t):
    name = t.name()
    t.status(t.s3.request("PUT", path="/%s/" % name, **t._location()), 200)
    t.status(t.s3.head(name), 200)


def CreateBucket_tags(t):
    name = t.name()
    body = ("<CreateBucketConfiguration xmlns='%s'>%%s<Tags><Tag><Key>a</Key><Value>1</Value></Tag>"
            "</Tags></CreateBucketConfiguration>" % case.XMLNS)
    place = "" if t.region == "us-east-1" else ("<LocationConstraint>%s</LocationConstraint>"
                                                % t.region)
    t.status(t.s3.put(name, body=body % place), 200)
    got = t.status(t.s3.get(name, query="tagging"), 200).xml
    t.eq([(n.get("Key"), n.get("Value")) for n in got.all("TagSet/Tag")], [("a", "1")])
    name = t.name()
    t.error(t.s3.put(name, body=(body % place).replace(">a<", ">aws:a<")), 400, "InvalidTag",
            'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system '
            'tags. Remove "aws:" from your tag keys and try again.')
    t.status(t.s3.head(name), 404)


def CreateBucket_object_lock(t):
    name = worm.bucket(t)
    t.eq(t.s3.get(name, query="versioning").xml.get("Status"), "Enabled")
    t.eq(t.s3.get(name, query="object-lock").xml.get("ObjectLockEnabled"), "Enabled")
    name = t.name()
    t.status(t.s3.put(name, headers={"x-amz-bucket-object-lock-enabled": "false"},
                      **t._location()), 200)
    t.error(t.s3.get(name, query="object-lock"), 404, "ObjectLockConfigurationNotFoundError")
    t.eq(t.s3.get(name, query="versioning").xml.names(), [])
    name = t.name()
    t.error(t.s3.put(name, headers={"x-amz-bucket-object-lock-enabled": "maybe"},
                     **t._location()), 400, "InvalidArgument")
    t.status(t.s3.head(name), 404)


def CreateBucket_ownership(t):
    for value in ("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter"):
        name = acl.bucket(t, value)
        t.eq(t.s3.get(name, query="ownershipControls").xml.get("Rule/ObjectOwnership"), value)
    for value in ("RandomValue", ""):
        t.error(t.s3.put(t.name(), headers={"x-amz-object-ownership": value}, **t._location()),
                400, "InvalidArgument", "Invalid x-amz-object-ownership header: " + value,
                ArgumentName="x-amz-object-ownership", ArgumentValue=None)


def CreateBucket_acl_private_keeps_lists(t):
    """Without an ownership of its own, as rclone until 1.60 makes its buckets and objects."""
    name = t.name()
    t.status(t.s3.put(name, headers={"x-amz-acl": "private"}, **t._location()), 200)
    answer = t.status(t.s3.get(name, query="ownershipControls"), 200)
    t.ok(b"<ObjectOwnership>BucketOwnerPreferred<" in answer.body, answer.body)
    t.object(name, "key", b"x", x_amz_acl="private")
    enforced = t.name()
    t.status(t.s3.put(enforced, headers={
        "x-amz-acl": "private", "x-amz-object-ownership": "BucketOwnerEnforced"},
        **t._location()), 200)
    t.error(t.s3.put(enforced, "key", b"x", {"x-amz-acl": "private"}), 400,
            "AccessControlListNotSupported")


def CreateBucket_acl(t):
    me = acl.owner(t)

    def make(canned=None, ownership="ObjectWriter", **grants):
        headers = {"x-amz-object-ownership": ownership} if ownership else {}
        if canned:
            headers["x-amz-acl"] = canned
        for what, who in grants.items():
            headers["x-amz-grant-" + what.replace("_", "-")] = who
        name = t.name()
        return name, t.s3.put(name, headers=headers, **t._location())

    for canned in ("private", "bucket-owner-full-control"):
        for ownership in (None, "ObjectWriter"):
            name, answer = make(canned, ownership)
            t.status(answer, 200)
            t.eq(acl.read(t, name, None), (me, acl.canned(me, "private")))
    for canned in ("aws-exec-read", "log-delivery-write"):
        name, answer = make(canned)
        t.status(answer, 200)
        t.eq(acl.read(t, name, None), (me, acl.canned(me, canned)))
        t.error(make(canned, None)[1], 400, "InvalidBucketAclWithObjectOwnership")
    name, answer = make(full_control="id=" + me, read="id=" + acl.OTHER)
    t.status(answer, 200)
    t.eq(acl.read(t, name, None), (me, [(me, "FULL_CONTROL"), (acl.OTHER, "READ")]))
    for canned in ("public-read", "public-read-write", "authenticated-read"):
        name, answer = make(canned)
        t.error(answer, 400, "InvalidBucketAclWithBlockPublicAccessError",
                "Bucket cannot have public ACLs set with BlockPublicAccess enabled")
        t.status(t.s3.head(name), 404)
    t.error(make("private", read="id=" + me)[1], 400, "InvalidRequest",
            "Specifying both Canned ACLs and Header Grants is not allowed")
    t.error(make("mine")[1], 400, "InvalidArgument", ArgumentName="x-amz-acl")
