// SPDX-License-Identifier: Apache-2.0
// The AWS SDK for JavaScript, version 3.
'use strict';
const fs = require('fs');
const s3 = require('@aws-sdk/client-s3');
const {Upload} = require('@aws-sdk/lib-storage');
const {getSignedUrl} = require('@aws-sdk/s3-request-presigner');
const {createPresignedPost} = require('@aws-sdk/s3-presigned-post');
const {run, Unsupported, ENDPOINT, ACCESS_KEY, SECRET_KEY, REGION} = require('./adapter.js');

const client = new s3.S3Client({endpoint: ENDPOINT, region: REGION, forcePathStyle: true,
  credentials: {accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY}});

const put = (r, more) => client.send(new s3.PutObjectCommand(Object.assign(
    {Bucket: r.bucket, Key: r.key, Body: fs.readFileSync(r.file)}, more)));
const fetchTo = async (r, more) => {
  const got = await client.send(new s3.GetObjectCommand(Object.assign(
      {Bucket: r.bucket, Key: r.key}, more)));
  fs.writeFileSync(r.file, Buffer.from(await got.Body.transformToByteArray()));
};

run(require('@aws-sdk/client-s3/package.json').version, {
  async make_bucket(r) { await client.send(new s3.CreateBucketCommand({Bucket: r.bucket})); },
  async delete_bucket(r) { await client.send(new s3.DeleteBucketCommand({Bucket: r.bucket})); },
  async buckets() {
    return {names: (await client.send(new s3.ListBucketsCommand({}))).Buckets.map((b) => b.Name)};
  },
  async put(r) {
    return {etag: (await put(r, {ContentType: r.type || undefined, Metadata: r.meta})).ETag};
  },
  async put_new(r) { await put(r, {IfNoneMatch: '*'}); },
  async put_if(r) { await put(r, {IfMatch: r.etag}); },
  async upload(r) {
    await new Upload({client, partSize: r.part, params: {Bucket: r.bucket, Key: r.key,
      Body: fs.createReadStream(r.file)}}).done();
  },
  async get(r) { await fetchTo(r); },
  async range(r) { await fetchTo(r, {Range: `bytes=${r.first}-${r.last}`}); },
  async head(r) {
    const got = await client.send(new s3.HeadObjectCommand({Bucket: r.bucket, Key: r.key}));
    return {size: got.ContentLength, etag: got.ETag, type: got.ContentType, meta: got.Metadata};
  },
  async list(r) {
    const keys = [], prefixes = [];
    for await (const page of s3.paginateListObjectsV2({client, pageSize: r.page},
        {Bucket: r.bucket, Prefix: r.prefix, Delimiter: r.delimiter || undefined})) {
      keys.push(...(page.Contents || []).map((o) => o.Key));
      prefixes.push(...(page.CommonPrefixes || []).map((p) => p.Prefix));
    }
    return {keys, prefixes};
  },
  async copy(r) {
    await client.send(new s3.CopyObjectCommand({Bucket: r.bucket, Key: r.key,
      CopySource: r.bucket + '/' + encodeURIComponent(r.source)}));
  },
  async delete(r) {
    await client.send(new s3.DeleteObjectCommand({Bucket: r.bucket, Key: r.key}));
  },
  async delete_many(r) {
    const got = await client.send(new s3.DeleteObjectsCommand({Bucket: r.bucket,
      Delete: {Objects: r.keys.map((Key) => ({Key}))}}));
    if (got.Errors && got.Errors.length) throw new Error(JSON.stringify(got.Errors));
  },
  async presign_get(r) {
    return {url: await getSignedUrl(client, new s3.GetObjectCommand(
        {Bucket: r.bucket, Key: r.key}))};
  },
  async presign_put(r) {
    return {url: await getSignedUrl(client, new s3.PutObjectCommand(
        {Bucket: r.bucket, Key: r.key}))};
  },
  async presign(r) {
    const commands = {get: s3.GetObjectCommand, head: s3.HeadObjectCommand,
      put: s3.PutObjectCommand, delete: s3.DeleteObjectCommand, part: s3.UploadPartCommand};
    if (r.form === 'post') {
      return await createPresignedPost(client, {Bucket: r.bucket, Key: r.key});
    }
    if (!commands[r.form]) throw new Unsupported('signs by version 4 only');
    return {url: await getSignedUrl(client, new commands[r.form]({Bucket: r.bucket, Key: r.key,
      UploadId: r.upload, PartNumber: r.number}))};
  },
  async own_typed_exceptions(r) {
    const fails = async (command, kind) => {
      try {
        await client.send(command);
      } catch (why) {
        if (why instanceof kind) return;
        throw why;
      }
      throw new Error('should have failed');
    };
    await fails(new s3.GetObjectCommand({Bucket: r.bucket, Key: 'none/such'}), s3.NoSuchKey);
    await fails(new s3.HeadObjectCommand({Bucket: r.bucket, Key: 'none/such'}), s3.NotFound);
    await fails(new s3.ListObjectsV2Command({Bucket: r.bucket + '-none'}), s3.NoSuchBucket);
  },
  async own_stream_of_known_length(r) {
    fs.writeFileSync('stream', Buffer.alloc(3000000, 'abc'));
    await client.send(new s3.PutObjectCommand({Bucket: r.bucket, Key: 'stream',
      Body: fs.createReadStream('stream'), ContentLength: 3000000,
      ChecksumAlgorithm: 'SHA256'}));
    const got = await client.send(new s3.GetObjectCommand({Bucket: r.bucket, Key: 'stream',
      ChecksumMode: 'ENABLED'}));
    if ((await got.Body.transformToByteArray()).length !== 3000000) throw new Error('length');
  },
});
