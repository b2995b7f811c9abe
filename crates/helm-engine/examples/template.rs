//! Renders templates with Helm's functions: one JSON string per line in, one JSON object with `ok` or `err` per line out.
//!
//! Made for comparisons with real Helm, one line for each question.

use std::io::{BufRead, Write};

use govalue::{Str, Value};
use helm_chart::File;
use helm_engine::{Engine, RenderPool, Request};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = RenderPool::new(1)?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let answer = pool.run(move || render(&text)).unwrap_or_else(|| Err("a panic".into()));
        let (field, text) = match answer {
            Ok(text) => ("ok", text),
            Err(text) => ("err", text),
        };
        let answer = Value::from_iter([(field, Value::from(text))]);
        writeln!(out, "{}", govalue::json::to_string(&answer)?)?;
    }
    Ok(())
}

fn render(text: &str) -> Result<String, String> {
    let file = |name: &str, data: &str| File {
        name: Str::from(name),
        data: Str::from(data),
    };
    let files = vec![
        file("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        file("templates/t", text),
        file("a.txt", "l1\nl2\n"),
        file("d/b.yaml", "x: 1"),
    ];
    let chart = helm_chart::load_files(files).map_err(|error| error.helm_text())?.chart;
    let request = Request::new("rel", "ns");
    let rendered = Engine::new().render(&chart, govalue::Map::default(), &request);
    let mut rendered = rendered.map_err(|error| helm_chart::helm_text(&error))?;
    Ok(rendered.files.remove("c/templates/t").unwrap_or_default())
}
