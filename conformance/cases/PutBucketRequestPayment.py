# SPDX-License-Identifier: Apache-2.0
import document


def PutBucketRequestPayment_round_trip(t):
    document.round_trip(t, "requestPayment", "RequestPaymentConfiguration", "<Payer>Requester</Payer>")
    document.round_trip(t, "requestPayment", "RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>")


def PutBucketRequestPayment_malformed(t):
    document.refuses(t, "requestPayment", "RequestPaymentConfiguration", [
        document.xml("RequestPaymentConfiguration", ""),
        document.xml("RequestPaymentConfiguration", "<Payer>Random</Payer>"),
        document.xml("RequestPaymentConfiguration", "<Payer>Requester</Payer><Payer>Requester</Payer>"),
    ])


def PutBucketRequestPayment_digest(t):
    document.needs_digest(t, "requestPayment", "RequestPaymentConfiguration", "<Payer>Requester</Payer>")


def PutBucketRequestPayment_denied(t):
    document.denied(t, "PUT", "requestPayment", document.xml("RequestPaymentConfiguration", "<Payer>Requester</Payer>"))
