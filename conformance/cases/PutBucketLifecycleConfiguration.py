# SPDX-License-Identifier: Apache-2.0
"""Rules are checked as AWS checks them. That they act is shown by tests/e2e/lifecycle.py."""

import base64
import re

import document

ROOT = "LifecycleConfiguration"
EXPIRE = "<Expiration><Days>10</Days></Expiration>"
PREFIX = "<Filter><Prefix>logs/</Prefix></Filter>"
MINIMUM = "x-amz-transition-default-minimum-object-size"
GOOD = (
    "<Rule><ID>all</ID><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag>"
    "<ObjectSizeGreaterThan>500</ObjectSizeGreaterThan><ObjectSizeLessThan>6442450944"
    "</ObjectSizeLessThan></And></Filter><Status>Enabled</Status>"
    "<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
    "<Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>"
    "<Expiration><Days>365</Days></Expiration>"
    "<NoncurrentVersionTransition><NoncurrentDays>30</NoncurrentDays>"
    "<NewerNoncurrentVersions>2</NewerNoncurrentVersions><StorageClass>GLACIER_IR</StorageClass>"
    "</NoncurrentVersionTransition>"
    "<NoncurrentVersionExpiration><NoncurrentDays>60</NoncurrentDays>"
    "<NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration></Rule>"
    "<Rule><ID>dated</ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status>"
    "<Expiration><Date>2030-01-01T00:00:00Z</Date></Expiration></Rule>"
    "<Rule><ID>uploads</ID><Filter/><Status>Enabled</Status><AbortIncompleteMultipartUpload>"
    "<DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>"
    "<Rule><ID>markers</ID><Filter><Prefix>old/</Prefix></Filter><Status>Enabled</Status><Expiration>"
    "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>")


def _rule(content, name="r", status="Enabled"):
    return document.xml(ROOT, "<Rule><ID>%s</ID>%s<Status>%s</Status></Rule>" % (
        name, content, status))


def _refused(t, content, code, message):
    name = t.bucket()
    answer = document.put(t, name, "lifecycle", content)
    t.error(answer, 400, code, message)
    t.error(document.get(t, name, "lifecycle"), 404, "NoSuchLifecycleConfiguration")


def PutBucketLifecycleConfiguration_round_trip(t):
    want = GOOD.replace("<Filter/>", "<Filter></Filter>")
    name = t.bucket()
    t.status(document.put(t, name, "lifecycle", document.xml(ROOT, GOOD)), 200)
    t.eq(document.inner(t, document.get(t, name, "lifecycle"), ROOT), want)


def PutBucketLifecycleConfiguration_makes_ids(t):
    name = t.bucket()
    t.status(document.put(t, name, "lifecycle", document.xml(
        ROOT, "<Rule>%s<Status>Enabled</Status>%s</Rule>" % (PREFIX, EXPIRE))), 200)
    found = document.get(t, name, "lifecycle").xml.get("Rule/ID")
    t.ok(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                      base64.b64decode(found).decode()), "the id made is %r" % found)


def PutBucketLifecycleConfiguration_minimum_size(t):
    name = t.bucket()
    body = _rule(PREFIX + EXPIRE)
    answer = document.put(t, name, "lifecycle", body)
    t.header(answer, MINIMUM, "all_storage_classes_128K")
    headers = {"Content-MD5": document.md5(body), MINIMUM: "varies_by_storage_class"}
    answer = t.s3.put(name, None, body, headers, {"lifecycle": None})
    t.header(t.status(answer, 200), MINIMUM, "varies_by_storage_class")
    t.header(document.get(t, name, "lifecycle"), MINIMUM, "varies_by_storage_class")
    t.status(document.put(t, name, "lifecycle", body), 200)
    t.header(document.get(t, name, "lifecycle"), MINIMUM, "all_storage_classes_128K")
    headers[MINIMUM] = "none"
    t.error(t.s3.put(name, None, body, headers, {"lifecycle": None}), 400, "InvalidRequest",
            "Invalid TransitionDefaultMinimumObjectSize found: none")


