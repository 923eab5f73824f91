# SPDX-License-Identifier: Apache-2.0
import document


def GetBucketLifecycleConfiguration_not_configured(t):
    document.is_missing(t, "lifecycle", "NoSuchLifecycleConfiguration",
                        "The lifecycle configuration does not exist")


def GetBucketLifecycleConfiguration_as_put(t):
    name = t.bucket()
    rules = "".join(
        "<Rule><ID>%s</ID><Filter><Prefix>%s/</Prefix></Filter><Status>%s</Status><Expiration>"
        "<Days>1</Days></Expiration></Rule>" % row
        for row in (("b", "x", "Enabled"), ("a", "y", "Disabled")))
    t.status(document.put(t, name, "lifecycle", document.xml("LifecycleConfiguration", rules)),
             200)
    answer = document.get(t, name, "lifecycle")
    t.eq(document.inner(t, answer, "LifecycleConfiguration"), rules, "rules")
    t.header(answer, "x-amz-transition-default-minimum-object-size", "all_storage_classes_128K")


def GetBucketLifecycleConfiguration_denied(t):
    document.denied(t, "GET", "lifecycle")
