# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketOwnershipControls_default(t):
    document.is_default(t, "ownershipControls", "OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")


def GetBucketOwnershipControls_denied(t):
    document.denied(t, "GET", "ownershipControls")
