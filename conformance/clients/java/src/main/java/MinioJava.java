// SPDX-License-Identifier: Apache-2.0

import io.minio.*;
import io.minio.errors.ErrorResponseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** MinIO's Java client. */
class MinioJava implements Adapter.Client {
    final MinioClient s3 = MinioClient.builder().endpoint(Adapter.ENDPOINT)
            .credentials(Adapter.ACCESS_KEY, Adapter.SECRET_KEY).region(Adapter.REGION).build();

    public String version() {
        String path = MinioClient.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        return path.replaceAll(".*minio-(.*)\\.jar", "$1");
    }

    public String code(Throwable why) {
        return why instanceof ErrorResponseException
                ? ((ErrorResponseException) why).errorResponse().code() : null;
    }

    Map<String, Object> list(Adapter.Request r) throws Exception {
        List<String> keys = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        boolean flat = r.text("delimiter").isEmpty();
        for (var row : s3.listObjects(ListObjectsArgs.builder().bucket(r.bucket())
                .prefix(r.text("prefix")).recursive(flat).maxKeys((int) r.number("page")).build())) {
            (row.get().isDir() && !flat ? prefixes : keys).add(row.get().objectName());
        }
        return Map.of("keys", keys, "prefixes", prefixes);
    }

    public Map<String, Object> answer(Adapter.Request r) throws Exception {
        String bucket = r.bucket();
        switch (r.text("op")) {
        case "make_bucket":
            s3.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            return Map.of();
        case "delete_bucket":
            s3.removeBucket(RemoveBucketArgs.builder().bucket(bucket).build());
            return Map.of();
        case "put":
            var how = UploadObjectArgs.builder().bucket(bucket).object(r.key())
                    .filename(r.text("file")).userMetadata(r.meta());
            if (!r.text("type").isEmpty()) {
                how.contentType(r.text("type"));
            }
            return Map.of("etag", s3.uploadObject(how.build()).etag());
        case "upload":
            s3.uploadObject(UploadObjectArgs.builder().bucket(bucket).object(r.key())
                    .filename(r.text("file"), r.number("part")).build());
            return Map.of();
        case "get":
            try (var got = s3.getObject(GetObjectArgs.builder().bucket(bucket).object(r.key())
                    .build())) {
                return r.save(got.readAllBytes());
            }
        case "range":
            try (var got = s3.getObject(GetObjectArgs.builder().bucket(bucket).object(r.key())
                    .offset(r.number("first"))
                    .length(r.number("last") - r.number("first") + 1).build())) {
                return r.save(got.readAllBytes());
            }
        case "head":
            var got = s3.statObject(StatObjectArgs.builder().bucket(bucket).object(r.key()).build());
            Map<String, Object> all = new HashMap<>();
            all.put("size", got.size());
            all.put("etag", got.etag());
            all.put("type", got.contentType());
            return all;
        case "list":
            return list(r);
        case "delete":
            s3.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(r.key()).build());
            return Map.of();
        default:
            throw new Adapter.Unsupported("its adapter does not call it");
        }
    }
}
