# SPDX-License-Identifier: Apache-2.0
"""django-storages: Django's files in a bucket."""

import importlib.metadata

import django.conf
import django.core.files.base

django.conf.settings.configure(USE_TZ=True)

from storages.backends.s3 import S3Storage  # noqa: E402

from adapter import (ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, Adapter, Unsupported,  # noqa
                     read, write)


class Django(Adapter):
    codes = {FileNotFoundError: "NotFound"}

    def storage(self, bucket, **more):
        return S3Storage(bucket_name=bucket, endpoint_url=ENDPOINT, region_name=REGION,
                         access_key=ACCESS_KEY, secret_key=SECRET_KEY, file_overwrite=True,
                         signature_version="s3v4", addressing_style="path", **more)

    def answer(self, request):
        answer = super().answer(request)
        if answer.get("type") in ("SuspiciousOperation", "SuspiciousFileOperation"):
            return {"unsupported": "refuses names that leave their folder"}
        key = request.get("key", "")
        if "error" in answer and (key.startswith("/") or "//" in key or key.endswith("/")
                                  or "./" in key or "\\" in key):
            return {"unsupported": "normalizes paths"}
        return answer

    def put(self, bucket, key, file, type=None, meta=None):
        if type:
            raise Unsupported("takes the content type from the name")
        parameters = {"Metadata": meta} if meta else {}
        content = django.core.files.base.ContentFile(read(file))
        saved = self.storage(bucket, object_parameters=parameters).save(key, content)
        if saved != key:
            raise Unsupported("normalizes paths")

    def upload(self, bucket, key, file, part):
        from boto3.s3.transfer import TransferConfig
        with open(file, "rb") as f:
            self.storage(bucket, transfer_config=TransferConfig(
                multipart_threshold=part, multipart_chunksize=part)).save(
                    key, django.core.files.base.File(f))

    def get(self, bucket, key, file):
        with self.storage(bucket).open(key, "rb") as f:
            write(file, f.read())

    def head(self, bucket, key):
        return {"size": self.storage(bucket).size(key)}

    def list(self, bucket, prefix, delimiter):
        storage = self.storage(bucket)
        if not delimiter:
            raise Unsupported("lists folders only")
        folders, files = storage.listdir(prefix.rstrip("/"))
        return {"keys": [prefix + f for f in files], "prefixes": [prefix + f for f in folders]}

    def delete(self, bucket, key):
        self.storage(bucket).delete(key)

    def presign_get(self, bucket, key):
        return {"url": self.storage(bucket).url(key)}

    def own_exists_and_times(self, bucket):
        storage = self.storage(bucket)
        name = storage.save("media/é 1.txt", django.core.files.base.ContentFile(b"x"))
        assert storage.exists(name) and not storage.exists("media/none")
        assert storage.get_modified_time(name).tzinfo is not None

    def own_write_in_pieces(self, bucket):
        storage = self.storage(bucket)
        with storage.open("media/pieces", "wb") as f:
            for n in range(7):
                f.write(b"%d" % n * (1 << 20))
        assert storage.size("media/pieces") == 7 << 20


Django().run(importlib.metadata.version("django-storages"))
