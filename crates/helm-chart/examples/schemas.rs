//! Reads schemas and values, one JSON object (`{"text": schema, "base": YAML}`) a line, and prints what is wrong with the
//! values: the other half of a comparison with Helm's validator.

use std::io::{self, BufRead, Write};

use helm_chart::Schema;

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let request: serde_json::Value = serde_json::from_str(&line?)?;
        let schema = Schema::new(request["text"].as_str().unwrap_or_default());
        let values = goyaml::map_from_str(request["base"].as_str().unwrap_or_default()).unwrap_or_default();
        let values = values
            .into_iter()
            .map(|(key, value)| (key, value.through_json()))
            .collect();
        writeln!(out, "{}", serde_json::json!({"schema": schema.check(&values).err()}))?;
    }
    Ok(())
}
