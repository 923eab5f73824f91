# SPDX-License-Identifier: Apache-2.0
import control

PATH = "configuration/publicAccessBlock"

ALONE = True


def DeleteAccountPublicAccessBlock_twice(t):
    c = control.Control(t)
    c.good(c.ask("DELETE", PATH), 204)
    c.good(c.ask("DELETE", PATH), 204)
    t.ok(c.ask("GET", PATH).status == 404, "gone")


def DeleteAccountPublicAccessBlock_bad(t):
    c = control.Control(t)
    c.error(c.ask("DELETE", PATH + "/x"), 501, "NotImplemented")
    c.error(c.ask("DELETE", PATH, account="x"), 400, "InvalidRequest")


def DeleteAccountPublicAccessBlock_denied(t):
    c = control.Control(t)
    c.error(c.ask("DELETE", PATH, sign=None), 403, "AccessDenied")
    c.denied("DELETE", PATH)
