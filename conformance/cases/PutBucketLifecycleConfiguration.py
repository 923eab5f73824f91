# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "LifecycleConfiguration"
SUB = "lifecycle"
EXPIRE = "<Expiration><Days>7</Days></Expiration>"
MINIMUM = "x-amz-transition-default-minimum-object-size"
FULL = ("<Rule><ID>all</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>k</Key><Value>v</Value>"
        "</Tag><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><ObjectSizeLessThan>64000"
        "</ObjectSizeLessThan></And></Filter><Status>Enabled</Status><Transition><Days>30</Days>"
        "<StorageClass>STANDARD_IA</StorageClass></Transition><Transition><Days>90</Days>"
        "<StorageClass>GLACIER</StorageClass></Transition><Expiration><Days>365</Days>"
        "</Expiration><NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays>"
        "<NewerNoncurrentVersions>2</NewerNoncurrentVersions><StorageClass>ONEZONE_IA"
        "</StorageClass></NoncurrentVersionTransition><NoncurrentVersionExpiration>"
        "<NoncurrentDays>60</NoncurrentDays><NewerNoncurrentVersions>5"
        "</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>"
        "<Rule><ID>parts</ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status>"
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation>"
        "</AbortIncompleteMultipartUpload></Rule>"
        "<Rule><ID>old</ID><Filter><Prefix>old/</Prefix></Filter><Status>Enabled</Status>"
        "<Expiration><Date>2030-01-01T00:00:00.000Z</Date></Expiration></Rule>")


def _rule(actions, head="<Filter><Prefix>p/</Prefix></Filter>", name="one", status="Enabled"):
    return "<Rule><ID>%s</ID>%s<Status>%s</Status>%s</Rule>" % (name, head, status, actions)


def _move(days, storage, element="Days"):
    return "<Transition><%s>%s</%s><StorageClass>%s</StorageClass></Transition>" % (
        element, days, element, storage)


def _old(days, more=""):
    return ("<NoncurrentVersionExpiration><NoncurrentDays>%s</NoncurrentDays>%s"
            "</NoncurrentVersionExpiration>" % (days, more))


def _refused(t, rows):
    """rows: (rules, code, message); nothing is stored of any."""
    name = t.bucket()
    for rules, code, message in rows:
        t.error(document.put(t, name, SUB, document.xml(ROOT, rules)), 400, code, message)
    t.error(document.get(t, name, SUB), 404, "NoSuchLifecycleConfiguration")


def PutBucketLifecycleConfiguration_round_trip(t):
    document.round_trip(t, SUB, ROOT, FULL)
    document.round_trip(t, SUB, ROOT, _rule(EXPIRE, "<Prefix>p/</Prefix>"))
    document.round_trip(t, SUB, ROOT, _rule(
        "<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>"))


def PutBucketLifecycleConfiguration_names_rules(t):
    name = t.bucket()
    rules = _rule(EXPIRE).replace("<ID>one</ID>", "") + _rule(_old(3), name="")
    t.status(document.put(t, name, SUB, document.xml(ROOT, rules)), 200)
    got = [r.get("ID") for r in t.status(document.get(t, name, SUB), 200).xml.all("Rule")]
    t.eq([len(i) > 0 for i in got], [True, True], "names")
    t.eq(len(set(got)), 2, "different names")


def PutBucketLifecycleConfiguration_limits(t):
    many = "".join(_rule(EXPIRE, "<Filter><Prefix>%04d</Prefix></Filter>" % n, "r%d" % n)
                   for n in range(1001))
    name = t.bucket()
    t.status(document.put(t, name, SUB, document.xml(ROOT, many.replace(_rule(
        EXPIRE, "<Filter><Prefix>1000</Prefix></Filter>", "r1000"), ""))), 200)
    t.error(document.put(t, name, SUB, document.xml(ROOT, many)), 400, "MalformedXML",
            document.MALFORMED)
    t.eq(len(document.get(t, name, SUB).xml.all("Rule")), 1000, "rules")
    t.status(document.put(t, name, SUB, document.xml(ROOT, _rule(EXPIRE, name="i" * 255))), 200)
    t.error(document.put(t, name, SUB, document.xml(ROOT, _rule(EXPIRE, name="i" * 256))), 400,
            "InvalidArgument", "ID length should not exceed allowed limit of 255")


