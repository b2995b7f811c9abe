//! What the validator found, in the words of the one Helm uses.

mod describe;
mod path;

use std::fmt::Write as _;

use boon::{ErrorKind, InstanceToken, ValidationError};
use serde_json::Value;

use super::multiple;
use describe::{describe, quote};
use path::{Passed, Place, common_place, walk};

/// One complaint and those behind it.
#[derive(Debug)]
struct Complaint {
    /// Where the value is.
    value: Vec<String>,
    text: String,
    kind: Kind,
    causes: Vec<Complaint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Several complaints about one value.
    Group,
    /// A reference; with one cause it is not shown.
    Reference,
    /// Anything else.
    Plain,
}

/// The lines of a failed validation, without the first, which names the schema, and without a newline at their end.
pub(super) fn complaints(error: &ValidationError<'_, '_>, original: &Value) -> String {
    let root = Place {
        schema: error.schema_url.to_owned(),
        value: Vec::new(),
    };
    let renderer = Renderer { original };
    let mut text = String::new();
    for complaint in renderer.flattened(&error.causes, &root) {
        write_complaint(&complaint, 1, &mut text);
    }
    text.strip_prefix('\n').unwrap_or(&text).to_owned()
}

fn write_complaint(complaint: &Complaint, indent: usize, out: &mut String) {
    let is_shown = complaint.kind != Kind::Reference || complaint.causes.len() != 1;
    if is_shown {
        out.push('\n');
        out.push_str(&"  ".repeat(indent - 1));
        let _ = write!(out, "- at {}: {}", quote(&pointer(&complaint.value)), complaint.text);
    }
    for cause in &complaint.causes {
        write_complaint(cause, indent + usize::from(is_shown), out);
    }
}

fn pointer(tokens: &[String]) -> String {
    let mut pointer = String::new();
    for token in tokens {
        pointer.push('/');
        pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

struct Renderer<'a> {
    /// The schema as its author wrote it.
    original: &'a Value,
}

impl Renderer<'_> {
    /// The complaints of errors below a place.
    fn collect(&self, errors: &[ValidationError<'_, '_>], from: &Place) -> Vec<Complaint> {
        let told = errors
            .iter()
            .filter(|error| !errors.iter().any(|other| is_cut_short(error, other)));
        told.flat_map(|error| self.complaints(error, from, 0)).collect()
    }

    /// As [`Renderer::collect`], where the errors may be those of a group that is left out: Go leaves it out as well,
    /// but not if there is an `allOf`, `anyOf` or `oneOf` around it.
    fn flattened(&self, errors: &[ValidationError<'_, '_>], from: &Place) -> Vec<Complaint> {
        let places: Vec<_> = errors.iter().map(|error| (error.schema_url, tokens(error))).collect();
        let (place, passed) = common_place(from, &places, self.original);
        if errors.len() < 2 || passed.is_empty() {
            return self.collect(errors, from);
        }
        let complaint = group(place.value.clone(), self.collect(errors, &place));
        passed
            .into_iter()
            .rev()
            .fold(vec![complaint], |complaints, passed| vec![wrap(passed, complaints)])
    }

    /// One complaint for each of the branches of an `allOf`, `anyOf` or `oneOf`.
    fn branches<'e>(
        &self,
        errors: impl IntoIterator<Item = &'e ValidationError<'e, 'e>>,
        from: &Place,
    ) -> Vec<Complaint> {
        let branch = |error| {
            let mut complaints = self.complaints(error, from, 1);
            if complaints.len() == 1 {
                complaints.remove(0)
            } else {
                group(from.value.clone(), complaints)
            }
        };
        errors.into_iter().map(branch).collect()
    }

    /// The complaints of an error, of which `told` keywords passed on the way have been told of.
    fn complaints(&self, error: &ValidationError<'_, '_>, from: &Place, told: usize) -> Vec<Complaint> {
        let (place, passed) = walk(from, error.schema_url, &tokens(error), self.original);
        let mut complaints = self.complaints_at(error, &place);
        for passed in passed.into_iter().skip(told).rev() {
            if !is_stand_in(error) {
                complaints = vec![wrap(passed, complaints)];
            }
        }
        complaints
    }

    fn complaints_at(&self, error: &ValidationError<'_, '_>, place: &Place) -> Vec<Complaint> {
        match &error.kind {
            ErrorKind::Group => {
                let mut causes = self.collect(&error.causes, place);
                if causes.len() == 1 {
                    causes
                } else {
                    vec![group(place.value.clone(), std::mem::take(&mut causes))]
                }
            }
            ErrorKind::AllOf => {
                let (stand_ins, others): (Vec<_>, Vec<_>) = error.causes.iter().partition(|cause| is_stand_in(cause));
                let mut complaints: Vec<_> = stand_ins
                    .into_iter()
                    .flat_map(|cause| self.complaints(cause, place, 1))
                    .collect();
                if !others.is_empty() {
                    complaints.push(plain(place, self.describe(error), self.branches(others, place)));
                }
                complaints
            }
            ErrorKind::AnyOf | ErrorKind::OneOf(None) => {
                vec![plain(place, self.describe(error), self.branches(&error.causes, place))]
            }
            ErrorKind::Reference { url, .. } => {
                let target = Place {
                    schema: (*url).to_owned(),
                    value: place.value.clone(),
                };
                let text = "validation failed".to_owned();
                let causes = self.flattened(&error.causes, &target);
                vec![Complaint {
                    value: place.value.clone(),
                    text,
                    kind: Kind::Reference,
                    causes,
                }]
            }
            ErrorKind::PropertyName { .. } => {
                let names = Place {
                    schema: format!("{}/propertyNames", place.schema),
                    value: Vec::new(),
                };
                vec![plain(
                    place,
                    self.describe(error),
                    self.flattened(&error.causes, &names),
                )]
            }
            _ => vec![plain(place, self.describe(error), self.collect(&error.causes, place))],
        }
    }

    fn describe(&self, error: &ValidationError<'_, '_>) -> String {
        describe(error, self.original)
    }
}

