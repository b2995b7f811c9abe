//! Each kind of complaint in words.

use boon::{ErrorKind, ValidationError};
use serde_json::Value;

use crate::schema::multiple;
use crate::schema::number::{count, localized};

/// What is wrong with the value itself.
pub(super) fn describe(error: &ValidationError<'_, '_>, original: &Value) -> String {
    match &error.kind {
        ErrorKind::FalseSchema => "false schema".to_owned(),
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::Not => "'not' failed".to_owned(),
        ErrorKind::AllOf => "'allOf' failed".to_owned(),
        ErrorKind::AnyOf => "'anyOf' failed".to_owned(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
        ErrorKind::OneOf(Some((first, second))) => format!("'oneOf' failed, subschemas {first}, {second} matched"),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|wanted| wanted.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } if want.iter().any(is_composite) => "'enum' failed".to_owned(),
        ErrorKind::Enum { want } => match want.as_slice() {
            [only] => format!("value must be {}", display(only)),
            several => format!(
                "value must be one of {}",
                several.iter().map(display).collect::<Vec<_>>().join(", ")
            ),
        },
        ErrorKind::Const { want } if is_composite(want) => "'const' failed".to_owned(),
        ErrorKind::Const { want } => format!("value must be {}", display(want)),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            format!("both {kw_loc1} and {kw_loc2} resolve to \"{url}\" causing reference cycle")
        }
        kind => describe_string(kind, error.schema_url, original)
            .or_else(|| describe_number(kind))
            .or_else(|| describe_object(kind))
            .or_else(|| describe_array(kind))
            .unwrap_or_else(|| kind.to_string()),
    }
}

fn describe_string(kind: &ErrorKind<'_, '_>, schema: &str, original: &Value) -> Option<String> {
    Some(match kind {
        ErrorKind::Format { got, want, err } => match multiple::divisor_of(want) {
            Some(divisor) => {
                format!(
                    "multipleOf: got {}, want {}",
                    localized(got.as_f64()?),
                    localized(divisor)
                )
            }
            None => format!("{} is not valid {want}: {err}", display(got)),
        },
        ErrorKind::MinLength { got, want } => between("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => between("maxLength", *got, *want),
        ErrorKind::Pattern { got, want } => {
            // The validator knows its translation of the pattern only.
            let pointer = schema.split_once('#').map(|(_, pointer)| pointer);
            let keywords = pointer.and_then(|pointer| original.pointer(pointer));
            let pattern = keywords
                .and_then(|keywords| keywords.get("pattern"))
                .and_then(Value::as_str);
            format!(
                "{} does not match pattern {}",
                quote(got),
                quote(pattern.unwrap_or(want))
            )
        }
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quote(want)),
        ErrorKind::ContentMediaType { want, err, .. } => format!("value is not of mediatype {}: {err}", quote(want)),
        _ => return None,
    })
}

fn describe_number(kind: &ErrorKind<'_, '_>) -> Option<String> {
    let (name, got, want) = match kind {
        ErrorKind::Minimum { got, want } => ("minimum", got, want),
        ErrorKind::Maximum { got, want } => ("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => ("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => ("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => ("multipleOf", got, want),
        _ => return None,
    };
    Some(format!(
        "{name}: got {}, want {}",
        localized(got.as_f64()?),
        localized(want.as_f64()?)
    ))
}

fn describe_object(kind: &ErrorKind<'_, '_>) -> Option<String> {
    Some(match kind {
        ErrorKind::MinProperties { got, want } => between("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => between("maxProperties", *got, *want),
        ErrorKind::Required { want } => match want.as_slice() {
            [only] => format!("missing property {}", quote(only)),
            several => format!("missing properties {}", list(several)),
        },
        ErrorKind::AdditionalProperties { got } => format!("additional properties {} not allowed", list(got)),
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            format!("properties {} required, if {} exists", list(missing), quote(prop))
        }
        _ => return None,
    })
}

fn describe_array(kind: &ErrorKind<'_, '_>) -> Option<String> {
    let items = |bound: &str, got: &[usize], want: usize| {
        let at: Vec<String> = got.iter().map(ToString::to_string).collect();
        let (want, matched) = (count(want), count(got.len()));
        format!(
            "{bound} {want} items required to match contains schema, but matched {matched} items at {}",
            at.join(" ")
        )
    };
    Some(match kind {
        ErrorKind::MinItems { got, want } => between("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => between("maxItems", *got, *want),
        ErrorKind::UniqueItems { got: [first, second] } => {
            format!("items at {} and {} are equal", count(*first), count(*second))
        }
        ErrorKind::AdditionalItems { got } => format!("last {} additionalItem(s) not allowed", count(*got)),
        ErrorKind::Contains => "no items match contains schema".to_owned(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!(
                "min {} items required to match contains schema, but none matched",
                count(*want)
            )
        }
        ErrorKind::MinContains { got, want } => items("min", got, *want),
        ErrorKind::MaxContains { got, want } => items("max", got, *want),
        _ => return None,
    })
}

fn between(name: &str, got: usize, want: usize) -> String {
    format!("{name}: got {}, want {}", count(got), count(want))
}

fn is_composite(value: &Value) -> bool {
    value.is_array() || value.is_object()
}

fn display(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::Array(_) | Value::Object(_) => "value".to_owned(),
        Value::Null => "<nil>".to_owned(),
        other => other.to_string(),
    }
}

fn list<T: AsRef<str>>(names: &[T]) -> String {
    names
        .iter()
        .map(|name| quote(name.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A text in single quotes, otherwise with Go's escapes.
pub(super) fn quote(text: &str) -> String {
    let quoted = govalue::quote(text.as_bytes());
    let inner = &quoted[1..quoted.len() - 1];
    format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}
