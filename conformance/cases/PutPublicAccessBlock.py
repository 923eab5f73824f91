# SPDX-License-Identifier: Apache-2.0
import document


def PutPublicAccessBlock_round_trip(t):
    document.round_trip(t, "publicAccessBlock", "PublicAccessBlockConfiguration", "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets>")


def PutPublicAccessBlock_malformed(t):
    document.refuses(t, "publicAccessBlock", "PublicAccessBlockConfiguration", [
        document.xml("PublicAccessBlockConfiguration", "<BlockPublicAcls>yes</BlockPublicAcls>"),
        document.xml("PublicAccessBlockConfiguration", "<BlockPublicAcls/>"),
    ])


def PutPublicAccessBlock_digest(t):
    document.needs_digest(t, "publicAccessBlock", "PublicAccessBlockConfiguration", "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets>")


def PutPublicAccessBlock_absent_is_false(t):
    name = t.bucket()
    t.status(document.put(t, name, "publicAccessBlock", document.xml(
        "PublicAccessBlockConfiguration", "<IgnorePublicAcls>TRUE</IgnorePublicAcls>")), 200)
    t.eq(document.inner(t, document.get(t, name, "publicAccessBlock"),
                        "PublicAccessBlockConfiguration"),
         "<BlockPublicAcls>false</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
         "<BlockPublicPolicy>false</BlockPublicPolicy>"
         "<RestrictPublicBuckets>false</RestrictPublicBuckets>")


def PutPublicAccessBlock_empty(t):
    t.error(document.put(t, t.bucket(), "publicAccessBlock", document.xml(
        "PublicAccessBlockConfiguration", "")), 400, "InvalidRequest",
        "Must specify at least one configuration.")


def PutPublicAccessBlock_denied(t):
    document.denied(t, "PUT", "publicAccessBlock", document.xml("PublicAccessBlockConfiguration", "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets>"))
