# SPDX-License-Identifier: Apache-2.0
"""obstore: Rust's object_store from Python."""

import datetime
import importlib.metadata

import obstore
import obstore.exceptions
import obstore.store

from adapter import (ACCESS_KEY, ENDPOINT, REGION, SECRET_KEY, Adapter, Unsupported,
                     read, write)


class Obstore(Adapter):
    codes = {FileNotFoundError: "NotFound",
             obstore.exceptions.AlreadyExistsError: "PreconditionFailed",
             obstore.exceptions.PreconditionError: "PreconditionFailed"}

    def __init__(self):
        self.stores = {}

    def store(self, bucket):
        if bucket not in self.stores:
            self.stores[bucket] = obstore.store.S3Store(
                bucket, endpoint=ENDPOINT, access_key_id=ACCESS_KEY, region=REGION,
                secret_access_key=SECRET_KEY, virtual_hosted_style_request=False,
                client_options={"allow_http": True},
                retry_config={"max_retries": 1})
        return self.stores[bucket]

    def code(self, why):
        for code in ("SignatureDoesNotMatch", "NoSuchBucket"):
            if code in str(why):
                return code
        return super().code(why)

    def answer(self, request):
        key = request.get("key", "")
        if key != key.strip("/"):
            return {"unsupported": "drops slashes at the ends of a key"}
        answer = super().answer(request)
        if "Could not parse path" in answer.get("text", ""):
            return {"unsupported": "refuses empty, dot and control segments of a key"}
        return answer

    def put(self, bucket, key, file, type=None, meta=None):
        attributes = dict(meta or {})
        if type:
            attributes["Content-Type"] = type
        got = obstore.put(self.store(bucket), key, read(file), attributes=attributes or None,
                          use_multipart=False)
        return {"etag": got["e_tag"]}

    def put_new(self, bucket, key, file):
        obstore.put(self.store(bucket), key, read(file), mode="create", use_multipart=False)

    def put_if(self, bucket, key, file, etag):
        obstore.put(self.store(bucket), key, read(file), mode={"e_tag": etag},
                    use_multipart=False)

    def upload(self, bucket, key, file, part):
        obstore.put(self.store(bucket), key, open(file, "rb"), chunk_size=part)

    def get(self, bucket, key, file):
        write(file, bytes(obstore.get(self.store(bucket), key).bytes()))

    def range(self, bucket, key, file, first, last):
        write(file, bytes(obstore.get_range(self.store(bucket), key, start=first, end=last + 1)))

    def head(self, bucket, key):
        got = obstore.head(self.store(bucket), key)
        attributes = obstore.get(self.store(bucket), key, options={"head": True}).attributes
        return {"size": got["size"], "etag": got["e_tag"], "type": attributes["Content-Type"],
                "meta": {k: v for k, v in attributes.items() if k != "Content-Type"}}

    def list(self, bucket, prefix, delimiter, page):
        if delimiter:
            got = obstore.list_with_delimiter(self.store(bucket), prefix.rstrip("/"))
            return {"keys": [o["path"] for o in got["objects"]],
                    "prefixes": got["common_prefixes"]}
        # A prefix here ends at a slash, always.
        folder = prefix[:prefix.rfind("/") + 1].rstrip("/") or None
        return {"keys": [o["path"] for batch in
                         obstore.list(self.store(bucket), folder, chunk_size=page)
                         for o in batch if o["path"].startswith(prefix)]}

    def copy(self, bucket, source, key):
        obstore.copy(self.store(bucket), source, key)

    def delete(self, bucket, key):
        obstore.delete(self.store(bucket), key)

    def delete_many(self, bucket, keys):
        obstore.delete(self.store(bucket), keys)

    def presign(self, bucket, key, form):
        if form not in ("get", "head", "put", "delete"):
            raise Unsupported("signs by version 4 only, no parts and no forms")
        return {"url": obstore.sign(self.store(bucket), form.upper(), key,
                                    datetime.timedelta(minutes=10))}

    def presign_get(self, bucket, key):
        return self.presign(bucket, key, "get")

    def presign_put(self, bucket, key):
        return self.presign(bucket, key, "put")

    def own_ranges(self, bucket):
        data = bytes(range(256)) * 8192
        obstore.put(self.store(bucket), "ranges", data)
        starts = [0, 5000, 1000000, 2097000]
        got = obstore.get_ranges(self.store(bucket), "ranges", starts=starts,
                                 lengths=[100] * 4)
        assert [bytes(g) for g in got] == [data[s:s + 100] for s in starts]
        got = obstore.get(self.store(bucket), "ranges", options={"range": {"suffix": 10}})
        assert bytes(got.bytes()) == data[-10:]

    def own_rename_if_absent(self, bucket):
        obstore.put(self.store(bucket), "from-a", b"a")
        obstore.rename(self.store(bucket), "from-a", "to-a")
        assert bytes(obstore.get(self.store(bucket), "to-a").bytes()) == b"a"

    def own_conditional_get(self, bucket):
        etag = obstore.put(self.store(bucket), "cond-get", b"a")["e_tag"]
        try:
            obstore.get(self.store(bucket), "cond-get", options={"if_none_match": etag})
        except obstore.exceptions.NotModifiedError:
            return
        raise AssertionError("304 was expected")


Obstore().run(importlib.metadata.version("obstore"))
