# SPDX-License-Identifier: Apache-2.0
"""An authority of one's own, and a server's certificate from it, for this machine's names."""

import os
import subprocess

NAMES = "DNS:localhost,DNS:*.localhost,DNS:*.s3.localhost,IP:127.0.0.1"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]


def openssl(*argv):
    subprocess.run(["openssl"] + list(argv), check=True, capture_output=True)


def issue(folder):
    """public.crt and private.key for --tls-dir; the path of the authority's certificate."""
    def at(name):
        return os.path.join(folder, name)
    openssl("req", "-x509", *KEY, "-subj", "/CN=trug test authority", "-keyout", at("ca.key"),
            "-out", at("ca.crt"), "-addext", "basicConstraints=critical,CA:TRUE")
    openssl("req", *KEY, "-subj", "/CN=localhost", "-keyout", at("private.key"), "-out",
            at("leaf.csr"))
    with open(at("leaf.ext"), "w") as f:
        f.write("subjectAltName=%s\nbasicConstraints=CA:FALSE\n"
                "extendedKeyUsage=serverAuth\n" % NAMES)
    openssl("x509", "-req", "-in", at("leaf.csr"), "-CA", at("ca.crt"), "-CAkey", at("ca.key"),
            "-CAcreateserial", "-days", "2", "-extfile", at("leaf.ext"), "-out", at("public.crt"))
    return at("ca.crt")