/// Whether an error is that of a format that stands in for a decimal `multipleOf`.
fn is_stand_in(error: &ValidationError<'_, '_>) -> bool {
    matches!(error.kind, ErrorKind::Format { want, .. } if multiple::divisor_of(want).is_some())
}

/// Whether Go never comes to an error because a value is not of its format.
fn is_cut_short(error: &ValidationError<'_, '_>, other: &ValidationError<'_, '_>) -> bool {
    let is_format = matches!(other.kind, ErrorKind::Format { want, .. } if multiple::divisor_of(want).is_none());
    let is_same_error = std::ptr::eq(error, other);
    let below = error.schema_url.strip_prefix(other.schema_url);
    let is_same_schema = below.is_some_and(|below| below.is_empty() || below.starts_with('/'));
    is_format && !is_same_error && is_same_schema && tokens(error) == tokens(other)
}

fn wrap(passed: Passed, causes: Vec<Complaint>) -> Complaint {
    Complaint {
        value: passed.value,
        text: passed.keyword.text().to_owned(),
        kind: Kind::Plain,
        causes,
    }
}

fn group(value: Vec<String>, causes: Vec<Complaint>) -> Complaint {
    Complaint {
        value,
        text: "validation failed".to_owned(),
        kind: Kind::Group,
        causes,
    }
}

fn plain(place: &Place, text: String, causes: Vec<Complaint>) -> Complaint {
    Complaint {
        value: place.value.clone(),
        text,
        kind: Kind::Plain,
        causes,
    }
}

fn tokens(error: &ValidationError<'_, '_>) -> Vec<String> {
    let tokens = error.instance_location.tokens.iter().map(|token| match token {
        InstanceToken::Prop(name) => name.clone().into_owned(),
        InstanceToken::Item(index) => index.to_string(),
    });
    tokens.collect()
}
