// SPDX-License-Identifier: Apache-2.0
// The loop of the Rust adapters; the first argument names the client.
mod aws;
mod dal;
mod rs3;
mod store;

use serde_json::{json, Value};
use std::io::{BufRead, Write};

/// What went wrong: S3's code where the client shows it, or that there is no such call.
pub enum Failure {
    Unsupported(String),
    Error { code: String, text: String },
}

pub type Answer = Result<Value, Failure>;

pub fn unsupported(why: &str) -> Answer {
    Err(Failure::Unsupported(why.to_string()))
}

pub fn failure(code: &str, text: impl std::fmt::Debug) -> Failure {
    let mut text = format!("{text:?}");
    text.truncate(text.char_indices().nth(600).map_or(text.len(), |(n, _)| n));
    Failure::Error { code: code.to_string(), text }
}

/// A request, with short ways to its fields.
pub struct Request(pub Value);

impl Request {
    pub fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or("")
    }
    pub fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap_or(0)
    }
    pub fn keys(&self) -> Vec<String> {
        let rows = self.0["keys"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|k| k.as_str().unwrap_or("").to_string()).collect()
    }
    pub fn meta(&self) -> Vec<(String, String)> {
        let rows = self.0["meta"].as_object().cloned().unwrap_or_default();
        rows.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap_or("").to_string())).collect()
    }
    pub fn read(&self) -> Vec<u8> {
        std::fs::read(self.text("file")).expect("file")
    }
    pub fn write(&self, data: &[u8]) -> Answer {
        std::fs::write(self.text("file"), data).expect("file");
        Ok(json!({}))
    }
}

pub fn env(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// The version cargo chose, from the lock file the program was built with.
fn version(package: &str) -> String {
    let lock = include_str!("../Cargo.lock");
    let start = lock.find(&format!("name = \"{package}\"\nversion = \"")).unwrap_or(0);
    lock[start..].split('"').nth(3).unwrap_or("?").to_string()
}

fn say(message: Value) {
    let mut out = std::io::stdout();
    writeln!(out, "{message}").and_then(|_| out.flush()).expect("stdout");
}

#[tokio::main]
async fn main() {
    let client = std::env::args().nth(1).expect("a client");
    let package = match client.as_str() {
        "aws-sdk-rust" => "aws-sdk-s3",
        other => other,
    };
    let limits = match client.as_str() {
        "object_store" => json!({
            "keys_dots": "refuses dot segments", "keys_slashes": "refuses empty segments"}),
        "opendal" => json!({
            "keys_dots": "takes dot segments for folders",
            "keys_slashes": "drops double slashes and slashes in front"}),
        "rust-s3" => json!({
            "make_bucket": "names us-east-1 as LocationConstraint of an endpoint of one's own, which AWS refuses",
            "keys_dots": "its URL library removes dot segments",
            "keys_slashes": "drops slashes in front",
            "copy_awkward": "puts the source into a header as it is"}),
        _ => json!({}),
    };
    say(json!({"version": version(package), "limits": limits}));
    for line in std::io::stdin().lock().lines() {
        let request = Request(serde_json::from_str(&line.expect("stdin")).expect("JSON"));
        let answer = match client.as_str() {
            "aws-sdk-rust" => aws::answer(&request).await,
            "object_store" => store::answer(&request).await,
            "opendal" => dal::answer(&request).await,
            _ => rs3::answer(&request).await,
        };
        say(match answer {
            Ok(mut value) => {
                value["ok"] = json!(true);
                value
            }
            Err(Failure::Unsupported(why)) => json!({"unsupported": why}),
            Err(Failure::Error { code, text }) => {
                json!({"error": code, "type": "Error", "text": text})
            }
        });
    }
}
