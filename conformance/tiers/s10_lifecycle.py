# SPDX-License-Identifier: Apache-2.0
"""Section 10: lifecycle rules."""
import re

import document
from tiers import answers

FILTER = "<Filter><Prefix>a</Prefix></Filter>"
DAYS = "<Expiration><Days>3</Days></Expiration>"


def rule(*parts, name="<ID>r</ID>", status="Enabled", where=FILTER):
    return "<Rule>%s%s<Status>%s</Status>%s</Rule>" % (name, where, status, "".join(parts))


def put(t, *rules, name=None):
    return document.put(t, name or t.bucket(), "lifecycle",
                        document.xml("LifecycleConfiguration", "".join(rules)))


@answers("aws", "minio")
def rules_max(t):
    rules = [rule(DAYS, name="<ID>r%d</ID>" % i,
                  where="<Filter><Prefix>a%d/</Prefix></Filter>" % i) for i in range(1001)]
    t.ok(put(t, *rules).status == 400, "1,001 rules were taken")
    t.status(put(t, *rules[:-1]), 200)
    t.error(put(t, rule(DAYS, name="<ID>%s</ID>" % ("i" * 256))), 400, "InvalidArgument")


@answers("aws", "minio")
def rule_id(t):
    name = t.bucket()
    t.status(put(t, rule(DAYS, name=""), name=name), 200)
    made = t.s3.get(name, query="lifecycle").xml.get("Rule/ID")
    if t.tier == "minio":
        t.ok(re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made or ""), made)
    else:
        t.ok(made, "no ID was made")


@answers("aws", "minio")
def rule_bare(t):
    answer = put(t, rule(DAYS, where=""))
    if t.tier == "minio":
        t.status(answer, 200)
    else:
        t.error(answer, 400, "MalformedXML")


@answers("aws", "minio")
def rule_twice(t):
    t.error(put(t, rule(DAYS, where=FILTER + "<Prefix>a</Prefix>")), 400,
            "InvalidArgument" if t.tier == "minio" else "MalformedXML")


@answers("aws", "minio")
def rule_days_0(t):
    t.error(put(t, rule("<Expiration><Days>0</Days></Expiration>")), 400, "InvalidArgument",
            "Days must be positive integer when used with Expiration" if t.tier == "minio" else
            "'Days' for Expiration action must be a positive integer")


def dated(t, text):
    return put(t, rule("<Expiration><Date>%s</Date></Expiration>" % text))


@answers("aws", "minio")
def rule_midnight(t):
    t.status(dated(t, "2040-01-01T00:00:00Z"), 200)
    t.error(dated(t, "2040-01-01T01:00:00Z"), 400, "InvalidArgument",
            "'Date' must be at midnight GMT")


@answers("aws", "minio")
def rule_date(t):
    answer = dated(t, "2040-01-01")
    if t.tier == "minio":
        t.error(answer, 400, "InvalidArgument", "Date must be provided in ISO 8601 format")
    else:
        t.status(answer, 200)


@answers("aws", "minio")
def rule_status(t):
    for status in ("enabled", ""):
        t.error(put(t, rule(DAYS, status=status)), 400, "MalformedXML")


TAG = "<Tag><Key>k</Key><Value>v</Value></Tag>"


@answers("aws", "minio")
def rule_filters(t):
    for inner in (TAG, "<ObjectSizeGreaterThan>7</ObjectSizeGreaterThan>",
                  "<And><Prefix>a</Prefix>%s</And>" % TAG):
        t.status(put(t, rule(DAYS, where="<Filter>%s</Filter>" % inner)), 200)


@answers("aws", "minio")
def rule_and_one(t):
    t.ok(put(t, rule(DAYS, where="<Filter><And>%s</And></Filter>" % TAG)).status == 400,
         "And of one member was taken")


@answers("aws", "minio")
def rule_abort(t):
    answer = put(t, rule("<AbortIncompleteMultipartUpload><DaysAfterInitiation>1"
                         "</DaysAfterInitiation></AbortIncompleteMultipartUpload>"))
    if t.tier == "minio":
        t.error(answer, 400, "InvalidArgument")
    else:
        t.status(answer, 200)


@answers("aws", "minio")
def rule_newer(t):
    answer = put(t, rule("<NoncurrentVersionExpiration><NewerNoncurrentVersions>2"
                         "</NewerNoncurrentVersions></NoncurrentVersionExpiration>"))
    if t.tier == "minio":
        t.status(answer, 200)
    else:
        t.error(answer, 400, "MalformedXML")


@answers("aws", "minio")
def rule_unknown(t):
    answer = put(t, rule(DAYS, "<Colour>blue</Colour>"))
    if t.tier == "minio":
        t.status(answer, 200)
    else:
        t.error(answer, 400, "MalformedXML")


@answers("aws", "minio")
def rule_header(t):
    name = t.bucket()
    t.status(put(t, rule(DAYS), name=name), 200)
    for answer in (t.object(name, "a"), t.s3.head(name, "a"), t.s3.get(name, "a")):
        t.ok(re.fullmatch('expiry-date="[^"]+ 00:00:00 GMT", rule-id="r"',
                          answer.header("x-amz-expiration") or ""),
             answer.header("x-amz-expiration"))
    t.no_header(t.object(name, "b"), "x-amz-expiration")


@answers("aws", "minio")
def rule_time(t):
    """Three days on, and then the next midnight: never sooner than three days."""
    import datetime
    import email.utils
    name = t.bucket()
    t.status(put(t, rule(DAYS), name=name), 200)
    told = t.object(name, "a").header("x-amz-expiration").split('"')[1]
    until = email.utils.parsedate_to_datetime(told)
    now = datetime.datetime.now(datetime.timezone.utc)
    t.ok(datetime.timedelta(days=3) <= until - now <= datetime.timedelta(days=4), told)


MINIO_ONLY = "<DelMarkerExpiration><Days>1</Days></DelMarkerExpiration>"


@answers("aws", "minio")
def rule_more(t):
    header = "x-amz-transition-default-minimum-object-size"
    answer = put(t, rule(DAYS, MINIO_ONLY))
    if t.tier == "minio":
        t.no_header(t.status(answer, 200), header)
    else:
        t.error(answer, 400, "MalformedXML")
        t.header(put(t, rule(DAYS)), header, "all_storage_classes_128K")


@answers("aws", "minio", "r2")
def rule_order(t):
    """Of two that delete the earlier one wins, whichever stands first."""
    name = t.bucket()
    later = "<Expiration><Days>9</Days></Expiration>"
    t.status(put(t, rule(later, name="<ID>later</ID>"), rule(DAYS, name="<ID>soon</ID>"),
                 name=name), 200)
    t.ok(t.object(name, "a").header("x-amz-expiration").endswith('rule-id="soon"'),
         "the later rule won")


@answers("aws", "minio", "r2")
def rule_cycle(t):
    name = t.bucket()
    t.status(put(t, rule(DAYS), name=name), 200)
    t.object(name, "a")
    t.clock("by", "2d")
    t.status(t.s3.head(name, "a"), 200)
    t.clock("by", "3d")
    t.bare_error(t.s3.head(name, "a"), 404)


rule_cycle.alone = True
