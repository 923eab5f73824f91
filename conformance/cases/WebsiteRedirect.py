# SPDX-License-Identifier: Apache-2.0
"""x-amz-website-redirect-location: kept with the object, shown, and never copied."""

HEADER = "x-amz-website-redirect-location"


def WebsiteRedirect_put(t):
    name = t.bucket()
    for key, value in (("a", "/b"), ("c", "http://example.com/x?y=z"), ("d", "https://example.com")):
        t.object(name, key, b"body", **{HEADER: value})
        t.header(t.body(t.s3.get(name, key), b"body"), HEADER, value)
        t.header(t.status(t.s3.head(name, key), 200), HEADER, value)
    t.object(name, "a", b"plain")
    t.no_header(t.s3.get(name, "a"), HEADER)


def WebsiteRedirect_bad(t):
    name = t.bucket()
    for value in ("page.html", "ftp://example.com", "HTTP://example.com", ""):
        t.error(t.s3.put(name, "a", b"x", {HEADER: value}), 400, "InvalidRedirectLocation",
                "The website redirect location must have a prefix of 'http://' or 'https://' or "
                "'/'.")
    t.error(t.s3.put(name, "a", b"x", {HEADER: "/" + "x" * 2048}), 400, "InvalidRedirectLocation")
    t.error(t.s3.post(name, "a", "uploads", headers={HEADER: "x"}), 400, "InvalidRedirectLocation")
    t.error(t.s3.get(name, "a"), 404, "NoSuchKey")


def WebsiteRedirect_multipart(t):
    name = t.bucket()
    t.multipart(name, "a", [b"only"], {HEADER: "/there"})
    t.header(t.body(t.s3.get(name, "a"), b"only"), HEADER, "/there")


def WebsiteRedirect_copy(t):
    name = t.bucket()
    source = {"x-amz-copy-source": "/%s/a" % name}
    t.object(name, "a", b"body", **{HEADER: "/old", "x-amz-meta-k": "v"})
    t.status(t.s3.put(name, "b", headers=source), 200)
    t.no_header(t.s3.head(name, "b"), HEADER)
    t.header(t.s3.head(name, "b"), "x-amz-meta-k", "v")
    t.status(t.s3.put(name, "c", headers=dict(source, **{HEADER: "/new"})), 200)
    t.header(t.s3.head(name, "c"), HEADER, "/new")
    t.header(t.s3.head(name, "c"), "x-amz-meta-k", "v")
    # A change of its own, so that a copy onto itself is one.
    t.error(t.s3.put(name, "a", headers=source), 400, "InvalidRequest")
    t.status(t.s3.put(name, "a", headers=dict(source, **{HEADER: "/self"})), 200)
    t.header(t.s3.head(name, "a"), HEADER, "/self")
    t.header(t.s3.head(name, "a"), "x-amz-meta-k", "v")


def WebsiteRedirect_denied(t):
    name = t.bucket()
    t.error(t.s3.request("PUT", name, "a", None, {HEADER: "/b"}, b"x", sign=None), 403,
            "AccessDenied")
