//! Reads requests, one JSON object a line, and prints what this crate makes of the charts they name: the other half of a
//! comparison with Helm's own loader and values.
//!
//! `{"op": "load", "path"}` dumps a chart, `{"op": "values", "path", "values", "base", "steps"}` joins values.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufRead, Write};

use govalue::{Map, Value};
use helm_chart::{Chart, File, Overrides};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let request: Json = serde_json::from_str(&line?)?;
        let answer = match answer(&request) {
            Ok(answer) => answer,
            Err(error) => json!({"err": error}),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn answer(request: &Json) -> Result<Json, String> {
    let field = |name: &str| request[name].as_str().unwrap_or_default();
    let loaded = helm_chart::load(field("path")).map_err(|error| error.helm_text())?;
    if field("op") == "load" {
        return Ok(json!({"err": null, "out": dump(&loaded.chart)}));
    }
    let overrides = overrides(request)?;
    let user = overrides
        .join(|_| Err(String::new()))
        .map_err(|error| helm_chart::helm_text(&error))?;
    let processed = helm_chart::process_dependencies(&loaded.chart, &user).map_err(|error| format!("deps: {error}"))?;
    let joined = helm_chart::coalesce(&processed.chart, user).map_err(|error| error.to_string())?;
    let schema = helm_chart::validate(&processed.chart, &joined.values)
        .err()
        .map(|error| error.to_string());
    let mut log = String::new();
    for warning in processed.warnings.iter().chain(&joined.warnings) {
        writeln!(log, "{warning}").map_err(|error| error.to_string())?;
    }
    Ok(json!({"out": tagged_map(&joined.values), "chart": dump(&processed.chart), "schema": schema, "log": log}))
}

fn overrides(request: &Json) -> Result<Overrides, String> {
    let mut overrides = Overrides::default();
    if let Some(path) = request["values"].as_str().filter(|path| !path.is_empty()) {
        let contents = std::fs::read(path).map_err(|error| error.to_string())?;
        overrides.files.push((path.to_owned(), contents));
    }
    if let Some(base) = request["base"].as_str() {
        overrides.files.push(("base".to_owned(), base.as_bytes().to_vec()));
    }
    for step in request["steps"].as_array().into_iter().flatten() {
        let lines = match step["kind"].as_str() {
            Some("json") => &mut overrides.json,
            Some("string") => &mut overrides.string,
            _ => &mut overrides.set,
        };
        lines.push(step["text"].as_str().unwrap_or_default().to_owned());
    }
    Ok(overrides)
}

fn dump(chart: &Chart) -> Json {
    let mut dependencies: Vec<&Chart> = chart.dependencies.iter().map(AsRef::as_ref).collect();
    dependencies.sort_by(|left, right| left.name().cmp(right.name()));
    let text = |value: Result<String, serde_json::Error>| value.unwrap_or_default();
    json!({
        "raw": files(&chart.raw),
        "templates": files(&chart.templates),
        "files": files(&chart.files),
        "metadata": text(serde_json::to_string(&*chart.metadata)),
        "lock": text(serde_json::to_string(&chart.lock.as_deref())),
        "values": tagged_map(&chart.values),
        "schema": short_hash(chart.schema.as_ref().map_or(&[], |schema| schema.text().as_bytes())),
        "deps": dependencies.into_iter().map(dump).collect::<Vec<_>>(),
        "path": chart.full_path.to_string(),
    })
}

fn files(files: &[File]) -> Vec<String> {
    files
        .iter()
        .map(|file| format!("{} {}", file.name, short_hash(file.data.as_bytes())))
        .collect()
}

fn short_hash(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes).iter().take(8) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn tagged_map(map: &Map) -> Json {
    map.iter()
        .map(|(key, value)| (key.to_string(), tagged(value)))
        .collect()
}

fn tagged(value: &Value) -> Json {
    match value {
        Value::Int(number) => json!({"$i": number.to_string()}),
        Value::Float(number) => {
            json!({"$f": govalue::number::format_float(*number, govalue::number::FloatStyle::General, None)})
        }
        Value::List(items) => items.iter().map(tagged).collect(),
        Value::Map(map) => tagged_map(map),
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}
