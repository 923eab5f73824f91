# SPDX-License-Identifier: Apache-2.0


def HeadBucket_region_and_arn(t):
    name = t.bucket()
    answer = t.status(t.s3.head(name), 200)
    t.eq(answer.body, b"")
    t.header(answer, "x-amz-bucket-region", t.region)
    t.header(answer, "x-amz-bucket-arn", "arn:aws:s3:::" + name)
    t.header(answer, "x-amz-access-point-alias", "false")


def HeadBucket_missing(t):
    t.bare_error(t.s3.head(t.name()), 404)


def HeadBucket_unsigned(t):
    name = t.bucket()
    t.bare_error(t.s3.head(name, sign=None), 403)


def HeadBucket_bad_owner(t):
    name = t.bucket()
    t.bare_error(t.s3.head(name, headers={"x-amz-expected-bucket-owner": "0000"}), 400)
