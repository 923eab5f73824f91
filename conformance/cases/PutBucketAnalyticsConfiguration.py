# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "AnalyticsConfiguration"
GOOD = (
        "<Id>x</Id><StorageClassAnalysis><DataExport>"
        "<OutputSchemaVersion>V_1</OutputSchemaVersion><Destination>"
        "<S3BucketDestination><Format>CSV</Format><Bucket>arn:aws:s3:::to</Bucket>"
        "<Prefix>p</Prefix></S3BucketDestination></Destination></DataExport>"
        "</StorageClassAnalysis>")


def PutBucketAnalyticsConfiguration_round_trip(t):
    name = document.round_trip(t, "analytics", ROOT, GOOD, id="x")
    for other in ("y", "A-b_c.9" + "z" * 57):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
        t.status(document.put(t, name, "analytics", body, id=other), 200)
        t.eq(document.inner(t, document.get(t, name, "analytics", id=other), ROOT),
             GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
    t.eq(document.inner(t, document.get(t, name, "analytics", id="x"), ROOT), GOOD)


def PutBucketAnalyticsConfiguration_malformed(t):
    document.refuses(t, "analytics", ROOT, [document.xml(ROOT, b) for b in (
        "<Id>x</Id>",
        "<Id>x</Id><StorageClassAnalysis><DataExport/></StorageClassAnalysis>",
        "<Id>x</Id><Filter><Tag><Key>k</Key></Tag></Filter><StorageClassAnalysis/>",
    )], id="x")


def PutBucketAnalyticsConfiguration_id(t):
    name = t.bucket()
    t.error(document.put(t, name, "analytics", document.xml(ROOT, GOOD), id="z"), 400,
            "MalformedXML")
    for wrong in ("", "a b", "a/b", "x" * 65):
        t.error(document.put(t, name, "analytics", document.xml(ROOT, GOOD), id=wrong), 400,
                "InvalidConfigurationId", "The specified configuration id is invalid.")
    t.error(document.put(t, name, "analytics", document.xml(ROOT, GOOD)), 400,
            "InvalidConfigurationId")


def PutBucketAnalyticsConfiguration_gone_with_bucket(t):
    document.dies_with_bucket(t, "analytics", ROOT, GOOD, id="x")


def PutBucketAnalyticsConfiguration_denied(t):
    document.denied(t, "PUT", "analytics", document.xml(ROOT, GOOD), id="x")


def PutBucketAnalyticsConfiguration_filter(t):
    """A prefix, a tag, or several of them inside And; not two beside each other."""
    name = t.bucket()
    tag = "<Tag><Key>%s</Key><Value>v</Value></Tag>"
    for inner in ("<Prefix>a&amp;b/</Prefix>", tag % "k",
                  "<And><Prefix>p</Prefix>%s%s</And>" % (tag % "k", tag % "l"),
                  "<And>%s%s</And>" % (tag % "k", tag % "l")):
        content = GOOD.replace("</Id>", "</Id><Filter>%s</Filter>" % inner)
        t.status(document.put(t, name, "analytics", document.xml(ROOT, content), id="x"), 200)
        t.eq(document.inner(t, document.get(t, name, "analytics", id="x"), ROOT), content)
    for inner in ("<Prefix>p</Prefix>" + tag % "k", "<And><Prefix>p</Prefix></And>", ""):
        content = GOOD.replace("</Id>", "</Id><Filter>%s</Filter>" % inner)
        t.error(document.put(t, name, "analytics", document.xml(ROOT, content), id="x"), 400,
                "MalformedXML")


def PutBucketAnalyticsConfiguration_export(t):
    """Where to: a bucket's name, and by whom it must be owned; no export at all."""
    name = t.bucket()
    for content in (GOOD.replace("<Bucket>", "<BucketAccountId>000000000000</BucketAccountId>"
                                 "<Bucket>"),
                    "<Id>x</Id><StorageClassAnalysis></StorageClassAnalysis>"):
        t.status(document.put(t, name, "analytics", document.xml(ROOT, content), id="x"), 200)
        t.eq(document.inner(t, document.get(t, name, "analytics", id="x"), ROOT), content)
    for old, new, code in (("arn:aws:s3:::to", "to", "InvalidS3DestinationBucket"),
                           ("<Format>CSV<", "<Format>ORC<", "MalformedXML"),
                           ("V_1", "V_2", "MalformedXML")):
        body = document.xml(ROOT, GOOD.replace(old, new))
        t.error(document.put(t, name, "analytics", body, id="x"), 400, code)
