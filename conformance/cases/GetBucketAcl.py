# SPDX-License-Identifier: Apache-2.0
import acl
import document


def GetBucketAcl_of_the_owner(t):
    name = t.bucket()
    acl.shows_owner(t, name, None)


def GetBucketAcl_denied(t):
    document.denied(t, "GET", "acl")
