# SPDX-License-Identifier: Apache-2.0
"""A tree of files for tools that keep or carry trees: made, changed, compared."""

import os


def make(top, files=60):
    for n in range(files):
        folder = os.path.join(top, "d%d" % (n % 5), "é %d" % (n % 3))
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "f %d" % n), "wb") as f:
            f.write(b"%d " % n * (n * n * 20))
    with open(os.path.join(top, "large"), "wb") as f:
        f.write(b"".join(b"%09d" % n for n in range(1200000)))


def change(top):
    with open(os.path.join(top, "large"), "r+b") as f:
        f.seek(5000000)
        f.write(b"changed")
    with open(os.path.join(top, "more"), "wb") as f:
        f.write(b"more")


def content(top):
    found = {}
    for folder, _, files in os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, top)] = f.read()
    return found


def same(one, two):
    a, b = content(one), content(two)
    assert a.keys() == b.keys(), sorted(a.keys() ^ b.keys())[:5]
    assert a == b, [name for name in a if a[name] != b[name]][:5]
