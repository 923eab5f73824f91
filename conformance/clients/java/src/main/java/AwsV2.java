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
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.core.util.VersionInfo;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.*;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** The AWS SDK for Java, version 2, synchronous. */
class AwsV2 implements Adapter.Client {
    final StaticCredentialsProvider keys = StaticCredentialsProvider.create(
            AwsBasicCredentials.create(Adapter.ACCESS_KEY, Adapter.SECRET_KEY));
    final S3Client s3 = S3Client.builder().credentialsProvider(keys)
            .region(Region.of(Adapter.REGION)).endpointOverride(URI.create(Adapter.ENDPOINT))
            .forcePathStyle(true).build();
    final S3Presigner signer = S3Presigner.builder().credentialsProvider(keys)
            .region(Region.of(Adapter.REGION)).endpointOverride(URI.create(Adapter.ENDPOINT))
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(true).build())
            .build();

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
        PutObjectResponse got = s3.putObject(request, RequestBody.fromBytes(
                Files.readAllBytes(r.file())));
        return Map.of("etag", got.eTag());
    }

    Map<String, Object> upload(Adapter.Request r) throws Exception {
        byte[] data = Files.readAllBytes(r.file());
        int size = (int) r.number("part");
        String id = s3.createMultipartUpload(b -> b.bucket(r.bucket()).key(r.key())).uploadId();
        List<CompletedPart> parts = new ArrayList<>();
        for (int at = 0; at < data.length; at += size) {
            int n = at / size + 1;
            byte[] piece = java.util.Arrays.copyOfRange(data, at, Math.min(data.length, at + size));
            UploadPartResponse sent = s3.uploadPart(b -> b.bucket(r.bucket()).key(r.key())
                    .uploadId(id).partNumber(n), RequestBody.fromBytes(piece));
            parts.add(CompletedPart.builder().partNumber(n).eTag(sent.eTag())
                    .checksumCRC32(sent.checksumCRC32()).build());
        }
        s3.completeMultipartUpload(b -> b.bucket(r.bucket()).key(r.key()).uploadId(id)
                .multipartUpload(m -> m.parts(parts)));
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
                    .continuationToken(token).build());
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
                .delete(d -> d.objects(rows)));
        if (!got.errors().isEmpty()) {
            throw new IllegalStateException(got.errors().toString());
        }
        return Map.of();
    }

    Map<String, Object> head(Adapter.Request r) {
        HeadObjectResponse got = s3.headObject(b -> b.bucket(r.bucket()).key(r.key()));
        Map<String, Object> all = new HashMap<>();
        all.put("size", got.contentLength());
        all.put("etag", got.eTag());
        all.put("type", got.contentType());
        all.put("meta", got.metadata());
        return all;
    }

    static Map<String, Object> presign(S3Presigner signer, Adapter.Request r) {
        Duration time = Duration.ofMinutes(10);
        PresignedRequest got;
        switch (r.text("form")) {
        case "get":
            got = signer.presignGetObject(p -> p.signatureDuration(time).getObjectRequest(
                    b -> b.bucket(r.bucket()).key(r.key())));
            break;
        case "head":
            got = signer.presignHeadObject(p -> p.signatureDuration(time).headObjectRequest(
                    b -> b.bucket(r.bucket()).key(r.key())));
            break;
        case "put":
            got = signer.presignPutObject(p -> p.signatureDuration(time).putObjectRequest(
                    b -> b.bucket(r.bucket()).key(r.key())));
            break;
        case "delete":
            got = signer.presignDeleteObject(p -> p.signatureDuration(time).deleteObjectRequest(
                    b -> b.bucket(r.bucket()).key(r.key())));
            break;
        case "part":
            got = signer.presignUploadPart(p -> p.signatureDuration(time).uploadPartRequest(
                    b -> b.bucket(r.bucket()).key(r.key()).uploadId(r.text("upload"))
                            .partNumber((int) r.number("number"))));
            break;
        default:
            throw new Adapter.Unsupported("signs by version 4 only, and no forms");
        }
        return Adapter.link(got.url(), got.signedHeaders());
    }

    public Map<String, Object> answer(Adapter.Request r) throws Exception {
        PutObjectRequest.Builder how = PutObjectRequest.builder();
        switch (r.text("op")) {
        case "make_bucket":
            s3.createBucket(b -> b.bucket(r.bucket()));
            return Map.of();
        case "delete_bucket":
            s3.deleteBucket(b -> b.bucket(r.bucket()));
            return Map.of();
        case "buckets":
            return Map.of("names", s3.listBuckets().buckets().stream().map(Bucket::name)
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
                    .range(r.range()).build(), ResponseTransformer.toBytes()).asByteArray());
        case "head":
            return head(r);
        case "list":
            return list(r);
        case "copy":
            s3.copyObject(b -> b.sourceBucket(r.bucket()).sourceKey(r.text("source"))
                    .destinationBucket(r.bucket()).destinationKey(r.key()));
            return Map.of();
        case "delete":
            s3.deleteObject(b -> b.bucket(r.bucket()).key(r.key()));
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
            return presign(signer, r);
        default:
            throw new Adapter.Unsupported("has no such call");
        }
    }
}
