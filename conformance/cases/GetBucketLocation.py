# SPDX-License-Identifier: Apache-2.0
import case


def GetBucketLocation_of_the_region(t):
    root = t.status(t.s3.get(t.bucket(), query="location"), 200).xml
    t.eq(root.name, "LocationConstraint")
    t.eq(root.namespace, case.XMLNS)
    # us-east-1 is the null location.
    t.eq(root.value, "" if t.region == "us-east-1" else t.region)


def GetBucketLocation_missing_bucket(t):
    name = t.name()
    t.error(t.s3.get(name, query="location"), 404, "NoSuchBucket",
            "The specified bucket does not exist", BucketName=name)
