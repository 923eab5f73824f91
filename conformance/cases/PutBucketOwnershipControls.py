# SPDX-License-Identifier: Apache-2.0
import document


def PutBucketOwnershipControls_round_trip(t):
    document.round_trip(t, "ownershipControls", "OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")


def PutBucketOwnershipControls_malformed(t):
    document.refuses(t, "ownershipControls", "OwnershipControls", [
        document.xml("OwnershipControls", ""),
        document.xml("OwnershipControls", "<Rule/>"),
        document.xml("OwnershipControls", "<Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule>"),
        document.xml("OwnershipControls", "<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule><Rule/>"),
    ])


def PutBucketOwnershipControls_digest(t):
    document.needs_digest(t, "ownershipControls", "OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")


def PutBucketOwnershipControls_denied(t):
    document.denied(t, "PUT", "ownershipControls", document.xml("OwnershipControls", "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"))
