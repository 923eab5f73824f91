# SPDX-License-Identifier: Apache-2.0
import s3raw


def _virtual(t, host, method, path, body=b"", **how):
    return t.s3.request(method, path=path, host=host, body=body, **how)


def Addressing_virtual_host(t):
    name = t.bucket()
    for domain in ("localhost", "s3.localhost"):
        host = "%s.%s:%d" % (name, domain, t.s3.port)
        t.status(_virtual(t, host, "PUT", "/dir/key", b"x"), 200)
        t.body(_virtual(t, host, "GET", "/dir/key"), b"x")
        t.body(t.s3.get(name, "dir/key"), b"x")
        root = t.status(_virtual(t, host, "GET", "/", query="list-type=2"), 200).xml
        t.eq([c.get("Key") for c in root.all("Contents")], ["dir/key"])
        t.status(_virtual(t, host, "HEAD", "/"), 200)
        t.status(_virtual(t, host, "DELETE", "/dir/key"), 204)


def Addressing_virtual_host_without_port(t):
    name = t.bucket()
    t.status(_virtual(t, name + ".localhost", "PUT", "/key", b"x"), 200)
    t.body(t.s3.get(name, "key"), b"x")


def Addressing_virtual_host_upper_case(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    t.body(_virtual(t, name.upper() + ".LocalHost:%d" % t.s3.port, "GET", "/key"), b"x")


def Addressing_bare_domain_is_path_style(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    for host in ("localhost:%d" % t.s3.port, "s3.localhost", "127.0.0.1:%d" % t.s3.port):
        t.body(_virtual(t, host, "GET", "/%s/key" % name), b"x")
        t.eq(_virtual(t, host, "GET", "/").xml.name, "ListAllMyBucketsResult")


def Addressing_dotted_bucket(t):
    name = t.name() + ".with.dots"
    t.buckets.append(name)
    t.status(t.s3.put(name, **t._location()), 200)
    t.object(name, "key", b"x")
    t.body(_virtual(t, name + ".s3.localhost:%d" % t.s3.port, "GET", "/key"), b"x")


def Addressing_virtual_presigned(t):
    name = t.bucket()
    t.object(name, "a b", b"x")
    t.body(_virtual(t, "%s.localhost:%d" % (name, t.s3.port), "GET", "/a%20b", sign="presign"),
           b"x")


def Addressing_virtual_missing_bucket(t):
    name = t.name()
    t.error(_virtual(t, name + ".localhost", "GET", "/key"), 404, "NoSuchBucket",
            BucketName=name)


def Addressing_virtual_create_and_delete(t):
    name = t.name()
    host = name + ".localhost"
    t.status(_virtual(t, host, "PUT", "/", **t._location()), 200)
    t.status(t.s3.head(name), 200)
    t.status(_virtual(t, host, "DELETE", "/"), 204)
    t.status(t.s3.head(name), 404)


def Addressing_empty_segments(t):
    name = t.bucket()
    for path, key in (("//x", "/x"), ("/x//", "x//"), ("/./x", "./x"), ("/../x", "../x")):
        t.status(t.s3.request("PUT", path="/%s%s" % (name, path), body=path.encode()), 200)
        t.body(t.s3.get(name, key), path.encode())


def Addressing_percent_encoding(t):
    # The signature is over the path as sent or as normalised; the key is what it decodes to.
    name = t.bucket()
    t.object(name, "a~b", b"x")
    t.body(t.s3.request("GET", path="/%s/a~b" % name), b"x")
    t.object(name, "a+b", b"plus")
    t.body(t.s3.get(name, "a+b"), b"plus")
    t.eq(s3raw.quote("+"), "%2B")


def Addressing_not_utf8(t):
    name = t.bucket()
    answer = t.s3.request("PUT", path="/%s/%%ff%%fe" % name, body=b"x")
    t.status(answer, 400)


def Addressing_cut_percent(t):
    name = t.bucket()
    for path in ("/%s/a%%", "/%s/a%%2", "/%s/a%%zz"):
        t.status(t.s3.request("GET", path=path % name), 400)
