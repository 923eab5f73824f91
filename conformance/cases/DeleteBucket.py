# SPDX-License-Identifier: Apache-2.0


def DeleteBucket_empty(t):
    name = t.bucket()
    answer = t.status(t.s3.delete(name), 204)
    t.eq(answer.body, b"")
    t.bare_error(t.s3.head(name), 404)
    t.status(t.s3.put(name, **t._location()), 200)
    t.eq(t.keys(name), [])


def DeleteBucket_not_empty(t):
    name = t.bucket()
    t.object(name, "key")
    t.error(t.s3.delete(name), 409, "BucketNotEmpty",
            "The bucket you tried to delete is not empty", BucketName=name)
    t.status(t.s3.head(name, "key"), 200)
    t.status(t.s3.delete(name, "key"), 204)
    t.status(t.s3.delete(name), 204)


def DeleteBucket_with_open_upload(t):
    # An upload that was never completed does not hold the bucket (AWS deletes it too).
    name = t.bucket()
    upload = t.upload(name, "key")
    t.status(t.s3.delete(name), 204)
    t.status(t.s3.put(name, **t._location()), 200)
    t.error(t.s3.get(name, "key", {"uploadId": upload}), 404, "NoSuchUpload")


def DeleteBucket_missing(t):
    name = t.name()
    t.error(t.s3.delete(name), 404, "NoSuchBucket", "The specified bucket does not exist",
            BucketName=name)


def DeleteBucket_unknown_subresource_deletes_nothing(t):
    name = t.bucket()
    for query in ("cors", "policy", "tagging", "lifecycle", "website", "versioning"):
        t.s3.delete(name, query=query)
        t.status(t.s3.head(name), 200)


def DeleteBucket_frees_the_name_at_once(t):
    name = t.name()
    for n in range(5):
        t.status(t.s3.put(name, **t._location()), 200)
        t.object(name, "k%d" % n)
        t.eq(t.keys(name), ["k%d" % n])
        t.status(t.s3.delete(name, "k%d" % n), 204)
        t.status(t.s3.delete(name), 204)
