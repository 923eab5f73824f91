// SPDX-License-Identifier: Apache-2.0

import com.amazonaws.AmazonServiceException;
import com.amazonaws.ClientConfiguration;
import com.amazonaws.HttpMethod;
import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.s3.AmazonS3;
import com.amazonaws.services.s3.AmazonS3ClientBuilder;
import com.amazonaws.services.s3.model.*;
import com.amazonaws.services.s3.transfer.TransferManager;
import com.amazonaws.services.s3.transfer.TransferManagerBuilder;
import com.amazonaws.util.VersionInfoUtils;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;

/** The AWS SDK for Java, version 1. */
class AwsV1 implements Adapter.Client {
    final AmazonS3 s3 = client(new ClientConfiguration());
    // Signs by version 2.
    final AmazonS3 old = client(new ClientConfiguration().withSignerOverride("S3SignerType"));

    static AmazonS3 client(ClientConfiguration how) {
        return AmazonS3ClientBuilder.standard().withClientConfiguration(how)
                .withEndpointConfiguration(
                        new EndpointConfiguration(Adapter.ENDPOINT, Adapter.REGION))
                .withCredentials(new AWSStaticCredentialsProvider(
                        new BasicAWSCredentials(Adapter.ACCESS_KEY, Adapter.SECRET_KEY)))
                .withPathStyleAccessEnabled(true).build();
    }

    Map<String, Object> presign(Adapter.Request r) {
        String form = r.text("form").replace("_v2", "");
        Map<String, HttpMethod> methods = Map.of("get", HttpMethod.GET, "head", HttpMethod.HEAD,
                "put", HttpMethod.PUT, "delete", HttpMethod.DELETE, "part", HttpMethod.PUT);
        if (!methods.containsKey(form)) {
            throw new Adapter.Unsupported("makes no forms");
        }
        GeneratePresignedUrlRequest how = new GeneratePresignedUrlRequest(r.bucket(), r.key(),
                methods.get(form)).withExpiration(new Date(System.currentTimeMillis() + 600000));
        if (form.equals("part")) {
            how.addRequestParameter("uploadId", r.text("upload"));
            how.addRequestParameter("partNumber", String.valueOf(r.number("number")));
        }
        AmazonS3 by = r.text("form").endsWith("_v2") ? old : s3;
        return Map.of("url", by.generatePresignedUrl(how).toString());
    }

    public String version() {
        return VersionInfoUtils.getVersion();
    }

    public String code(Throwable why) {
        if (!(why instanceof AmazonServiceException)) {
            return null;
        }
        String code = ((AmazonServiceException) why).getErrorCode();
        return code.startsWith("404") ? "404" : code;
    }

    Map<String, Object> upload(Adapter.Request r) throws Exception {
        TransferManager manager = TransferManagerBuilder.standard().withS3Client(s3)
                .withMultipartUploadThreshold(r.number("part"))
                .withMinimumUploadPartSize(r.number("part"))
                .withShutDownThreadPools(true).build();
        try {
            manager.upload(r.bucket(), r.key(), r.file().toFile()).waitForCompletion();
        } finally {
            manager.shutdownNow(false);
        }
        return Map.of();
    }

    Map<String, Object> list(Adapter.Request r) {
        List<String> keys = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        ListObjectsV2Request how = new ListObjectsV2Request().withBucketName(r.bucket())
                .withPrefix(r.text("prefix")).withMaxKeys((int) r.number("page"));
        if (!r.text("delimiter").isEmpty()) {
            how.setDelimiter(r.text("delimiter"));
        }
        ListObjectsV2Result page;
        do {
            page = s3.listObjectsV2(how);
            page.getObjectSummaries().forEach(o -> keys.add(o.getKey()));
            prefixes.addAll(page.getCommonPrefixes());
            how.setContinuationToken(page.getNextContinuationToken());
        } while (page.isTruncated());
        return Map.of("keys", keys, "prefixes", prefixes);
    }

    Map<String, Object> put(Adapter.Request r) {
        ObjectMetadata meta = new ObjectMetadata();
        meta.setUserMetadata(r.meta());
        if (!r.text("type").isEmpty()) {
            meta.setContentType(r.text("type"));
        }
        return Map.of("etag", s3.putObject(new PutObjectRequest(r.bucket(), r.key(),
                r.file().toFile()).withMetadata(meta)).getETag());
    }

    public Map<String, Object> answer(Adapter.Request r) throws Exception {
        Date soon = new Date(System.currentTimeMillis() + 600000);
        switch (r.text("op")) {
        case "make_bucket":
            s3.createBucket(r.bucket());
            return Map.of();
        case "delete_bucket":
            s3.deleteBucket(r.bucket());
            return Map.of();
        case "buckets":
            return Map.of("names", s3.listBuckets().stream().map(Bucket::getName).toList());
        case "put":
            return put(r);
        case "upload":
            return upload(r);
        case "get":
        case "range":
            GetObjectRequest how = new GetObjectRequest(r.bucket(), r.key());
            if (r.range() != null) {
                how.setRange(r.number("first"), r.number("last"));
            }
            try (S3Object got = s3.getObject(how)) {
                return r.save(got.getObjectContent().readAllBytes());
            }
        case "head":
            ObjectMetadata got = s3.getObjectMetadata(r.bucket(), r.key());
            return Map.of("size", got.getContentLength(), "etag", got.getETag(), "type",
                    got.getContentType(), "meta", got.getUserMetadata());
        case "list":
            return list(r);
        case "copy":
            s3.copyObject(r.bucket(), r.text("source"), r.bucket(), r.key());
            return Map.of();
        case "delete":
            s3.deleteObject(r.bucket(), r.key());
            return Map.of();
        case "delete_many":
            s3.deleteObjects(new DeleteObjectsRequest(r.bucket())
                    .withKeys(r.keys().toArray(new String[0])));
            return Map.of();
        case "presign_get":
            return Map.of("url", s3.generatePresignedUrl(r.bucket(), r.key(), soon).toString());
        case "presign_put":
            return Map.of("url", s3.generatePresignedUrl(r.bucket(), r.key(), soon,
                    HttpMethod.PUT).toString());
        case "presign":
            return presign(r);
        default:
            throw new Adapter.Unsupported("has no such call");
        }
    }
}
