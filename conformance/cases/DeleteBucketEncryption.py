# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "ServerSideEncryptionConfiguration"
DEFAULT = ("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
           "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled>"
           "</Rule>")


def DeleteBucketEncryption_not_configured(t):
    t.eq(t.status(document.delete(t, t.bucket(), "encryption"), 204).body, b"", "body")


def DeleteBucketEncryption_brings_the_default_back(t):
    name = t.bucket()
    t.status(document.put(t, name, "encryption", document.xml(
        ROOT, DEFAULT.replace("AES256", "aws:kms"))), 200)
    t.status(document.delete(t, name, "encryption"), 204)
    t.eq(document.inner(t, document.get(t, name, "encryption"), ROOT), DEFAULT)
    t.status(document.delete(t, name, "encryption"), 204)


def DeleteBucketEncryption_missing_bucket(t):
    t.error(document.delete(t, t.name(), "encryption"), 404, "NoSuchBucket")


def DeleteBucketEncryption_denied(t):
    document.denied(t, "DELETE", "encryption")
