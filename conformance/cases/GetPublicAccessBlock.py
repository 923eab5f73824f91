# SPDX-License-Identifier: Apache-2.0
import document


def GetPublicAccessBlock_default(t):
    document.is_default(t, "publicAccessBlock", "PublicAccessBlockConfiguration", (
        "<BlockPublicAcls>true</BlockPublicAcls>"
        "<IgnorePublicAcls>true</IgnorePublicAcls>"
        "<BlockPublicPolicy>true</BlockPublicPolicy>"
        "<RestrictPublicBuckets>true</RestrictPublicBuckets>"))


def GetPublicAccessBlock_denied(t):
    document.denied(t, "GET", "publicAccessBlock")
