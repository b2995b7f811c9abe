//! Label selectors as one text, such as `tier in (front, back),!legacy`.

use std::fmt;

use govalue::Value;

/// A selector of labels or annotations; what it selects fulfils every requirement. Without any, it selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector {
    text: String,
    requirements: Vec<Requirement>,
}

/// A text that is no selector.
#[derive(Debug, thiserror::Error)]
#[error("`{text}` is not a selector such as `a=b,c!=d,e in (f, g),h notin (i),j,!k`")]
pub struct LabelSelectorError {
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Rule {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    DoesNotExist,
}

impl LabelSelector {
    /// Reads a selector as kubectl and kustomize take it; an empty text selects everything.
    pub fn parse(text: &str) -> Result<Self, LabelSelectorError> {
        let wrong = || LabelSelectorError { text: text.to_owned() };
        let parts = parts(text).into_iter().filter(|_| !text.trim().is_empty());
        let requirements: Option<Vec<_>> = parts.map(requirement).collect();
        Ok(Self {
            text: text.to_owned(),
            requirements: requirements.ok_or_else(wrong)?,
        })
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether it selects an object with these labels.
    pub(super) fn matches(&self, labels: Option<&Value>) -> bool {
        self.requirements.iter().all(|Requirement { key, rule }| {
            let value = labels
                .and_then(|labels| labels.get(key))
                .map(|value| value.as_str().unwrap_or_default());
            let is_among = |values: &[String]| value.is_some_and(|value| values.iter().any(|one| one == value));
            match rule {
                Rule::In(values) => is_among(values),
                Rule::NotIn(values) => !is_among(values),
                Rule::Exists => value.is_some(),
                Rule::DoesNotExist => value.is_none(),
            }
        })
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The text at its commas, but for those in parentheses.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let at_comma = |letter: char| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        letter == ',' && depth == 0
    };
    text.split(at_comma).map(str::trim).collect()
}

fn requirement(part: &str) -> Option<Requirement> {
    let (key, rule) = if let Some(key) = part.strip_prefix('!') {
        (key, Rule::DoesNotExist)
    } else if let Some((key, value)) = part.split_once("!=") {
        (key, Rule::NotIn(vec![word(value)?]))
    } else if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        (key, Rule::In(vec![word(value)?]))
    } else if let Some((head, values)) = part.strip_suffix(')').and_then(|part| part.split_once('(')) {
        let (key, operator) = head.trim().split_once(char::is_whitespace)?;
        let values: Option<Vec<String>> = values.split(',').map(word).collect();
        match operator.trim() {
            "in" => (key, Rule::In(values?)),
            "notin" => (key, Rule::NotIn(values?)),
            _ => return None,
        }
    } else {
        (part, Rule::Exists)
    };
    let key = word(key).filter(|key| !key.is_empty())?;
    Some(Requirement { key, rule })
}

/// A key or a value; blanks around it do not count, in it they are a mistake.
fn word(text: &str) -> Option<String> {
    let text = text.trim();
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/');
    text.chars().all(is_plain).then(|| text.to_owned())
}