def PutBucketLifecycleConfiguration_malformed(t):
    document.refuses(t, "lifecycle", ROOT, [
        document.xml(ROOT, ""),
        _rule(EXPIRE), _rule(PREFIX + "<Prefix>a</Prefix>" + EXPIRE),
        _rule(PREFIX + EXPIRE, status="enabled"),
        _rule(PREFIX + "<Expiration/>"),
        _rule(PREFIX + "<Expiration><Days>1</Days><Date>2030-01-01T00:00:00Z</Date></Expiration>"),
        _rule(PREFIX + "<Expiration><Days>1</Days><ExpiredObjectDeleteMarker>true"
              "</ExpiredObjectDeleteMarker></Expiration>"),
        _rule(PREFIX + "<Expiration><Days>soon</Days></Expiration>"),
        _rule(PREFIX + "<Expiration><Date>tomorrow</Date></Expiration>"),
        _rule(PREFIX + "<Transition><Days>30</Days><StorageClass>EXPRESS_ONEZONE</StorageClass></Transition>"),
        _rule(PREFIX + "<Transition><Days>30</Days><StorageClass>COLD</StorageClass></Transition>"),
        _rule(PREFIX + "<Transition><StorageClass>GLACIER</StorageClass></Transition>"),
        _rule(PREFIX + "<NoncurrentVersionExpiration><NewerNoncurrentVersions>2"
              "</NewerNoncurrentVersions></NoncurrentVersionExpiration>"),
        _rule("<Filter><And><Prefix>a</Prefix></And></Filter>" + EXPIRE),
        _rule("<Filter><Prefix>a</Prefix><ObjectSizeLessThan>1</ObjectSizeLessThan></Filter>" + EXPIRE),
        _rule("<Filter><ObjectSizeLessThan>few</ObjectSizeLessThan></Filter>" + EXPIRE),
        document.xml(ROOT, "".join(
            "<Rule><ID>%d</ID>%s<Status>Enabled</Status>%s</Rule>" % (n, PREFIX, EXPIRE)
            for n in range(1001)))])


def PutBucketLifecycleConfiguration_values(t):
    for content, code, message in (
            ("<Expiration><Days>0</Days></Expiration>", "InvalidArgument",
             "'Days' for Expiration action must be a positive integer"),
            ("<Expiration><Days>-1</Days></Expiration>", "InvalidArgument",
             "'Days' for Expiration action must be a positive integer"),
            ("<Expiration><Date>2030-01-01T10:00:00Z</Date></Expiration>", "InvalidArgument",
             "'Date' must be at midnight GMT"),
            ("<Transition><Days>29</Days><StorageClass>STANDARD_IA</StorageClass></Transition>",
             "InvalidArgument", "'Days' in Transition action must be greater than or equal to 30 "
             "for storageClass 'STANDARD_IA'"),
            ("<Transition><Days>30</Days><StorageClass>STANDARD_IA</StorageClass></Transition>"
             "<Transition><Days>40</Days><StorageClass>GLACIER</StorageClass></Transition>",
             "InvalidArgument", "'Days' in the 'Transition' action for StorageClass 'GLACIER' for "
             "filter '(prefix=logs/)' must be 30 days more than 'filter '(prefix=logs/)'' in the "
             "'Transition' action for StorageClass 'STANDARD_IA'"),
            ("<Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition>"
             "<Transition><Days>60</Days><StorageClass>GLACIER</StorageClass></Transition>",
             "InvalidRequest", "'StorageClass' must be different for 'Transition' actions in same "
             "'Rule' with filter '(prefix=logs/)'"),
            ("<Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition>"
             "<Expiration><Days>90</Days></Expiration>", "InvalidArgument",
             "'Days' in the Expiration action for filter '(prefix=logs/)' must be greater than "
             "'Days' in the Transition action"),
            ("<Transition><Date>2030-01-01T00:00:00Z</Date><StorageClass>GLACIER</StorageClass>"
             "</Transition><Expiration><Days>90</Days></Expiration>", "InvalidRequest",
             "Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle "
             "rule for filter '(prefix=logs/)'"),
            ("<NoncurrentVersionExpiration><NoncurrentDays>0</NoncurrentDays>"
             "</NoncurrentVersionExpiration>", "InvalidArgument",
             "'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer"),
            ("<AbortIncompleteMultipartUpload><DaysAfterInitiation>0</DaysAfterInitiation>"
             "</AbortIncompleteMultipartUpload>", "InvalidArgument",
             "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive "
             "integer"),
            ("", "InvalidRequest", "At least one action needs to be specified in a rule")):
        _refused(t, _rule(PREFIX + content), code, message)


