// SPDX-License-Identifier: Apache-2.0
// MinIO's JavaScript client.
'use strict';
const fs = require('fs');
const Minio = require('minio');
const {run, collect, Unsupported, ENDPOINT, ACCESS_KEY, SECRET_KEY, REGION} =
    require('./adapter.js');

const url = new URL(ENDPOINT);
const options = {endPoint: url.hostname, port: Number(url.port) || undefined, region: REGION,
  useSSL: url.protocol === 'https:', accessKey: ACCESS_KEY, secretKey: SECRET_KEY,
  pathStyle: true};
const s3 = new Minio.Client(options);

run(require('minio/package.json').version, {
  async make_bucket(r) { await s3.makeBucket(r.bucket, REGION); },
  async delete_bucket(r) { await s3.removeBucket(r.bucket); },
  async buckets() { return {names: (await s3.listBuckets()).map((b) => b.name)}; },
  async put(r) {
    const meta = Object.assign({}, r.meta);
    if (r.type) meta['Content-Type'] = r.type;
    const body = fs.readFileSync(r.file);
    return {etag: (await s3.putObject(r.bucket, r.key, body, body.length, meta)).etag};
  },
  async upload(r) {
    const parts = new Minio.Client(Object.assign({partSize: r.part}, options));
    await parts.fPutObject(r.bucket, r.key, r.file, {});
  },
  async get(r) { fs.writeFileSync(r.file, await collect(await s3.getObject(r.bucket, r.key))); },
  async range(r) {
    fs.writeFileSync(r.file, await collect(await s3.getPartialObject(
        r.bucket, r.key, r.first, r.last - r.first + 1)));
  },
  async head(r) {
    const got = await s3.statObject(r.bucket, r.key);
    return {size: got.size, etag: got.etag, type: got.metaData['content-type'],
      meta: got.metaData};
  },
  async list(r) {
    const keys = [], prefixes = [];
    for await (const row of s3.listObjectsV2(r.bucket, r.prefix, !r.delimiter)) {
      if (row.prefix !== undefined) prefixes.push(row.prefix); else keys.push(row.name);
    }
    return {keys, prefixes};
  },
  async copy(r) {
    await s3.copyObject(r.bucket, r.key, '/' + r.bucket + '/' + r.source);
  },
  async delete(r) { await s3.removeObject(r.bucket, r.key); },
  async delete_many(r) { await s3.removeObjects(r.bucket, r.keys); },
  async presign_get(r) { return {url: await s3.presignedGetObject(r.bucket, r.key, 600)}; },
  async presign_put(r) { return {url: await s3.presignedPutObject(r.bucket, r.key, 600)}; },
  async presign(r) {
    const methods = {get: 'GET', head: 'HEAD', put: 'PUT', delete: 'DELETE', part: 'PUT'};
    if (r.form === 'post') {
      const policy = s3.newPostPolicy();
      policy.setBucket(r.bucket);
      policy.setKey(r.key);
      policy.setExpires(new Date(Date.now() + 600000));
      const got = await s3.presignedPostPolicy(policy);
      return {url: got.postURL, fields: got.formData};
    }
    if (!methods[r.form]) throw new Unsupported('signs by version 4 only');
    const query = r.form === 'part' ? {uploadId: r.upload, partNumber: String(r.number)} : {};
    return {url: await s3.presignedUrl(methods[r.form], r.bucket, r.key, 600, query)};
  },
  async put_new() { throw new Unsupported('has no conditions on writes'); },
  async put_if() { throw new Unsupported('has no conditions on writes'); },
});
