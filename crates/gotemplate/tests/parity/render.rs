//! A template, what it is executed over, and what came out of it: in real Go or in this crate.

use gotemplate::{Any, Error, Execution, FuncMap, Limits, MissingKey, Options, TemplateSet, parse};
use govalue::{Map, Value};

use crate::oracle::Oracle;
use crate::tagged::to_any;

/// One template to execute.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) data: Value,
    pub(crate) missing_key: &'static str,
}

/// What came out: the output, or what was written before the error, and the error.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) output: String,
    pub(crate) error: Option<String>,
}

impl Case {
    pub(crate) fn request(&self, op: &str) -> Value {
        Value::from_iter([
            ("op", Value::from(op)),
            ("text", Value::from(self.text.as_str())),
            ("data", self.data.clone()),
            ("funcs", Value::from("go")),
            ("missingkey", Value::from(self.missing_key)),
        ])
    }

    /// What real Go makes of it.
    pub(crate) fn in_go(&self, oracle: &mut Oracle) -> Outcome {
        Outcome::of(&oracle.ask(&self.request("template")))
    }

    /// What this crate makes of it.
    pub(crate) fn here(&self) -> Outcome {
        let mut out = Vec::new();
        let error = self.execute(&mut out).err().map(|error| error.to_string());
        Outcome {
            output: String::from_utf8_lossy(&out).into_owned(),
            error,
        }
    }

    fn execute(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        let mut set = TemplateSet::new("gotpl");
        set.add(&parse("t", self.text.as_bytes(), &FuncMap::new())?);
        let missing_key = match self.missing_key {
            "zero" => MissingKey::Zero,
            "error" => MissingKey::Error,
            _ => MissingKey::Invalid,
        };
        let options = Options {
            missing_key,
            limits: Limits {
                steps: 1_000_000,
                ..Limits::default()
            },
        };
        let data: Any = to_any(&self.data);
        Execution::new(&options, &()).execute(&set, b"t", data, out)
    }
}

impl Outcome {
    /// Reads an answer of the oracle, or what [`Outcome::to_map`] wrote.
    pub(crate) fn of(answer: &Map) -> Self {
        let text = |field: &[u8]| answer.get(field).and_then(Value::as_str).map(str::to_owned);
        match text(b"err") {
            Some(error) => Self {
                output: text(b"partial").unwrap_or_default(),
                error: Some(error),
            },
            None => Self {
                output: text(b"ok").unwrap_or_default(),
                error: None,
            },
        }
    }

    pub(crate) fn to_map(&self) -> Map {
        let output = Value::from(self.output.as_str());
        match &self.error {
            Some(error) => [("partial".into(), output), ("err".into(), Value::from(error.as_str()))].into(),
            None => [("ok".into(), output)].into(),
        }
    }
}
