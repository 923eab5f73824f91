// SPDX-License-Identifier: Apache-2.0
// rust-s3.
use crate::{env, failure, unsupported, Answer, Failure, Request};
use s3::creds::Credentials;
use s3::error::S3Error;
use s3::{Bucket, BucketConfiguration, Region};
use serde_json::json;

fn place() -> (Region, Credentials) {
    let region = Region::Custom { region: env("REGION"), endpoint: env("ENDPOINT") };
    let keys = Credentials::new(Some(&env("ACCESS_KEY")), Some(&env("SECRET_KEY")), None, None, None);
    (region, keys.expect("credentials"))
}

fn fail(why: S3Error) -> Failure {
    let text = format!("{why:?}");
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"))
        .map(|(code, _)| code.to_string());
    let code = code.unwrap_or(if text.contains("404") { "NotFound".into() } else { "".into() });
    failure(&code, text)
}

pub async fn answer(r: &Request) -> Answer {
    let (region, keys) = place();
    let key = r.text("key");
    let bucket = Bucket::new(r.text("bucket"), region.clone(), keys.clone()).map_err(fail)?
        .with_path_style();
    match r.text("op") {
        "make_bucket" => {
            let how = BucketConfiguration::default();
            Bucket::create_with_path_style(r.text("bucket"), region, keys, how).await.map_err(fail)?;
        }
        "delete_bucket" => {
            bucket.delete().await.map_err(fail)?;
        }
        "buckets" => {
            let got = Bucket::list_buckets(region, keys).await.map_err(fail)?;
            return Ok(json!({"names": got.bucket_names().collect::<Vec<_>>()}));
        }
        "put" => {
            let mut bucket = *bucket;
            for (name, value) in r.meta() {
                bucket.add_header(&format!("x-amz-meta-{name}"), &value);
            }
            let kind = r.text("type");
            let kind = if kind.is_empty() { "application/octet-stream" } else { kind };
            bucket.put_object_with_content_type(key, &r.read(), kind).await.map_err(fail)?;
        }
        "upload" => {
            // Its chunks are 8 MiB, always.
            let data = r.read();
            bucket.put_object_stream(&mut data.as_slice(), key).await.map_err(fail)?;
        }
        "get" => return r.write(bucket.get_object(key).await.map_err(fail)?.bytes()),
        "range" => {
            let got = bucket.get_object_range(key, r.number("first"), Some(r.number("last"))).await;
            return r.write(got.map_err(fail)?.bytes());
        }
        "head" => {
            let (got, _) = bucket.head_object(key).await.map_err(fail)?;
            return Ok(json!({"size": got.content_length, "etag": got.e_tag,
                "type": got.content_type, "meta": got.metadata}));
        }
        "list" => {
            let delimiter = Some(r.text("delimiter").to_string()).filter(|d| !d.is_empty());
            let pages = bucket.list(r.text("prefix").to_string(), delimiter).await.map_err(fail)?;
            let (mut keys, mut prefixes) = (vec![], vec![]);
            for page in pages {
                keys.extend(page.contents.into_iter().map(|o| o.key));
                prefixes.extend(page.common_prefixes.unwrap_or_default().into_iter().map(|p| p.prefix));
            }
            return Ok(json!({"keys": keys, "prefixes": prefixes}));
        }
        "copy" => {
            bucket.copy_object_internal(r.text("source"), key).await.map_err(fail)?;
        }
        "delete" => {
            bucket.delete_object(key).await.map_err(fail)?;
        }
        "presign_get" => {
            return Ok(json!({"url": bucket.presign_get(key, 600, None).await.map_err(fail)?}));
        }
        "presign_put" => {
            return Ok(json!({"url": bucket.presign_put(key, 600, None, None).await.map_err(fail)?}));
        }
        _ => return unsupported("has no such call"),
    }
    Ok(json!({}))
}