def PutBucketLifecycleConfiguration_smallest_object(t):
    name = t.bucket()
    body = document.xml(ROOT, _rule(EXPIRE))
    for value in ("varies_by_storage_class", "all_storage_classes_128K", None):
        headers = {"Content-MD5": document.md5(body)}
        if value:
            headers[MINIMUM] = value
        want = value or "all_storage_classes_128K"
        t.header(t.status(t.s3.put(name, None, body, headers, SUB), 200), MINIMUM, want)
        t.header(t.status(document.get(t, name, SUB), 200), MINIMUM, want)
    headers = {"Content-MD5": document.md5(body), MINIMUM: "none"}
    t.error(t.s3.put(name, None, body, headers, SUB), 400, "InvalidArgument", None,
            ArgumentName=MINIMUM, ArgumentValue="none")


def PutBucketLifecycleConfiguration_malformed(t):
    document.refuses(t, SUB, ROOT, [document.xml(ROOT, rules) for rules in (
        "", _rule(EXPIRE, status="On"), _rule(EXPIRE).replace("<Status>Enabled</Status>", ""),
        _rule(EXPIRE, ""), _rule(EXPIRE, "<Prefix/><Filter/>"), _rule(EXPIRE * 2),
        _rule(EXPIRE, "<Filter><Prefix>a</Prefix><ObjectSizeLessThan>9</ObjectSizeLessThan>"
                      "</Filter>"),
        _rule(EXPIRE, "<Filter><And><Prefix>a</Prefix></And></Filter>"),
        _rule(EXPIRE, "<Filter><ObjectSizeLessThan>big</ObjectSizeLessThan></Filter>"),
        _rule("<Expiration/>"), _rule("<Expiration><Days>soon</Days></Expiration>"),
        _rule("<Expiration><Date>tomorrow</Date></Expiration>"),
        _rule("<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>"),
        _rule(_move(30, "STANDARD")), _rule(_move(30, "FROZEN")), _rule(_move("x", "GLACIER")),
        _rule("<Transition><StorageClass>GLACIER</StorageClass></Transition>"),
        _rule("<NoncurrentVersionExpiration/>"),
        _rule("<AbortIncompleteMultipartUpload/>"))])


def PutBucketLifecycleConfiguration_values(t):
    positive = "'%s' for %s action must be a positive integer"
    midnight = "'Date' must be at midnight GMT"
    _refused(t, [(rules, "InvalidArgument", message) for rules, message in (
        (_rule("<Expiration><Days>0</Days></Expiration>"), positive % ("Days", "Expiration")),
        (_rule("<Expiration><Days>-1</Days></Expiration>"), positive % ("Days", "Expiration")),
        (_rule(_old(0)), positive % ("NoncurrentDays", "NoncurrentVersionExpiration")),
        (_rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation>"
               "</AbortIncompleteMultipartUpload>"),
         positive % ("DaysAfterInitiation", "AbortIncompleteMultipartUpload")),
        (_rule("<Expiration><Date>2030-01-01T12:00:00Z</Date></Expiration>"), midnight),
        (_rule(_move("2030-01-01T00:00:01Z", "GLACIER", "Date")), midnight),
        (_rule(_move(-1, "GLACIER")), "'Days' for Transition action must be nonnegative"),
        (_rule(_move(29, "STANDARD_IA")), "'Days' in Transition action must be greater than or "
         "equal to 30 for storageClass 'STANDARD_IA'"),
        (_rule(_move(30, "STANDARD_IA") + _move(59, "GLACIER")),
         "'Days' in the 'Transition' action for StorageClass 'GLACIER' for filter "
         "'(prefix=p/)' must be 30 days more than 'filter '(prefix=p/)'' in the 'Transition' "
         "action for StorageClass 'STANDARD_IA'"),
        (_rule(_move(7, "GLACIER") + EXPIRE), "'Days' in the Expiration action for filter "
         "'(prefix=p/)' must be greater than 'Days' in the Transition action"),
        (_rule(EXPIRE) * 2, "Rule ID must be unique. Found same ID for more than one rule"))])


