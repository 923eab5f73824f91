# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketCors_not_configured(t):
    document.is_missing(t, "cors", "NoSuchCORSConfiguration",
                        "The CORS configuration does not exist")


def GetBucketCors_denied(t):
    document.denied(t, "GET", "cors")
