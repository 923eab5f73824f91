#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tree the clients carry up and down, and its comparison. Standard library only.

    tree.py make DIR --files 2000 --largest 20000000
    tree.py same DIR DIR          the same files with the same bytes
    tree.py remote DIR BUCKET     the same keys with the same bytes, asked for one by one
    tree.py empty BUCKET          no key in it
"""

import argparse
import hashlib
import os
import random
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import s3raw  # noqa: E402

# Names that file systems and clients can carry; what only the API can say (a//b, a key that
# ends with a slash, "..") is put by each client's own script.
ODD = ["sp ace", " lead", "two  spaces", "pl+us", "per%cent", "%41", "%2F", "am&p", "ha#sh",
       "que?stion", "eq=ual", "semi;colon", "com,ma", "at@sign", "dol$lar", "ex!claim",
       "paren(s)", "brack[et]", "cur{ly}", "ti~lde", "apos'trophe", "quo\"te", "back`tick",
       "pi|pe", "less<more>", "co:lon", "as*terisk", "ca^ret", "ünïcödé", "日本語", "русский",
       "e\u0301 decomposed", "\u00e9 composed", "\U0001f600", "a.b.c", "dash-", "_under", "UPPER",
       "upper", ".hidden", "trailing.", "a&b=c+d e%20f", "&amp;", "<xml>", "nbsp\u00a0x"]


def names(count, rng):
    """Relative paths, awkward ones first."""
    out = []
    for n, odd in enumerate(ODD):
        out.append(odd)
        out.append("dir %d+&/%s/%s" % (n % 5, ODD[(n + 7) % len(ODD)].strip() + "d", odd))
    # Keys of 1,000 bytes, with the part of a file name that file systems allow.
    for letter in "ab":
        out.append("/".join([letter * 200] * 4 + ["é" * 97 + letter * 2]))
    out.append("x" * 255)
    out.append("/".join("d%d" % n for n in range(60)) + "/deep")
    while len(out) < count:
        out.append("plain/%02d/%s%05d.bin" % (rng.randrange(40), rng.choice(["", "f ", "g+"]),
                                              len(out)))
    return out[:count]


def sizes(count, largest, rng):
    """0 bytes to largest: most are small, a few are long enough to be sent in parts."""
    fixed = [0, 0, 1, 2, largest, largest // 2, 5 << 20, (5 << 20) + 1, 8 << 20, (8 << 20) - 1,
             255, 4080, 4081, 65536, 262144, 262145, 1 << 20]
    out = [min(s, largest) for s in fixed]
    while len(out) < count:
        pick = rng.random()
        if pick < 0.9:
            out.append(int(min(rng.lognormvariate(9, 1.5), largest)))
        elif pick < 0.99:
            out.append(rng.randrange(min(400000, largest)))
        else:
            out.append(rng.randrange(min(12 << 20, largest)))
    rng.shuffle(out)
    return out[:count]


def make(options):
    rng = random.Random(options.seed)
    pool = rng.randbytes(24 << 20)
    total = 0
    for name, size in zip(names(options.files, rng), sizes(options.files, options.largest, rng)):
        path = os.path.join(options.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        at = rng.randrange(len(pool) - size)
        with open(path, "wb") as f:
            f.write(pool[at:at + size])
        total += size
    print("%d files, %d bytes" % (options.files, total))
    return 0


def walk(directory):
    top = os.fsencode(directory)
    out = {}
    for folder, _, files in os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            out[os.path.relpath(path, top)] = path
    return out


def read(path):
    with open(path, "rb") as f:
        return f.read()


def differences(one, two, load_one, load_two):
    out = []
    for key in sorted(set(one) | set(two)):
        if key not in one:
            out.append("too much: %r" % key)
        elif key not in two:
            out.append("missing: %r" % key)
        else:
            a, b = load_one(one[key]), load_two(two[key])
            if a != b:
                out.append("differs: %r: %d bytes %s, want %d bytes %s" % (
                    key, len(b), hashlib.md5(b).hexdigest(), len(a), hashlib.md5(a).hexdigest()))
    return out


def report(found):
    for line in found[:20]:
        print(line)
    if len(found) > 20:
        print("... and %d more" % (len(found) - 20))
    return 1 if found else 0


def same(options):
    return report(differences(walk(options.directory), walk(options.other), read, read))


def client(options):
    return s3raw.Client(options.endpoint, options.access_key, options.secret_key, options.region)


def keys(s3, bucket, prefix):
    out, token = {}, None
    while True:
        query = {"list-type": "2", "prefix": prefix}
        if token:
            query["continuation-token"] = token
        answer = s3.get(bucket, query=query)
        if answer.status != 200:
            sys.exit("listing: %r" % answer)
        root = answer.xml
        for row in root.all("Contents"):
            key = row.get("Key")
            out[key[len(prefix):].encode()] = key
        token = root.get("NextContinuationToken")
        if not token:
            return out


def remote(options):
    s3 = client(options)
    return report(differences(walk(options.directory), keys(s3, options.bucket, options.prefix),
                              read, lambda key: s3.get(options.bucket, key).body))


def empty(options):
    s3 = client(options)
    return report(["left: %r" % k for k in keys(s3, options.bucket, options.prefix)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("make")
    one.add_argument("directory")
    one.add_argument("--files", type=int, default=2000)
    one.add_argument("--largest", type=int, default=20000000)
    one.add_argument("--seed", type=int, default=1)
    one = commands.add_parser("same")
    one.add_argument("directory")
    one.add_argument("other")
    for name in ("remote", "empty"):
        one = commands.add_parser(name)
        if name == "remote":
            one.add_argument("directory")
        one.add_argument("bucket")
        one.add_argument("--prefix", default="")
        one.add_argument("--endpoint", default=os.environ.get("ENDPOINT"))
        one.add_argument("--access-key", default=os.environ.get("ACCESS_KEY"))
        one.add_argument("--secret-key", default=os.environ.get("SECRET_KEY"))
        one.add_argument("--region", default=os.environ.get("REGION", "us-east-1"))
    options = parser.parse_args()
    return {"make": make, "same": same, "remote": remote, "empty": empty}[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
