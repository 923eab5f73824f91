# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "IntelligentTieringConfiguration"
GOOD = (
        "<Id>x</Id><Status>Enabled</Status><Tiering>"
        "<AccessTier>ARCHIVE_ACCESS</AccessTier><Days>90</Days></Tiering>")


def PutBucketIntelligentTieringConfiguration_round_trip(t):
    name = document.round_trip(t, "intelligent-tiering", ROOT, GOOD, id="x")
    for other in ("y", "A-b_c.9" + "z" * 57):
        body = document.xml(ROOT, GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
        t.status(document.put(t, name, "intelligent-tiering", body, id=other), 200)
        t.eq(document.inner(t, document.get(t, name, "intelligent-tiering", id=other), ROOT),
             GOOD.replace("<Id>x</Id>", "<Id>%s</Id>" % other))
    t.eq(document.inner(t, document.get(t, name, "intelligent-tiering", id="x"), ROOT), GOOD)


def PutBucketIntelligentTieringConfiguration_malformed(t):
    document.refuses(t, "intelligent-tiering", ROOT, [document.xml(ROOT, b) for b in (
        "<Id>x</Id><Status>Enabled</Status>",
        "<Id>x</Id><Status>On</Status><Tiering>"
        "<AccessTier>ARCHIVE_ACCESS</AccessTier><Days>90</Days></Tiering>",
        "<Id>x</Id><Status>Enabled</Status><Tiering><AccessTier>COLD</AccessTier>"
        "<Days>90</Days></Tiering>",
        "<Id>x</Id><Status>Enabled</Status><Tiering>"
        "<AccessTier>ARCHIVE_ACCESS</AccessTier><Days>many</Days></Tiering>",
    )], id="x")


def PutBucketIntelligentTieringConfiguration_id(t):
    name = t.bucket()
    t.error(document.put(t, name, "intelligent-tiering", document.xml(ROOT, GOOD), id="z"), 400,
            "MalformedXML")
    for wrong in ("", "a b", "a/b", "x" * 65):
        t.error(document.put(t, name, "intelligent-tiering", document.xml(ROOT, GOOD), id=wrong), 400,
                "InvalidConfigurationId", "The specified configuration id is invalid.")
    t.error(document.put(t, name, "intelligent-tiering", document.xml(ROOT, GOOD)), 400,
            "InvalidConfigurationId")


def PutBucketIntelligentTieringConfiguration_gone_with_bucket(t):
    document.dies_with_bucket(t, "intelligent-tiering", ROOT, GOOD, id="x")


def PutBucketIntelligentTieringConfiguration_denied(t):
    document.denied(t, "PUT", "intelligent-tiering", document.xml(ROOT, GOOD), id="x")
