//! Reads values from lines of JSON (`{"base": YAML, "steps": [{"kind", "text"}]}`) and prints what Helm's flags make of
//! them, numbers tagged with their kind: the other half of a comparison with Helm's own parsers.

use std::io::{self, BufRead, Write};

use govalue::{Map, Value};
use helm_chart::strvals;

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let request: serde_json::Value = serde_json::from_str(&line?)?;
        let base = goyaml::from_str(request["base"].as_str().unwrap_or_default())
            .unwrap_or_default()
            .through_json();
        let mut values = base.into_map().unwrap_or_default();
        let steps = request["steps"].as_array().cloned().unwrap_or_default();
        let outcome = steps.iter().try_for_each(|step| {
            apply(
                step["kind"].as_str().unwrap_or_default(),
                step["text"].as_str().unwrap_or_default(),
                &mut values,
            )
        });
        let answer = match outcome {
            Ok(()) => serde_json::json!({"err": null, "log": "", "out": tagged_map(&values)}),
            Err(error) => serde_json::json!({"err": error.to_string(), "log": ""}),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn apply(kind: &str, line: &str, values: &mut Map) -> Result<(), strvals::StrvalsError> {
    match kind {
        "set" => strvals::set(line, values),
        "string" => strvals::set_string(line, values),
        "json" => strvals::set_json(line, values),
        "literal" => strvals::set_literal(line, values),
        _ => strvals::set_file(line, values, &mut |path| match path {
            "bad" => Err("no such file".to_owned()),
            path => Ok(format!("<{path}>").into()),
        }),
    }
}

fn tagged_map(map: &Map) -> serde_json::Value {
    map.iter()
        .map(|(key, value)| (key.to_string(), tagged(value)))
        .collect()
}

fn tagged(value: &Value) -> serde_json::Value {
    match value {
        Value::Int(number) => serde_json::json!({"$i": number.to_string()}),
        Value::Float(number) => {
            let style = govalue::number::FloatStyle::General;
            serde_json::json!({"$f": govalue::number::format_float(*number, style, None)})
        }
        Value::List(items) => items.iter().map(tagged).collect(),
        Value::Map(map) => tagged_map(map),
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}
