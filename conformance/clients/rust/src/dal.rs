// SPDX-License-Identifier: Apache-2.0
// OpenDAL.
use crate::{env, failure, unsupported, Answer, Failure, Request};
use opendal::{services::S3, EntryMode, Error, ErrorKind, Operator};
use serde_json::json;
use std::time::Duration;

fn operator(r: &Request) -> Result<Operator, Failure> {
    let builder = S3::default()
        .endpoint(&env("ENDPOINT"))
        .access_key_id(&env("ACCESS_KEY"))
        .secret_access_key(&env("SECRET_KEY"))
        .region(&env("REGION"))
        .disable_config_load()
        .bucket(r.text("bucket"));
    Operator::new(builder).map_err(fail)
}

fn fail(why: Error) -> Failure {
    let text = format!("{why:?}");
    let known = ["SignatureDoesNotMatch", "NoSuchBucket"].into_iter().find(|c| text.contains(c));
    let code = match why.kind() {
        _ if known.is_some() => known.unwrap_or(""),
        ErrorKind::NotFound => "NotFound",
        ErrorKind::ConditionNotMatch => "PreconditionFailed",
        _ => "",
    };
    failure(code, text)
}

pub async fn answer(r: &Request) -> Answer {
    let s3 = operator(r)?;
    let key = r.text("key");
    match r.text("op") {
        "put" => {
            let mut write = s3.write_with(key, r.read());
            if !r.text("type").is_empty() {
                write = write.content_type(r.text("type"));
            }
            if !r.meta().is_empty() {
                write = write.user_metadata(r.meta());
            }
            write.await.map_err(fail)?;
            Ok(json!({}))
        }
        "put_new" => {
            s3.write_with(key, r.read()).if_not_exists(true).await.map_err(fail)?;
            Ok(json!({}))
        }
        "put_if" => {
            s3.write_with(key, r.read()).if_match(r.text("etag")).await.map_err(fail)?;
            Ok(json!({}))
        }
        "upload" => {
            let mut writer =
                s3.writer_with(key).chunk(r.number("part") as usize).await.map_err(fail)?;
            writer.write(r.read()).await.map_err(fail)?;
            writer.close().await.map_err(fail)?;
            Ok(json!({}))
        }
        "get" => r.write(&s3.read(key).await.map_err(fail)?.to_vec()),
        "range" => {
            let span = r.number("first")..r.number("last") + 1;
            r.write(&s3.read_with(key).range(span).await.map_err(fail)?.to_vec())
        }
        "head" => {
            let got = s3.stat(key).await.map_err(fail)?;
            Ok(json!({"size": got.content_length(), "etag": got.etag(),
                "type": got.content_type(), "meta": got.user_metadata()}))
        }
        "list" => {
            let prefix = r.text("prefix");
            let flat = r.text("delimiter").is_empty();
            let rows = s3.list_with(prefix).recursive(flat).limit(r.number("page") as usize)
                .await.map_err(fail)?;
            let (mut keys, mut prefixes) = (vec![], vec![]);
            for row in rows {
                if row.path() == prefix && !flat {
                    continue;
                }
                if row.metadata().mode() == EntryMode::DIR {
                    prefixes.push(row.path().to_string());
                } else {
                    keys.push(row.path().to_string());
                }
            }
            Ok(json!({"keys": keys, "prefixes": prefixes}))
        }
        "copy" => {
            s3.copy(r.text("source"), key).await.map_err(fail)?;
            Ok(json!({}))
        }
        "delete" => {
            s3.delete(key).await.map_err(fail)?;
            Ok(json!({}))
        }
        "delete_many" => {
            s3.delete_iter(r.keys()).await.map_err(fail)?;
            Ok(json!({}))
        }
        "presign_get" => {
            let got = s3.presign_read(key, Duration::from_secs(600)).await.map_err(fail)?;
            Ok(json!({"url": got.uri().to_string()}))
        }
        "presign_put" => {
            let got = s3.presign_write(key, Duration::from_secs(600)).await.map_err(fail)?;
            Ok(json!({"url": got.uri().to_string()}))
        }
        "presign" => {
            let time = Duration::from_secs(600);
            let got = match r.text("form") {
                "get" => s3.presign_read(key, time).await,
                "head" => s3.presign_stat(key, time).await,
                "put" => s3.presign_write(key, time).await,
                "delete" => s3.presign_delete(key, time).await,
                _ => return unsupported("signs by version 4 only, no parts and no forms"),
            };
            Ok(json!({"url": got.map_err(fail)?.uri().to_string()}))
        }
        _ => unsupported("has no such call"),
    }
}
