# SPDX-License-Identifier: Apache-2.0
"""Server-side encryption in headers: what cases send, and what answers must say."""

import base64
import hashlib
import os
import re

SSE = "x-amz-server-side-encryption"
KEY = SSE + "-aws-kms-key-id"
CONTEXT = SSE + "-context"
BUCKET_KEY = SSE + "-bucket-key-enabled"
CUSTOMER = SSE + "-customer-"
COPY = "x-amz-copy-source-server-side-encryption-customer-"
ARN = re.compile(r"arn:aws:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]{36}")

NOT_WITHOUT = ("The object was stored using a form of Server Side Encryption. The correct "
               "parameters must be provided to retrieve the object.")
NOT_HERE = "The encryption parameters are not applicable to this object."
WRONG = ("Requests specifying Server Side Encryption with Customer provided keys must provide "
         "the correct secret key.")


def new_key():
    return os.urandom(32)


def b64(data):
    return base64.b64encode(data).decode()


def customer(key, prefix=CUSTOMER):
    return {prefix + "algorithm": "AES256", prefix + "key": b64(key),
            prefix + "key-MD5": b64(hashlib.md5(key).digest())}


KMS = {SSE: "aws:kms"}
DSSE = {SSE: "aws:kms:dsse"}
S3 = {SSE: "AES256"}
MODES = {"none": {}, "s3": S3, "kms": KMS, "dsse": DSSE}


def says(t, answer, mode, key=None):
    """The headers of an answer about an object that is encrypted so."""
    if mode == "customer":
        t.no_header(answer, SSE)
        t.header(answer, CUSTOMER + "algorithm", "AES256")
        t.header(answer, CUSTOMER + "key-MD5", b64(hashlib.md5(key).digest()))
        t.no_header(answer, CUSTOMER + "key")
        return answer
    t.header(answer, SSE, {"none": "AES256", "s3": "AES256", "kms": "aws:kms",
                           "dsse": "aws:kms:dsse"}[mode])
    t.no_header(answer, CUSTOMER + "algorithm")
    if mode in ("kms", "dsse"):
        t.ok(ARN.fullmatch(answer.header(KEY) or ""), "key id %r" % answer.header(KEY))
    else:
        t.no_header(answer, KEY)
    return answer


def is_md5(answer, body):
    return (answer.header("ETag") or "").strip('"') == hashlib.md5(body).hexdigest()
