# SPDX-License-Identifier: Apache-2.0
import document

ROOT = "ServerSideEncryptionConfiguration"
DEFAULT = ("<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
           "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled>"
           "</Rule>")


def GetBucketEncryption_default(t):
    document.is_default(t, "encryption", ROOT, DEFAULT)


def GetBucketEncryption_missing_bucket(t):
    name = t.name()
    t.error(document.get(t, name, "encryption"), 404, "NoSuchBucket",
            "The specified bucket does not exist", BucketName=name)


def GetBucketEncryption_denied(t):
    document.denied(t, "GET", "encryption")