def PutBucketLifecycleConfiguration_filters(t):
    tag = "<Tag><Key>k</Key><Value>v</Value></Tag>"
    for content, code, message in (
            ("<Filter><And>%s%s</And></Filter>%s" % (tag, tag, EXPIRE), "InvalidRequest",
             "Duplicate Tag Keys are not allowed."),
            ("<Filter>%s</Filter><AbortIncompleteMultipartUpload><DaysAfterInitiation>1"
             "</DaysAfterInitiation></AbortIncompleteMultipartUpload>" % tag, "InvalidRequest",
             "AbortIncompleteMultipartUpload cannot be specified with Tags."),
            ("<Filter>%s</Filter><Expiration><ExpiredObjectDeleteMarker>true"
             "</ExpiredObjectDeleteMarker></Expiration>" % tag, "InvalidRequest",
             "ExpiredObjectDeleteMarker cannot be specified with Tags."),
            ("<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter>"
             "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation>"
             "</AbortIncompleteMultipartUpload>", "InvalidRequest",
             "AbortIncompleteMultipartUpload cannot be specified with Object Size."),
            ("<Filter><And><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan><ObjectSizeLessThan>9"
             "</ObjectSizeLessThan></And></Filter>" + EXPIRE, "InvalidRequest",
             "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."),
            ("<Prefix>a</Prefix><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
             "<NewerNoncurrentVersions>1</NewerNoncurrentVersions></NoncurrentVersionExpiration>",
             "InvalidRequest",
             "NewerNoncurrentVersions element can only be used in Lifecycle V2.")):
        _refused(t, _rule(content), code, message)


def _moves(*steps, field="Days", action="Transition"):
    return "".join("<%s><%s>%s</%s><StorageClass>%s</StorageClass></%s>" % (
        action, field, when, field, name, action) for when, name in steps)


def PutBucketLifecycleConfiguration_order_of_moves(t):
    """What lies deeper comes later, and by as much as a class asks for."""
    about = "filter '(prefix=logs/)'"
    after = ("'%%s' in the '%%s' action for StorageClass '%%s' for %s must be greater than '%%s' in "
             "the '%%s' action for StorageClass '%%s' for %s" % (about, about))
    soon = ("'%%s' in the '%%s' action for StorageClass '%%s' for %s must be %%d days more than '%s' "
            "in the '%%s' action for StorageClass '%%s'" % (about, about))
    old = "NoncurrentVersionTransition"
    days = ("Days", "Transition")
    for content, message in (
            (_moves((30, "GLACIER"), (90, "STANDARD_IA")),
             after % (days + ("GLACIER",) + days + ("STANDARD_IA",))),
            (_moves((30, "GLACIER"), (30, "DEEP_ARCHIVE")),
             after % (days + ("DEEP_ARCHIVE",) + days + ("GLACIER",))),
            (_moves((90, "GLACIER"), (30, "STANDARD_IA"), (100, "DEEP_ARCHIVE")),
             soon % (days + ("DEEP_ARCHIVE", 90, "Transition", "GLACIER"))),
            (_moves((0, "GLACIER_IR"), (89, "DEEP_ARCHIVE")),
             soon % (days + ("DEEP_ARCHIVE", 90, "Transition", "GLACIER_IR"))),
            (_moves(("2030-02-01T00:00:00Z", "GLACIER"), ("2030-02-01T00:00:00Z", "DEEP_ARCHIVE"),
                    field="Date"),
             after % ("Date", "Transition", "DEEP_ARCHIVE", "Date", "Transition", "GLACIER")),
            (_moves((30, "STANDARD_IA"), (59, "GLACIER"), field="NoncurrentDays", action=old),
             soon % ("NoncurrentDays", old, "GLACIER", 30, old, "STANDARD_IA"))):
        _refused(t, _rule(PREFIX + content), "InvalidArgument", message)
    name = t.bucket()
    t.status(document.put(t, name, "lifecycle", _rule(PREFIX + _moves(
        (180, "DEEP_ARCHIVE"), (0, "INTELLIGENT_TIERING"), (90, "GLACIER")))), 200)


def PutBucketLifecycleConfiguration_moves_back(t):
    for action, field in (("Transition", "Days"),
                          ("NoncurrentVersionTransition", "NoncurrentDays")):
        name = t.bucket()
        for back in ("STANDARD", "REDUCED_REDUNDANCY"):
            answer = document.put(t, name, "lifecycle", _rule(
                PREFIX + _moves((30, back), field=field, action=action)))
            t.error(answer, 400, "InvalidArgument",
                    "Invalid target Storage class for %s action" % action)
            t.eq(answer.xml.get("ArgumentName"), "StorageClass")
            t.eq(answer.xml.get("ArgumentValue"), back)


