//! `values.schema.json`: what a chart demands of its values.

mod compile;
mod formats;
mod multiple;
mod number;
mod plain;
mod render;
mod rewrite;

use std::fmt::{self, Write as _};
use std::sync::OnceLock;

use govalue::{Map, Str, Value};

use crate::chart::Chart;
use crate::json;
use crate::values::go_type;
use compile::Compiled;
use plain::Plain;

/// A chart's schema, of any draft from 4 to 2020-12.
///
/// It is compiled once, when it is first used. References to files and to other hosts are refused as Helm refuses those
/// it cannot reach: a render never leaves the process.
pub struct Schema {
    text: Str,
    plain: OnceLock<Option<Plain>>,
    compiled: OnceLock<Result<Compiled, String>>,
}

/// Why values do not meet the schemas of a chart and its subcharts; it displays as Helm prints it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("values don't meet the specifications of the schema(s) in the following chart(s):\n{0}")]
pub struct SchemaError(String);

impl Schema {
    /// A schema from its text.
    pub fn new(text: impl Into<Str>) -> Self {
        Self {
            text: text.into(),
            plain: OnceLock::new(),
            compiled: OnceLock::new(),
        }
    }

    /// The text.
    pub fn text(&self) -> &Str {
        &self.text
    }

    /// Checks values; the error is Helm's text, all complaints at once.
    pub fn check(&self, values: &Map) -> Result<(), String> {
        let plain = self.plain.get_or_init(|| Plain::read(self.text.as_bytes()));
        if plain.as_ref().is_some_and(|plain| plain.accepts(values)) {
            return Ok(());
        }
        match self.compiled.get_or_init(|| Compiled::new(self.text.as_bytes())) {
            Ok(compiled) => compiled.check(&json::object(values)),
            Err(problem) => Err(problem.clone()),
        }
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.text).finish()
    }
}

/// Checks joined values against the schemas of a chart and its subcharts: Helm's `ValidateAgainstSchema`.
pub fn validate(chart: &Chart, values: &Map) -> Result<(), SchemaError> {
    let problems = problems(chart, values);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(SchemaError(problems))
    }
}

fn problems(chart: &Chart, values: &Map) -> String {
    let mut text = String::new();
    if let Some(Err(problem)) = chart.schema.as_ref().map(|schema| schema.check(values)) {
        let _ = write!(text, "{}:\n{problem}", chart.name());
    }
    for subchart in &chart.dependencies {
        match values.get(subchart.name().as_bytes()) {
            None | Some(Value::Null) => {}
            Some(Value::Map(values)) => text.push_str(&problems(subchart, values)),
            Some(other) => {
                let (name, found) = (subchart.name(), go_type(other));
                let _ = writeln!(
                    text,
                    "{name}:\ninvalid type for values: expected object (map), got {found}"
                );
            }
        }
    }
    text
}
