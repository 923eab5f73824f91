# SPDX-License-Identifier: Apache-2.0
import document


def DeleteBucketCors_gone(t):
    document.deletes(t, "cors", "CORSConfiguration",
                     (
        "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>"
        "</CORSRule>"),
                     "NoSuchCORSConfiguration", "The CORS configuration does not exist")


def DeleteBucketCors_denied(t):
    document.denied(t, "DELETE", "cors")
