# SPDX-License-Identifier: Apache-2.0
"""x-amz-request-payer: who says that it pays is told so where requesters do."""
import document

PAYS = {"x-amz-request-payer": "requester"}
CHARGED = "x-amz-request-charged"


def _requester(t):
    name = t.bucket()
    t.status(document.put(t, name, "requestPayment", document.xml(
        "RequestPaymentConfiguration", "<Payer>Requester</Payer>")), 200)
    return name


def RequestPayer_is_told(t):
    name = _requester(t)
    t.header(t.status(t.s3.put(name, "key", b"x", PAYS), 200), CHARGED, "requester")
    t.header(t.body(t.s3.get(name, "key", headers=PAYS), b"x"), CHARGED, "requester")
    t.header(t.status(t.s3.head(name, "key", headers=PAYS), 200), CHARGED, "requester")
    t.header(t.status(t.s3.get(name, headers=PAYS, query="list-type=2"), 200), CHARGED, "requester")
    t.header(t.status(t.s3.delete(name, "key", headers=PAYS), 204), CHARGED, "requester")


def RequestPayer_not_said(t):
    name = _requester(t)
    t.no_header(t.status(t.s3.put(name, "key", b"x"), 200), CHARGED)
    t.no_header(t.body(t.s3.get(name, "key"), b"x"), CHARGED)
    # Nothing was done, so nothing is charged; and settings of a bucket are the owner's.
    t.no_header(t.s3.get(name, "none", headers=PAYS), CHARGED)
    t.no_header(t.status(t.s3.get(name, headers=PAYS, query="requestPayment"), 200), CHARGED)


def RequestPayer_owner_pays(t):
    name = t.bucket()
    t.no_header(t.status(t.s3.put(name, "key", b"x", PAYS), 200), CHARGED)


def RequestPayer_unknown(t):
    name = t.bucket()
    t.error(t.s3.put(name, "key", b"x", {"x-amz-request-payer": "somebody"}), 400,
            "InvalidArgument", ArgumentName="x-amz-request-payer", ArgumentValue="somebody")
    t.error(t.s3.get(name, "key"), 404, "NoSuchKey")


def RequestPayer_denied(t):
    name = _requester(t)
    t.error(t.s3.request("GET", name, "key", None, PAYS, sign=None), 403, "AccessDenied")
