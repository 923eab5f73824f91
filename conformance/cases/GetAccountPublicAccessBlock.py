# SPDX-License-Identifier: Apache-2.0
import control

PATH = "configuration/publicAccessBlock"

ALONE = True


def GetAccountPublicAccessBlock_none(t):
    c = control.Control(t)
    c.good(c.ask("DELETE", PATH), 204)
    c.error(c.ask("GET", PATH), 404, "NoSuchPublicAccessBlockConfiguration",
            "The public access block configuration was not found", AccountId=control.ACCOUNT)
    t.eq(c.ask("GET", PATH).xml.names(), ["Error", "RequestId", "HostId"])


def GetAccountPublicAccessBlock_denied(t):
    c = control.Control(t)
    c.error(c.ask("GET", PATH, sign=None), 403, "AccessDenied")
    c.denied("GET", PATH)
