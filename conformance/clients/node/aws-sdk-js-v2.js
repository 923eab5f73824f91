// SPDX-License-Identifier: Apache-2.0
// The AWS SDK for JavaScript, version 2.
'use strict';
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const fs = require('fs');
const AWS = require('aws-sdk');
const {run, Unsupported, ENDPOINT, ACCESS_KEY, SECRET_KEY, REGION} = require('./adapter.js');

const client = (signatureVersion) => new AWS.S3({endpoint: ENDPOINT, region: REGION,
  s3ForcePathStyle: true, accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY, signatureVersion});
const s3 = client('v4');
const fetchTo = async (r, more) => {
  const got = await s3.getObject(Object.assign({Bucket: r.bucket, Key: r.key}, more)).promise();
  fs.writeFileSync(r.file, got.Body);
};

run(AWS.VERSION, {
  async make_bucket(r) { await s3.createBucket({Bucket: r.bucket}).promise(); },
  async delete_bucket(r) { await s3.deleteBucket({Bucket: r.bucket}).promise(); },
  async buckets() {
    return {names: (await s3.listBuckets().promise()).Buckets.map((b) => b.Name)};
  },
  async put(r) {
    const got = await s3.putObject({Bucket: r.bucket, Key: r.key, Body: fs.readFileSync(r.file),
      ContentType: r.type, Metadata: r.meta}).promise();
    return {etag: got.ETag};
  },
  async upload(r) {
    await s3.upload({Bucket: r.bucket, Key: r.key, Body: fs.createReadStream(r.file)},
        {partSize: r.part}).promise();
  },
  async get(r) { await fetchTo(r); },
  async range(r) { await fetchTo(r, {Range: `bytes=${r.first}-${r.last}`}); },
  async head(r) {
    const got = await s3.headObject({Bucket: r.bucket, Key: r.key}).promise();
    return {size: got.ContentLength, etag: got.ETag, type: got.ContentType, meta: got.Metadata};
  },
  async list(r) {
    const keys = [], prefixes = [];
    let token;
    do {
      const page = await s3.listObjectsV2({Bucket: r.bucket, Prefix: r.prefix, MaxKeys: r.page,
        Delimiter: r.delimiter, ContinuationToken: token}).promise();
      keys.push(...page.Contents.map((o) => o.Key));
      prefixes.push(...page.CommonPrefixes.map((p) => p.Prefix));
      token = page.NextContinuationToken;
    } while (token);
    return {keys, prefixes};
  },
  async copy(r) {
    await s3.copyObject({Bucket: r.bucket, Key: r.key,
      CopySource: r.bucket + '/' + encodeURIComponent(r.source)}).promise();
  },
  async delete(r) { await s3.deleteObject({Bucket: r.bucket, Key: r.key}).promise(); },
  async delete_many(r) {
    const got = await s3.deleteObjects({Bucket: r.bucket,
      Delete: {Objects: r.keys.map((Key) => ({Key}))}}).promise();
    if (got.Errors.length) throw new Error(JSON.stringify(got.Errors));
  },
  async presign_get(r) {
    return {url: s3.getSignedUrl('getObject', {Bucket: r.bucket, Key: r.key})};
  },
  async presign_put(r) {
    return {url: s3.getSignedUrl('putObject', {Bucket: r.bucket, Key: r.key})};
  },
  async presign(r) {
    const forms = {get: 'getObject', head: 'headObject', put: 'putObject',
      delete: 'deleteObject', part: 'uploadPart'};
    if (r.form === 'post_v2') throw new Unsupported('signs forms by version 4 only');
    if (r.form === 'post') {
      return s3.createPresignedPost({Bucket: r.bucket, Fields: {key: r.key}});
    }
    const two = r.form.endsWith('_v2');
    const more = r.form.startsWith('part') ? {UploadId: r.upload, PartNumber: r.number} : {};
    return {url: (two ? client('v2') : s3).getSignedUrl(forms[r.form.replace('_v2', '')],
        Object.assign({Bucket: r.bucket, Key: r.key}, more))};
  },
  async put_new() { throw new Unsupported('knows no conditional writes'); },
  async put_if() { throw new Unsupported('knows no conditional writes'); },
});
