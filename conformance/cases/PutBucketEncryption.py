# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "ServerSideEncryptionConfiguration"
BY = "<ApplyServerSideEncryptionByDefault>%s</ApplyServerSideEncryptionByDefault>"
AES = BY % "<SSEAlgorithm>AES256</SSEAlgorithm>"
KMS = BY % ("<SSEAlgorithm>aws:kms</SSEAlgorithm>"
            "<KMSMasterKeyID>alias/aws/s3</KMSMasterKeyID>")
OFF, ON = ("<BucketKeyEnabled>%s</BucketKeyEnabled>" % v for v in ("false", "true"))
BLOCKED = "<BlockedEncryptionTypes><EncryptionType>%s</EncryptionType></BlockedEncryptionTypes>"


def _rule(inner):
    return "<Rule>%s</Rule>" % inner


def PutBucketEncryption_round_trip(t):
    document.round_trip(t, "encryption", ROOT, _rule(KMS + ON + BLOCKED % "SSE-C"))
    document.round_trip(t, "encryption", ROOT, _rule(AES + ON))
    document.round_trip(t, "encryption", ROOT,
                        _rule(BY % "<SSEAlgorithm>aws:kms:dsse</SSEAlgorithm>" + OFF))


def PutBucketEncryption_bucket_key_is_off(t):
    document.round_trip(t, "encryption", ROOT, _rule(AES), want=_rule(AES + OFF))


def PutBucketEncryption_unblocks(t):
    document.round_trip(t, "encryption", ROOT, _rule(BLOCKED % "NONE"),
                        want=_rule(OFF + BLOCKED % "NONE"))


def PutBucketEncryption_malformed(t):
    document.refuses(t, "encryption", ROOT, [document.xml(ROOT, inner) for inner in (
        "", _rule(AES) + _rule(AES), _rule(BY % ""),
        _rule(BY % "<SSEAlgorithm>aws:fsx</SSEAlgorithm>"),
        _rule(BY % "<SSEAlgorithm>aes256</SSEAlgorithm>"),
        _rule(AES + "<BucketKeyEnabled>maybe</BucketKeyEnabled>"),
        _rule(AES + BLOCKED % "SSE-S3"), _rule(AES + "<Other/>"))])


def PutBucketEncryption_key_without_kms(t):
    t.error(document.put(t, t.bucket(), "encryption", document.xml(ROOT, _rule(
        BY % "<SSEAlgorithm>AES256</SSEAlgorithm><KMSMasterKeyID>x</KMSMasterKeyID>"))), 400,
        "InvalidArgument", "a KMSMasterKeyID is not applicable if the default sse algorithm is "
        "not aws:kms or aws:kms:dsse", ArgumentName="ApplyServerSideEncryptionByDefault",
        ArgumentValue=None)


def PutBucketEncryption_digest(t):
    document.needs_digest(t, "encryption", ROOT, _rule(AES))


def PutBucketEncryption_missing_bucket(t):
    t.error(document.put(t, t.name(), "encryption", document.xml(ROOT, "")), 404,
            "NoSuchBucket")


def PutBucketEncryption_denied(t):
    document.denied(t, "PUT", "encryption", document.xml(ROOT, _rule(AES)))
