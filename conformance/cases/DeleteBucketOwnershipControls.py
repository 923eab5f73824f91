# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketOwnershipControls_gone(t):
    document.deletes(t, "ownershipControls", "OwnershipControls",
                     "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>",
                     "OwnershipControlsNotFoundError",
                     "The bucket ownership controls were not found")


def DeleteBucketOwnershipControls_denied(t):
    document.denied(t, "DELETE", "ownershipControls")