def PutBucketLifecycleConfiguration_names_the_filter(t):
    """Errors say what the rule is about, all of it."""
    both = (_moves((10, "GLACIER")) + "<Expiration><Days>10</Days></Expiration>",
            "'Days' in the Expiration action for %s must be greater than 'Days' in the Transition "
            "action")
    tag = "<Tag><Key>k</Key><Value>v w</Value></Tag>"
    for filter, about in (
            ("<Prefix>p</Prefix>", "prefix 'p'"),
            ("<Filter></Filter>", "filter '()'"),
            ("<Filter><Prefix></Prefix></Filter>", "filter '(prefix=)'"),
            ("<Filter>%s</Filter>" % tag, "filter '(tag={key=k, value=v w})'"),
            ("<Filter><ObjectSizeGreaterThan>7</ObjectSizeGreaterThan></Filter>",
             "filter '(objectsizegreaterthan=7)'"),
            ("<Filter><And><Prefix>p/</Prefix>%s<ObjectSizeGreaterThan>500</ObjectSizeGreaterThan>"
             "<ObjectSizeLessThan>9000</ObjectSizeLessThan></And></Filter>" % tag,
             "filter '(prefix=p/ and tag={key=k, value=v w} and objectsizegreaterthan=500 and "
             "objectsizelessthan=9000)'")):
        name = t.bucket()
        answer = document.put(t, name, "lifecycle", _rule(filter + both[0]))
        t.error(answer, 400, "InvalidArgument", both[1] % about)
        t.eq(answer.xml.get("ArgumentName"), "Days")
        t.eq(answer.xml.get("ArgumentValue"), "10")


def PutBucketLifecycleConfiguration_sizes(t):
    range_ = "'%s' should be between %d and 1099511627776000."
    for name, value, least in (("ObjectSizeLessThan", "0", 1), ("ObjectSizeLessThan", "-1", 1),
                               ("ObjectSizeGreaterThan", "-1", 0),
                               ("ObjectSizeGreaterThan", "1099511627776001", 0)):
        _refused(t, _rule("<Filter><%s>%s</%s></Filter>%s" % (name, value, name, EXPIRE)),
                 "InvalidRequest", range_ % (name, least))
    marker = ("<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter><Expiration>"
              "<ExpiredObjectDeleteMarker>%s</ExpiredObjectDeleteMarker></Expiration>")
    for value in ("true", "false"):
        _refused(t, _rule(marker % value), "InvalidRequest",
                 "ExpiredObjectDeleteMarker cannot be specified with Object Size.")


def PutBucketLifecycleConfiguration_lengths(t):
    tag = "<Filter><Tag><Key>%s</Key><Value>%s</Value></Tag></Filter>" + EXPIRE
    _refused(t, _rule(tag % ("k" * 129, "v")), "InvalidRequest",
             "A Tag's Key must be a length between 1 and 128.")
    _refused(t, _rule(tag % ("k", "v" * 257)), "InvalidRequest",
             "A Tag's Value must be a length between 0 and 256.")
    _refused(t, _rule("<Filter><Prefix>%s</Prefix></Filter>%s" % ("p" * 1025, EXPIRE)),
             "InvalidRequest", "The maximum size of a prefix is 1024.")


def PutBucketLifecycleConfiguration_versions_kept(t):
    """The documented limit of 100 is none."""
    text = ("<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays>"
            "<NewerNoncurrentVersions>%d</NewerNoncurrentVersions></NoncurrentVersionExpiration>")
    name = t.bucket()
    t.status(document.put(t, name, "lifecycle", _rule(PREFIX + text % 500)), 200)
    for few in (0, -1):
        t.error(document.put(t, name, "lifecycle", _rule(PREFIX + text % few)), 400,
                "InvalidArgument", "'NewerNoncurrentVersions' for NoncurrentVersionExpiration "
                "action must be a positive integer")


