//! Executing a template with Sprig's functions.

use std::fmt::Write as _;

use gotemplate::{Any, FuncMap, MissingKey, Options, TemplateSet};
use govalue::Str;

/// What a template came to: its output, or the error's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Output(Str),
    Error(String),
}

/// The functions of a template set: Sprig's.
pub(crate) fn functions() -> FuncMap {
    let mut functions = FuncMap::new();
    functions.extend(sprig::functions());
    functions
}

/// Executes `text` as the template `t`.
pub(crate) fn render(text: &str, data: Any, functions: &FuncMap) -> Answer {
    let parsed = match gotemplate::parse("t", text.as_bytes(), functions) {
        Ok(parsed) => parsed,
        Err(error) => return Answer::Error(error.to_string()),
    };
    let mut templates = TemplateSet::new("t");
    templates.add(&parsed);
    let mut out = Vec::new();
    let options = Options {
        missing_key: MissingKey::Zero,
        ..Options::default()
    };
    match gotemplate::execute(&templates, b"t", data, &options, &(), &mut out) {
        Ok(_) => Answer::Output(out.into()),
        Err(error) => Answer::Error(error.to_string()),
    }
}

impl Answer {
    /// A line of a fixture: `= "output"`, `~ "output with bytes as characters"`, `! "error"`, in JSON's quotes.
    pub(crate) fn to_line(&self) -> String {
        let mut line = Vec::new();
        let (mark, text) = match self {
            Self::Output(text) if text.to_str().is_none() => (
                '~',
                Str::from(text.iter().map(|byte| char::from(*byte)).collect::<String>()),
            ),
            Self::Output(text) => ('=', text.clone()),
            Self::Error(text) => ('!', Str::from(text.as_str())),
        };
        govalue::json::write_string(&text, &mut line, govalue::json::Escape::None);
        let mut marked = String::new();
        let _ = write!(marked, "{mark} {}", String::from_utf8_lossy(&line));
        marked
    }
}
