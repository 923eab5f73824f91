# SPDX-License-Identifier: Apache-2.0
NO_UPLOAD = ("The specified upload does not exist. The upload ID may be invalid, or the upload "
             "may have been aborted or completed.")


def AbortMultipartUpload_frees(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    tag = t.part(name, "key", upload, 1, b"x" * 100000)
    t.status(t.s3.delete(name, "key", {"uploadId": upload}), 204)
    t.error(t.s3.get(name, "key", {"uploadId": upload}), 404, "NoSuchUpload", NO_UPLOAD,
            UploadId=upload)
    t.error(t.complete(name, "key", upload, [(1, tag)]), 404, "NoSuchUpload", NO_UPLOAD)
    t.eq(len(t.s3.get(name, query="uploads").xml.all("Upload")), 0)


def AbortMultipartUpload_twice(t):
    name = t.bucket()
    upload = t.upload(name, "key")
    t.status(t.s3.delete(name, "key", {"uploadId": upload}), 204)
    t.error(t.s3.delete(name, "key", {"uploadId": upload}), 404, "NoSuchUpload", NO_UPLOAD,
            UploadId=upload)


def AbortMultipartUpload_keeps_the_object(t):
    name = t.bucket()
    t.object(name, "key", b"old")
    upload = t.upload(name, "key")
    t.part(name, "key", upload, 1, b"new")
    t.status(t.s3.delete(name, "key", {"uploadId": upload}), 204)
    t.body(t.s3.get(name, "key"), b"old")


def AbortMultipartUpload_unknown(t):
    name = t.bucket()
    t.object(name, "key", b"old")
    t.error(t.s3.delete(name, "key", {"uploadId": "nonsense"}), 404, "NoSuchUpload", NO_UPLOAD,
            UploadId="nonsense")
    t.body(t.s3.get(name, "key"), b"old")
