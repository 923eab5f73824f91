// SPDX-License-Identifier: Apache-2.0

import io.minio.*;
import io.minio.errors.ErrorResponseException;
import io.minio.messages.DeleteRequest;
import java.time.ZonedDateTime;
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

    public Map<String, String> limits() {
        return Adapter.REGION.equals("us-east-1") ? Map.of("make_bucket",
                "names us-east-1 as LocationConstraint, which AWS refuses") : Map.of();
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

    Map<String, Object> deleteMany(Adapter.Request r) throws Exception {
        List<DeleteRequest.Object> rows = new ArrayList<>();
        r.keys().forEach(k -> rows.add(new DeleteRequest.Object(k)));
        for (var failed : s3.removeObjects(RemoveObjectsArgs.builder().bucket(r.bucket())
                .objects(rows).build())) {
            throw new IllegalStateException(failed.get().toString());
        }
        return Map.of();
    }

    Map<String, Object> presign(Adapter.Request r, String form) throws Exception {
        if (form.equals("post")) {
            PostPolicy policy = new PostPolicy(r.bucket(), ZonedDateTime.now().plusMinutes(10));
            policy.addEqualsCondition("key", r.key());
            Map<String, String> fields = new HashMap<>(s3.getPresignedPostFormData(policy));
            fields.put("key", r.key());
            return Map.of("url", Adapter.ENDPOINT + "/" + r.bucket(), "fields", fields);
        }
        Map<String, Http.Method> methods = Map.of("get", Http.Method.GET, "head",
                Http.Method.HEAD, "put", Http.Method.PUT, "delete", Http.Method.DELETE,
                "part", Http.Method.PUT);
        if (!methods.containsKey(form)) {
            throw new Adapter.Unsupported("signs by version 4 only");
        }
        var how = GetPresignedObjectUrlArgs.builder().method(methods.get(form))
                .bucket(r.bucket()).object(r.key()).expiry(600);
        if (form.equals("part")) {
            how.extraQueryParams(Map.of("uploadId", r.text("upload"), "partNumber",
                    String.valueOf(r.number("number"))));
        }
        return Map.of("url", s3.getPresignedObjectUrl(how.build()));
    }

    public Map<String, Object> answer(Adapter.Request r) throws Exception {
        String key = "/" + r.key() + "/";
        if (key.contains("/./") || key.contains("/../")) {
            throw new Adapter.Unsupported("refuses dot segments");
        }
        if (r.key().contains("//") && !r.key().equals("//")) {
            throw new Adapter.Unsupported("makes one slash of two");
        }
        return call(r);
    }

    Map<String, Object> call(Adapter.Request r) throws Exception {
        String bucket = r.bucket();
        switch (r.text("op")) {
        case "make_bucket":
            s3.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
            return Map.of();
        case "buckets":
            return Map.of("names", s3.listBuckets().stream().map(b -> b.name()).toList());
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
        case "delete_many":
            return deleteMany(r);
        case "copy":
            s3.copyObject(CopyObjectArgs.builder().bucket(bucket).object(r.key()).source(
                    SourceObject.builder().bucket(bucket).object(r.text("source")).build())
                    .build());
            return Map.of();
        case "presign_get":
            return presign(r, "get");
        case "presign_put":
            return presign(r, "put");
        case "presign":
            return presign(r, r.text("form"));
        default:
            throw new Adapter.Unsupported("has no such call");
        }
    }
}
