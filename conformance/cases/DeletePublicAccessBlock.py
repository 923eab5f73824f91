# SPDX-License-Identifier: Apache-2.0
import document


def DeletePublicAccessBlock_gone(t):
    document.deletes(t, "publicAccessBlock", "PublicAccessBlockConfiguration",
                     "<BlockPublicAcls>true</BlockPublicAcls>",
                     "NoSuchPublicAccessBlockConfiguration",
                     "The public access block configuration was not found")


def DeletePublicAccessBlock_denied(t):
    document.denied(t, "DELETE", "publicAccessBlock")
