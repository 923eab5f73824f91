# SPDX-License-Identifier: Apache-2.0
import document


def PutBucketAbac_round_trip(t):
    document.round_trip(t, "abac", "AbacStatus", "<Status>Enabled</Status>")
    document.round_trip(t, "abac", "AbacStatus", "<Status>Disabled</Status>")


def PutBucketAbac_malformed(t):
    document.refuses(t, "abac", "AbacStatus", [
        document.xml("AbacStatus", ""),
        document.xml("AbacStatus", "<Status>On</Status>"),
    ])


def PutBucketAbac_denied(t):
    document.denied(t, "PUT", "abac", document.xml("AbacStatus", "<Status>Enabled</Status>"))
