// SPDX-License-Identifier: Apache-2.0
// The AWS SDK for Rust.
use crate::{env, failure, unsupported, Answer, Failure, Request};
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use aws_sdk_s3::Client;
use serde_json::json;
use std::fmt::Debug;
use std::time::Duration;

fn client() -> Client {
    let keys = Credentials::new(env("ACCESS_KEY"), env("SECRET_KEY"), None, None, "env");
    Client::from_conf(
        aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(env("REGION")))
            .endpoint_url(env("ENDPOINT"))
            .credentials_provider(keys)
            .force_path_style(true)
            .build(),
    )
}

fn fail<E: ProvideErrorMetadata + Debug, R: Debug>(why: SdkError<E, R>) -> Failure {
    let code = why.code().unwrap_or("").to_string();
    failure(&code, why)
}

fn broken(why: impl Debug) -> Failure {
    failure("", why)
}

async fn upload(s3: &Client, r: &Request) -> Answer {
    let (bucket, key) = (r.text("bucket"), r.text("key"));
    let made = s3.create_multipart_upload().bucket(bucket).key(key).send().await.map_err(fail)?;
    let id = made.upload_id().unwrap_or("");
    let mut parts = vec![];
    for (n, piece) in r.read().chunks(r.number("part") as usize).enumerate() {
        let n = n as i32 + 1;
        let sent = s3.upload_part().bucket(bucket).key(key).upload_id(id).part_number(n)
            .body(ByteStream::from(piece.to_vec())).send().await.map_err(fail)?;
        parts.push(CompletedPart::builder().part_number(n).set_e_tag(sent.e_tag)
            .set_checksum_crc32(sent.checksum_crc32).build());
    }
    let all = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
    s3.complete_multipart_upload().bucket(bucket).key(key).upload_id(id).multipart_upload(all)
        .send().await.map_err(fail)?;
    Ok(json!({}))
}

async fn list(s3: &Client, r: &Request) -> Answer {
    let delimiter = Some(r.text("delimiter").to_string()).filter(|d| !d.is_empty());
    let mut pages = s3.list_objects_v2().bucket(r.text("bucket")).prefix(r.text("prefix"))
        .set_delimiter(delimiter).max_keys(r.number("page") as i32).into_paginator().send();
    let (mut keys, mut prefixes) = (vec![], vec![]);
    while let Some(page) = pages.next().await {
        let page = page.map_err(fail)?;
        keys.extend(page.contents().iter().filter_map(|o| o.key().map(String::from)));
        prefixes.extend(page.common_prefixes().iter().filter_map(|p| p.prefix().map(String::from)));
    }
    Ok(json!({"keys": keys, "prefixes": prefixes}))
}

async fn presign(s3: &Client, r: &Request) -> Answer {
    let (bucket, key) = (r.text("bucket"), r.text("key"));
    let how = PresigningConfig::expires_in(Duration::from_secs(600)).map_err(broken)?;
    let got = match r.text("form") {
        "get" => s3.get_object().bucket(bucket).key(key).presigned(how).await.map_err(fail)?,
        "head" => s3.head_object().bucket(bucket).key(key).presigned(how).await.map_err(fail)?,
        "put" => s3.put_object().bucket(bucket).key(key).presigned(how).await.map_err(fail)?,
        "delete" => s3.delete_object().bucket(bucket).key(key).presigned(how).await.map_err(fail)?,
        "part" => s3.upload_part().bucket(bucket).key(key).upload_id(r.text("upload"))
            .part_number(r.number("number") as i32).presigned(how).await.map_err(fail)?,
        _ => return unsupported("signs by version 4 only, and no forms"),
    };
    let headers: serde_json::Map<_, _> = got.headers()
        .map(|(name, value)| (name.to_string(), json!(value))).collect();
    Ok(json!({"url": got.uri(), "headers": headers}))
}

pub async fn answer(r: &Request) -> Answer {
    let s3 = client();
    let (bucket, key) = (r.text("bucket"), r.text("key"));
    let put = || s3.put_object().bucket(bucket).key(key).body(ByteStream::from(r.read()));
    match r.text("op") {
        "make_bucket" => {
            s3.create_bucket().bucket(bucket).send().await.map_err(fail)?;
        }
        "delete_bucket" => {
            s3.delete_bucket().bucket(bucket).send().await.map_err(fail)?;
        }
        "buckets" => {
            let got = s3.list_buckets().send().await.map_err(fail)?;
            let names: Vec<_> = got.buckets().iter().filter_map(|b| b.name()).collect();
            return Ok(json!({"names": names}));
        }
        "put" => {
            let mut request = put();
            if !r.text("type").is_empty() {
                request = request.content_type(r.text("type"));
            }
            for (name, value) in r.meta() {
                request = request.metadata(name, value);
            }
            let got = request.send().await.map_err(fail)?;
            return Ok(json!({"etag": got.e_tag()}));
        }
        "put_new" => {
            put().if_none_match("*").send().await.map_err(fail)?;
        }
        "put_if" => {
            put().if_match(r.text("etag")).send().await.map_err(fail)?;
        }
        "upload" => return upload(&s3, r).await,
        "get" | "range" => {
            let mut request = s3.get_object().bucket(bucket).key(key);
            if r.text("op") == "range" {
                request = request.range(format!("bytes={}-{}", r.number("first"), r.number("last")));
            }
            let got = request.send().await.map_err(fail)?;
            return r.write(&got.body.collect().await.map_err(broken)?.into_bytes());
        }
        "head" => {
            let got = s3.head_object().bucket(bucket).key(key).send().await.map_err(fail)?;
            return Ok(json!({"size": got.content_length(), "etag": got.e_tag(),
                "type": got.content_type(), "meta": got.metadata()}));
        }
        "list" => return list(&s3, r).await,
        "copy" => {
            let source: String = r.text("source").bytes().map(|b| format!("%{b:02X}")).collect();
            s3.copy_object().bucket(bucket).key(key).copy_source(format!("{bucket}/{source}"))
                .send().await.map_err(fail)?;
        }
        "delete" => {
            s3.delete_object().bucket(bucket).key(key).send().await.map_err(fail)?;
        }
        "delete_many" => {
            let rows = r.keys().into_iter()
                .map(|k| ObjectIdentifier::builder().key(k).build().expect("key")).collect();
            let all = Delete::builder().set_objects(Some(rows)).build().map_err(broken)?;
            let got = s3.delete_objects().bucket(bucket).delete(all).send().await.map_err(fail)?;
            if !got.errors().is_empty() {
                return Err(broken(got.errors()));
            }
        }
        "presign_get" => {
            let how = PresigningConfig::expires_in(Duration::from_secs(600)).map_err(broken)?;
            let got = s3.get_object().bucket(bucket).key(key).presigned(how).await.map_err(fail)?;
            return Ok(json!({"url": got.uri()}));
        }
        "presign_put" => {
            let how = PresigningConfig::expires_in(Duration::from_secs(600)).map_err(broken)?;
            let got = s3.put_object().bucket(bucket).key(key).presigned(how).await.map_err(fail)?;
            return Ok(json!({"url": got.uri()}));
        }
        "presign" => return presign(&s3, r).await,
        _ => return unsupported("has no such call"),
    }
    Ok(json!({}))
}
