# SPDX-License-Identifier: Apache-2.0
import case


def _put(t, name, inner):
    body = ("<VersioningConfiguration xmlns=\"%s\">%s</VersioningConfiguration>" %
            (case.XMLNS, inner)).encode()
    return t.s3.put(name, None, body, query="versioning")


def PutBucketVersioning_states(t):
    name = t.bucket()
    t.eq(t.s3.get(name, query="versioning").xml.names(), [])
    for state in ("Enabled", "Suspended", "Enabled"):
        t.versioning(name, state)
        t.eq(t.s3.get(name, query="versioning").xml.get("Status"), state)


def PutBucketVersioning_no_status(t):
    name = t.bucket()
    t.error(_put(t, name, ""), 400, "IllegalVersioningConfigurationException",
            "The Versioning element must be specified")


def PutBucketVersioning_bad_status(t):
    name = t.bucket()
    for state in ("enabled", "Disabled"):
        t.error(_put(t, name, "<Status>%s</Status>" % state), 400, "MalformedXML")
    t.error(t.s3.put(name, None, b"<a", query="versioning"), 400, "MalformedXML")
    t.eq(t.s3.get(name, query="versioning").xml.names(), [])


def PutBucketVersioning_no_bucket(t):
    t.error(_put(t, t.name(), "<Status>Enabled</Status>"), 404, "NoSuchBucket")


def PutBucketVersioning_unsigned(t):
    name = t.bucket()
    t.error(t.s3.put(name, None, b"", query="versioning", sign=None), 403, "AccessDenied")


def PutBucketVersioning_mfa_delete(t):
    """Without a device nobody turns it on; off it is anyway."""
    name = t.bucket()

    def put(mfa, headers=None):
        return t.s3.put(name, None, '<VersioningConfiguration xmlns="%s"><Status>Enabled</Status>'
                        "<MfaDelete>%s</MfaDelete></VersioningConfiguration>" % (case.XMLNS, mfa),
                        headers, "versioning")

    t.error(put("Enabled"), 403, "AccessDenied", "Mfa Authentication must be used for this request")
    t.error(put("Enabled", {"x-amz-mfa": "123456"}), 400, "InvalidArgument",
            "Mfa header is invalid -- the header should be formatted as "
            "{serialNumber}(space){tokenCode}", ArgumentName="x-amz-mfa", ArgumentValue="123456")
    t.error(put("Enabled", {"x-amz-mfa": "20899872 301749"}), 403, "AccessDenied")
    t.error(put("enabled"), 400, "MalformedXML")
    t.eq(t.s3.get(name, query="versioning").xml.names(), [])
    t.status(put("Disabled"), 200)
    t.eq(t.s3.get(name, query="versioning").xml.names(), ["Status"])
