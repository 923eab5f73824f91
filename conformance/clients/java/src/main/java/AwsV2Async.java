// SPDX-License-Identifier: Apache-2.0

import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.*;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The AWS SDK for Java, version 2, asynchronous: on Netty, or on AWS's common runtime. */
class AwsV2Async implements Adapter.Client {
    static final StaticCredentialsProvider keys = StaticCredentialsProvider.create(
            AwsBasicCredentials.create(Adapter.ACCESS_KEY, Adapter.SECRET_KEY));
    final S3AsyncClient s3;
    final S3Presigner signer = S3Presigner.builder().credentialsProvider(keys)
            .region(Region.of(Adapter.REGION)).endpointOverride(URI.create(Adapter.ENDPOINT))
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
            .build();

    AwsV2Async(S3AsyncClient s3) {
        this.s3 = s3;
    }

    static S3AsyncClient netty() {
        return S3AsyncClient.builder().credentialsProvider(keys)
                .region(Region.of(Adapter.REGION)).endpointOverride(URI.create(Adapter.ENDPOINT))
                .forcePathStyle(true)
                .multipartEnabled(true).multipartConfiguration(c -> c
                        .minimumPartSizeInBytes(5L << 20).thresholdInBytes(5L << 20)).build();
    }

    static S3AsyncClient crt() {
        return S3AsyncClient.crtBuilder().credentialsProvider(keys)
                .region(Region.of(Adapter.REGION)).endpointOverride(URI.create(Adapter.ENDPOINT))
                .forcePathStyle(true).minimumPartSizeInBytes(5L << 20)
                .thresholdInBytes(5L << 20).build();
    }

    public String version() {
        return VersionInfo.SDK_VERSION;
    }

    public String code(Throwable why) {
        if (!(why instanceof AwsServiceException)) {
            return null;
        }
        AwsServiceException aws = (AwsServiceException) why;
        String code = aws.awsErrorDetails() == null ? null : aws.awsErrorDetails().errorCode();
        return code == null || code.isEmpty() ? String.valueOf(aws.statusCode()) : code;
    }

    Map<String, Object> put(Adapter.Request r, PutObjectRequest.Builder how) throws Exception {
        PutObjectRequest request = how.bucket(r.bucket()).key(r.key()).build();
        PutObjectResponse got = s3.putObject(request, AsyncRequestBody.fromBytes(
                Files.readAllBytes(r.file()))).join();
        return Map.of("etag", got.eTag());
    }

    /** Above the threshold the client itself makes parts. */
    Map<String, Object> upload(Adapter.Request r) throws Exception {
        s3.putObject(b -> b.bucket(r.bucket()).key(r.key()), AsyncRequestBody.fromFile(r.file()))
                .join();
        return Map.of();
    }

    Map<String, Object> list(Adapter.Request r) {
        List<String> keys = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        String token = null;
        do {
            ListObjectsV2Response page = s3.listObjectsV2(ListObjectsV2Request.builder()
                    .bucket(r.bucket()).prefix(r.text("prefix")).maxKeys((int) r.number("page"))
                    .delimiter(r.text("delimiter").isEmpty() ? null : r.text("delimiter"))
                    .continuationToken(token).build()).join();
            page.contents().forEach(o -> keys.add(o.key()));
            page.commonPrefixes().forEach(p -> prefixes.add(p.prefix()));
            token = page.nextContinuationToken();
        } while (token != null);
        return Map.of("keys", keys, "prefixes", prefixes);
    }

    Map<String, Object> deleteMany(Adapter.Request r) {
        List<ObjectIdentifier> rows = new ArrayList<>();
        r.keys().forEach(k -> rows.add(ObjectIdentifier.builder().key(k).build()));
        DeleteObjectsResponse got = s3.deleteObjects(b -> b.bucket(r.bucket())
                .delete(d -> d.objects(rows))).join();
        if (!got.errors().isEmpty()) {
            throw new IllegalStateException(got.errors().toString());
        }
        return Map.of();
    }

    Map<String, Object> head(Adapter.Request r) {
        HeadObjectResponse got = s3.headObject(b -> b.bucket(r.bucket()).key(r.key())).join();
        Map<String, Object> all = new HashMap<>();
        all.put("size", got.contentLength());
        all.put("etag", got.eTag());
        all.put("type", got.contentType());
        all.put("meta", got.metadata());
        return all;
    }

    public Map<String, Object> answer(Adapter.Request r) throws Exception {
        PutObjectRequest.Builder how = PutObjectRequest.builder();
        switch (r.text("op")) {
        case "make_bucket":
            s3.createBucket(b -> b.bucket(r.bucket())).join();
            return Map.of();
        case "delete_bucket":
            s3.deleteBucket(b -> b.bucket(r.bucket())).join();
            return Map.of();
        case "buckets":
            return Map.of("names", s3.listBuckets().join().buckets().stream().map(Bucket::name)
                    .toList());
        case "put":
            return put(r, how.metadata(r.meta())
                    .contentType(r.text("type").isEmpty() ? null : r.text("type")));
        case "put_new":
            return put(r, how.ifNoneMatch("*"));
        case "put_if":
            return put(r, how.ifMatch(r.text("etag")));
        case "upload":
            return upload(r);
        case "get":
        case "range":
            return r.save(s3.getObject(GetObjectRequest.builder().bucket(r.bucket()).key(r.key())
                    .range(r.range()).build(), AsyncResponseTransformer.toBytes()).join().asByteArray());
        case "head":
            return head(r);
        case "list":
            return list(r);
        case "copy":
            s3.copyObject(b -> b.sourceBucket(r.bucket()).sourceKey(r.text("source"))
                    .destinationBucket(r.bucket()).destinationKey(r.key())).join();
            return Map.of();
        case "delete":
            s3.deleteObject(b -> b.bucket(r.bucket()).key(r.key())).join();
            return Map.of();
        case "delete_many":
            return deleteMany(r);
        case "presign_get":
            return Map.of("url", signer.presignGetObject(p -> p.signatureDuration(
                    Duration.ofMinutes(10)).getObjectRequest(b -> b.bucket(r.bucket())
                    .key(r.key()))).url().toString());
        case "presign_put":
            return Map.of("url", signer.presignPutObject(p -> p.signatureDuration(
                    Duration.ofMinutes(10)).putObjectRequest(b -> b.bucket(r.bucket())
                    .key(r.key()))).url().toString());
        case "presign":
            return AwsV2.presign(signer, r);
        default:
            throw new Adapter.Unsupported("has no such call");
        }
    }
}
