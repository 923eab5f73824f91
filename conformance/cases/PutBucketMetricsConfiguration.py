# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "MetricsConfiguration"
GOOD = "<Id>x</Id><Filter><Prefix>logs/</Prefix></Filter>"


def PutBucketMetricsConfiguration_round_trip(t):
    name = document.round_trip(t, "metrics", ROOT, GOOD, id="x")
    for other in ("y", "A-b_c.9" + "z" * 57):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
        t.status(document.put(t, name, "metrics", body, id=other), 200)
        t.eq(document.inner(t, document.get(t, name, "metrics", id=other), ROOT),
             GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
    t.eq(document.inner(t, document.get(t, name, "metrics", id="x"), ROOT), GOOD)


def PutBucketMetricsConfiguration_malformed(t):
    document.refuses(t, "metrics", ROOT, [document.xml(ROOT, b) for b in (
        "<Id>x</Id><Filter/>",
        "<Filter><Prefix>p</Prefix></Filter>",
        "<Id>x</Id><Filter><Prefix>a</Prefix><AccessPointArn>b</AccessPointArn></Filter>",
        "<Id>x</Id><Filter><And><Prefix>a</Prefix></And></Filter>",
        "<Id>x</Id><Id>x</Id>",
    )], id="x")


def PutBucketMetricsConfiguration_id(t):
    name = t.bucket()
    t.error(document.put(t, name, "metrics", document.xml(ROOT, GOOD), id="z"), 400,
            "IdMismatch")
    for wrong in ("", "a b", "a/b", "x" * 65):
        t.error(document.put(t, name, "metrics", document.xml(ROOT, GOOD), id=wrong), 400,
                "InvalidConfigurationId", "The specified configuration id is invalid.")
    t.error(document.put(t, name, "metrics", document.xml(ROOT, GOOD)), 400,
            "InvalidConfigurationId")


def PutBucketMetricsConfiguration_gone_with_bucket(t):
    document.dies_with_bucket(t, "metrics", ROOT, GOOD, id="x")


def PutBucketMetricsConfiguration_denied(t):
    document.denied(t, "PUT", "metrics", document.xml(ROOT, GOOD), id="x")