def PutBucketLifecycleConfiguration_contradictions(t):
    tag = "<Tag><Key>k</Key><Value>v</Value></Tag>"
    abort = ("<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
             "</AbortIncompleteMultipartUpload>")
    tagged = "<Filter>%s</Filter>" % tag
    mixed = "Found mixed 'Date' and 'Days' based "
    _refused(t, [(rules, "InvalidRequest", message) for rules, message in (
        (_rule(""), "At least one action needs to be specified in a rule"),
        (_rule("<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
               "</Expiration>", tagged), "ExpiredObjectDeleteMarker cannot be specified with Tags."),
        (_rule(abort, tagged), "AbortIncompleteMultipartUpload cannot be specified with Tags."),
        (_rule(abort, "<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter>"),
         "AbortIncompleteMultipartUpload cannot be specified with Object Size."),
        (_rule(EXPIRE, "<Filter><And>%s</And></Filter>" % (tag * 2)),
         "Duplicate Tag Keys are not allowed."),
        (_rule(EXPIRE, "<Filter><And><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan>"
                       "<ObjectSizeLessThan>9</ObjectSizeLessThan></And></Filter>"),
         "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."),
        (_rule(_old(1, "<NewerNoncurrentVersions>1</NewerNoncurrentVersions>"),
               "<Prefix>p/</Prefix>"),
         "NewerNoncurrentVersions element can only be used in Lifecycle V2."),
        (_rule(_move(30, "GLACIER") + _move(60, "GLACIER")), "'StorageClass' must be different "
         "for 'Transition' actions in same 'Rule' with filter '(prefix=p/)'"),
        (_rule(_move(30, "GLACIER") + _move("2030-01-01T00:00:00Z", "DEEP_ARCHIVE", "Date")),
         mixed + "Transition actions in lifecycle rule for filter '(prefix=p/)'"),
        (_rule(_move("2030-01-01T00:00:00Z", "GLACIER", "Date") + EXPIRE),
         mixed + "Expiration and Transition actions in lifecycle rule for filter '(prefix=p/)'"),
        (_rule(EXPIRE, "<Prefix>a</Prefix>", "one") + _rule(EXPIRE, "<Prefix>ab</Prefix>", "two"),
         "Found overlapping prefixes 'a' and 'ab' for same action type 'Expiration'"))])


def PutBucketLifecycleConfiguration_digest(t):
    document.needs_digest(t, SUB, ROOT, FULL)


def PutBucketLifecycleConfiguration_gone_with_bucket(t):
    document.dies_with_bucket(t, SUB, ROOT, FULL)


def PutBucketLifecycleConfiguration_says_when(t):
    """Objects under a rule say when it takes them."""
    name = t.bucket()
    t.object(name, "p/key")
    t.no_header(t.s3.head(name, "p/key"), "x-amz-expiration")
    t.status(document.put(t, name, SUB, document.xml(ROOT, _rule(EXPIRE))), 200)
    text = t.s3.head(name, "p/key").header("x-amz-expiration") or ""
    t.ok(text.startswith('expiry-date="') and text.endswith(' 00:00:00 GMT", rule-id="one"'), text)
    t.no_header(t.s3.head(name, "other"), "x-amz-expiration")


def PutBucketLifecycleConfiguration_denied(t):
    document.denied(t, "PUT", SUB, document.xml(ROOT, FULL))
