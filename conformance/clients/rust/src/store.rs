// SPDX-License-Identifier: Apache-2.0
// object_store.
use crate::{env, failure, unsupported, Answer, Failure, Request};
use futures::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::signer::Signer;
use object_store::{
    Attribute, Attributes, Error, GetOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions,
    UpdateVersion, WriteMultipart,
};
use serde_json::json;
use std::time::Duration;

fn store(r: &Request) -> Result<AmazonS3, Failure> {
    AmazonS3Builder::new()
        .with_endpoint(env("ENDPOINT"))
        .with_access_key_id(env("ACCESS_KEY"))
        .with_secret_access_key(env("SECRET_KEY"))
        .with_region(env("REGION"))
        .with_allow_http(true)
        .with_bucket_name(r.text("bucket"))
        .build()
        .map_err(fail)
}

fn fail(why: Error) -> Failure {
    let text = format!("{why:?}");
    let code = match why {
        _ if text.contains("SignatureDoesNotMatch") => "SignatureDoesNotMatch",
        _ if text.contains("NoSuchBucket") => "NoSuchBucket",
        Error::NotFound { .. } => "NotFound",
        Error::AlreadyExists { .. } | Error::Precondition { .. } => "PreconditionFailed",
        _ => "",
    };
    failure(code, text)
}

fn path(key: &str) -> Result<Path, Failure> {
    Path::parse(key).map_err(|why| Failure::Unsupported(why.to_string()))
}

pub async fn answer(r: &Request) -> Answer {
    let s3 = store(r)?;
    let key = path(r.text("key"))?;
    match r.text("op") {
        "put" | "put_new" | "put_if" => {
            let mut options = PutOptions::default();
            let mut attributes = Attributes::new();
            if !r.text("type").is_empty() {
                attributes.insert(Attribute::ContentType, r.text("type").to_string().into());
            }
            for (name, value) in r.meta() {
                attributes.insert(Attribute::Metadata(name.into()), value.into());
            }
            options.attributes = attributes;
            options.mode = match r.text("op") {
                "put_new" => PutMode::Create,
                "put_if" => PutMode::Update(UpdateVersion {
                    e_tag: Some(r.text("etag").to_string()),
                    version: None,
                }),
                _ => PutMode::Overwrite,
            };
            let got = s3.put_opts(&key, r.read().into(), options).await.map_err(fail)?;
            Ok(json!({"etag": got.e_tag}))
        }
        "upload" => {
            let upload = s3.put_multipart(&key).await.map_err(fail)?;
            let mut writer = WriteMultipart::new_with_chunk_size(upload, r.number("part") as usize);
            writer.write(&r.read());
            writer.finish().await.map_err(fail)?;
            Ok(json!({}))
        }
        "get" => r.write(&s3.get(&key).await.map_err(fail)?.bytes().await.map_err(fail)?),
        "range" => {
            let span = r.number("first")..r.number("last") + 1;
            r.write(&s3.get_range(&key, span).await.map_err(fail)?)
        }
        "head" => {
            let options = GetOptions { head: true, ..Default::default() };
            let got = s3.get_opts(&key, options).await.map_err(fail)?;
            let mut meta = json!({});
            let mut kind = json!(null);
            for (name, value) in got.attributes.iter() {
                match name {
                    Attribute::Metadata(name) => meta[name.as_ref()] = json!(value.as_ref()),
                    Attribute::ContentType => kind = json!(value.as_ref()),
                    _ => (),
                }
            }
            Ok(json!({"size": got.meta.size, "etag": got.meta.e_tag, "type": kind, "meta": meta}))
        }
        "list" => {
            let prefix = r.text("prefix");
            let folder = path(prefix.rsplit_once('/').map_or("", |(folder, _)| folder))?;
            if r.text("delimiter").is_empty() {
                let rows: Vec<_> = s3.list(Some(&folder)).try_collect().await.map_err(fail)?;
                let keys: Vec<String> = rows.iter().map(|o| o.location.to_string())
                    .filter(|k| k.starts_with(prefix)).collect();
                return Ok(json!({"keys": keys, "prefixes": []}));
            }
            let got = s3.list_with_delimiter(Some(&folder)).await.map_err(fail)?;
            let keys: Vec<_> = got.objects.iter().map(|o| o.location.to_string()).collect();
            let prefixes: Vec<_> = got.common_prefixes.iter().map(|p| p.to_string()).collect();
            Ok(json!({"keys": keys, "prefixes": prefixes}))
        }
        "copy" => {
            s3.copy(&path(r.text("source"))?, &key).await.map_err(fail)?;
            Ok(json!({}))
        }
        "delete" => {
            s3.delete(&key).await.map_err(fail)?;
            Ok(json!({}))
        }
        "delete_many" => {
            let mut rows = vec![];
            for key in r.keys() {
                rows.push(Ok(path(&key)?));
            }
            let rows = futures::stream::iter(rows).boxed();
            s3.delete_stream(rows).try_collect::<Vec<_>>().await.map_err(fail)?;
            Ok(json!({}))
        }
        "presign_get" | "presign_put" => {
            let method = if r.text("op") == "presign_get" { http::Method::GET } else { http::Method::PUT };
            let url = s3.signed_url(method, &key, Duration::from_secs(600)).await.map_err(fail)?;
            Ok(json!({"url": url.to_string()}))
        }
        "presign" => {
            let method = match r.text("form") {
                "get" => http::Method::GET,
                "head" => http::Method::HEAD,
                "put" => http::Method::PUT,
                "delete" => http::Method::DELETE,
                _ => return unsupported("signs by version 4 only, no parts and no forms"),
            };
            let url = s3.signed_url(method, &key, Duration::from_secs(600)).await.map_err(fail)?;
            Ok(json!({"url": url.to_string()}))
        }
        _ => unsupported("has no such call"),
    }
}