def PutBucketLifecycleConfiguration_both_forms(t):
    two = "<Rule><ID>%s</ID>%s<Status>Enabled</Status>%s</Rule>"
    old, new = "<Prefix>a</Prefix>", "<Filter><Prefix>b</Prefix></Filter>"
    _refused(t, document.xml(ROOT, two % ("x", old, EXPIRE) + two % ("y", new, EXPIRE)),
             "InvalidRequest", "Filter element can only be used in Lifecycle V2.")
    _refused(t, document.xml(ROOT, two % ("x", new, EXPIRE) + two % ("y", old, EXPIRE)),
             "InvalidRequest", "Base level prefix cannot be used in Lifecycle V2, prefixes are only "
             "supported in the Filter.")


def PutBucketLifecycleConfiguration_in_any_order(t):
    """AWS takes a rule's elements in any order, and gives them back in its own."""
    name = t.bucket()
    t.status(document.put(t, name, "lifecycle", document.xml(
        ROOT, "<Rule>%s<Status>Enabled</Status><Filter/><ID>x</ID></Rule>" % EXPIRE)), 200)
    t.eq(document.inner(t, document.get(t, name, "lifecycle"), ROOT).replace(
        "<Filter/>", "<Filter></Filter>"),
        "<Rule><ID>x</ID><Filter></Filter><Status>Enabled</Status>%s</Rule>" % EXPIRE)


def PutBucketLifecycleConfiguration_among_rules(t):
    two = "<Rule><ID>%s</ID>%s<Status>Enabled</Status>%s</Rule>"
    _refused(t, document.xml(ROOT, two % ("a", PREFIX, EXPIRE) * 2), "InvalidArgument",
             "Rule ID must be unique. Found same ID for more than one rule")
    _refused(t, _rule(PREFIX + EXPIRE, name="i" * 256), "InvalidArgument",
             "ID length should not exceed allowed limit of 255")
    _refused(t, document.xml(ROOT, two % ("a", "<Prefix></Prefix>", EXPIRE)
                             + two % ("b", "<Prefix>x</Prefix>", EXPIRE)), "InvalidRequest",
             "Found overlapping prefixes '' and 'x' for same action type 'Expiration'")


def PutBucketLifecycleConfiguration_as_many_as_may_be(t):
    name = t.bucket()
    rules = "".join("<Rule><ID>%d</ID>%s<Status>Enabled</Status>%s</Rule>" % (n, PREFIX, EXPIRE)
                    for n in range(1000))
    t.status(document.put(t, name, "lifecycle", document.xml(ROOT, rules)), 200)
    t.eq(document.inner(t, document.get(t, name, "lifecycle"), ROOT), rules)


def PutBucketLifecycleConfiguration_gone_with_bucket(t):
    document.dies_with_bucket(t, "lifecycle", ROOT, GOOD)


def PutBucketLifecycleConfiguration_says_when(t):
    """Objects under a rule say when it takes them."""
    name = t.bucket()
    t.object(name, "logs/key")
    t.no_header(t.s3.head(name, "logs/key"), "x-amz-expiration")
    t.status(document.put(t, name, "lifecycle", _rule(PREFIX + EXPIRE)), 200)
    text = t.s3.head(name, "logs/key").header("x-amz-expiration") or ""
    t.ok(text.startswith('expiry-date="') and text.endswith(' 00:00:00 GMT", rule-id="r"'), text)
    t.no_header(t.s3.head(name, "logs/key", query={"versionId": "null"}), "x-amz-expiration")
    t.status(document.put(t, name, "lifecycle", _rule(PREFIX + EXPIRE, name="in ten days")), 200)
    text = t.s3.head(name, "logs/key").header("x-amz-expiration") or ""
    t.ok(text.endswith(' 00:00:00 GMT", rule-id="in ten days"'), text)
    t.no_header(t.s3.head(name, "key"), "x-amz-expiration")


def PutBucketLifecycleConfiguration_needs_a_digest(t):
    name = t.bucket()
    t.error(t.s3.put(name, None, _rule(PREFIX + EXPIRE), None, {"lifecycle": None}), 400,
            "InvalidRequest", document.DIGEST)


def PutBucketLifecycleConfiguration_deleted(t):
    name = t.bucket()
    t.status(document.put(t, name, "lifecycle", _rule(PREFIX + EXPIRE)), 200)
    t.status(document.delete(t, name, "lifecycle"), 204)
    t.error(document.get(t, name, "lifecycle"), 404, "NoSuchLifecycleConfiguration")
    t.status(document.delete(t, name, "lifecycle"), 204)


def PutBucketLifecycleConfiguration_denied(t):
    document.denied(t, "PUT", "lifecycle", _rule(PREFIX + EXPIRE))
