# SPDX-License-Identifier: Apache-2.0
def HeadObject_same_as_get(t):
    name = t.bucket()
    t.object(name, "key", b"x" * 5000, Content_Type="a/b", x_amz_meta_a="1")
    head, get = t.s3.head(name, "key"), t.s3.get(name, "key")
    t.status(head, 200)
    t.eq(head.body, b"")
    own = ("date", "x-amz-request-id", "x-amz-id-2", "connection", "keep-alive")
    t.eq(sorted((k.lower(), v) for k, v in head.headers if k.lower() not in own),
         sorted((k.lower(), v) for k, v in get.headers if k.lower() not in own), "headers")


def HeadObject_missing(t):
    name = t.bucket()
    t.bare_error(t.s3.head(name, "key"), 404)
    t.bare_error(t.s3.head(t.name(), "key"), 404)


def HeadObject_range(t):
    name = t.bucket()
    t.object(name, "key", b"x" * 100)
    answer = t.s3.head(name, "key", headers={"Range": "bytes=10-19"})
    t.bare_error(answer, 206)
    t.header(answer, "Content-Length", "10")
    t.header(answer, "Content-Range", "bytes 10-19/100")
    t.bare_error(t.s3.head(name, "key", headers={"Range": "bytes=100-"}), 416)


def HeadObject_conditions(t):
    name = t.bucket()
    etag = t.object(name, "key").header("ETag")
    t.bare_error(t.s3.head(name, "key", headers={"If-Match": '"0"'}), 412)
    t.bare_error(t.s3.head(name, "key", headers={"If-None-Match": etag}), 304)
    t.bare_error(t.s3.head(name, "key", headers={"If-Match": etag}), 200)


def HeadObject_part_number(t):
    name = t.bucket()
    t.multipart(name, "key", [b"a" * 5242880, b"bc"])
    answer = t.s3.head(name, "key", {"partNumber": 2})
    t.bare_error(answer, 206)
    t.header(answer, "Content-Length", "2")
    t.header(answer, "Content-Range", "bytes 5242880-5242881/5242882")
    t.header(answer, "x-amz-mp-parts-count", "2")
    t.bare_error(t.s3.head(name, "key", {"partNumber": 3}), 416)


def HeadObject_unsigned(t):
    name = t.bucket()
    t.object(name, "key")
    t.bare_error(t.s3.head(name, "key", sign=None), 403)


def HeadObject_keeps_the_connection(t):
    name = t.bucket()
    t.object(name, "key", b"x" * 1000)
    for _ in range(20):
        t.status(t.s3.head(name, "key"), 200)
        t.bare_error(t.s3.head(name, "missing"), 404)
        t.body(t.s3.get(name, "key"), b"x" * 1000)


def HeadObject_response_overrides(t):
    name = t.bucket()
    t.object(name, "key", b"x")
    answer = t.status(t.s3.head(name, "key", {"response-content-type": "text/x-mine",
                                              "response-cache-control": "no-store"}), 200)
    t.header(answer, "Content-Type", "text/x-mine")
    t.header(answer, "Cache-Control", "no-store")
