# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketRequestPayment_default(t):
    document.is_default(t, "requestPayment", "RequestPaymentConfiguration", "<Payer>BucketOwner</Payer>")


def GetBucketRequestPayment_denied(t):
    document.denied(t, "GET", "requestPayment")
