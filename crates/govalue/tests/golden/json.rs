//! JSON text, and `serde`'s view of a value.

use govalue::json::{self, EncodeError, Escape, from_slice};
use govalue::{Tree, Value};

use crate::fixture::{compare, each};

fn text(value: &impl Tree, escape: Escape) -> Result<String, EncodeError> {
    let mut out = Vec::new();
    json::write(value, &mut out, escape)?;
    Ok(String::from_utf8(out).unwrap())
}

fn pretty(value: &impl Tree) -> String {
    let mut out = Vec::new();
    json::write_indented(value, &mut out, Escape::Html, "  ").unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn documents_are_read_as_unmarshal_reads_them() {
    each("decode.jsonl", |line| {
        let input = line.bytes("in");
        let value = match (from_slice(&input), line.str("err")) {
            (Err(error), Some(want)) => return compare("error", error.to_string().as_str(), want),
            (Ok(value), None) => value.through_json(),
            (got, want) => return Some(format!("got {got:?}, want error {want:?}")),
        };
        compare(
            "html",
            text(&value, Escape::Html).unwrap().as_str(),
            line.str("want").unwrap(),
        )
        .or_else(|| {
            compare(
                "plain",
                text(&value, Escape::None).unwrap().as_str(),
                line.str("plain").unwrap(),
            )
        })
        .or_else(|| compare("pretty", pretty(&value).as_str(), line.str("pretty").unwrap()))
    });
}

#[test]
fn documents_of_another_type_are_refused_as_unmarshal_does() {
    each("decode.jsonl", |line| {
        let input = line.bytes("in");
        let map = json::map_from_slice(&input).err().map(|error| error.to_string());
        let list = json::list_from_slice(&input).err().map(|error| error.to_string());
        compare("map", map.as_deref(), line.str("map_err"))
            .or_else(|| compare("list", list.as_deref(), line.str("list_err")))
    });
}

#[test]
fn strings_and_floats_are_written_as_marshal_writes_them() {
    each("encode.jsonl", |line| {
        if line.str("bits").is_some() {
            let got = text(&Value::Float(line.float()), Escape::Html).unwrap_or_else(|error| error.to_string());
            return compare("float", got.as_str(), line.str("html").unwrap());
        }
        let value = Value::String(line.bytes("text").into());
        compare(
            "html",
            text(&value, Escape::Html).unwrap().as_str(),
            line.str("html").unwrap(),
        )
        .or_else(|| {
            compare(
                "plain",
                text(&value, Escape::None).unwrap().as_str(),
                line.str("plain").unwrap(),
            )
        })
    });
}

#[test]
fn integers_stay_integers_and_what_does_not_fit_becomes_a_float() {
    let value = from_slice(b"[1, -0, 1.0, 9223372036854775807, 9223372036854775808]").unwrap();
    let expected = [
        Value::Int(1),
        Value::Float(-0.0),
        Value::Float(1.0),
        Value::Int(i64::MAX),
        Value::Float(9_223_372_036_854_775_808.0),
    ];
    assert_eq!(value.as_list(), Some(&expected[..]));
    assert!(matches!(value.as_list().unwrap()[1], Value::Float(zero) if zero.is_sign_negative()));
}

#[test]
fn nesting_is_limited_to_ten_thousand_levels() {
    // The threads of tests have small stacks; dropping a value nested this deeply takes a larger one.
    let deep = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels)).into_bytes();
        let deepest = from_slice(&nested(10_000)).unwrap();
        assert_eq!(text(&deepest, Escape::Html).unwrap().into_bytes(), nested(10_000));
        let error = from_slice(&nested(10_001)).unwrap_err();
        assert_eq!(error.to_string(), "invalid character '[' exceeded max depth");
        assert_eq!(text(&Value::List(vec![deepest]), Escape::Html), Err(EncodeError::Depth));
    });
    deep.unwrap().join().unwrap();
}

#[test]
fn serde_keeps_integers_and_writes_integral_floats_as_integers() {
    let value: Value = serde_json::from_str(r#"{"a":[1,1.5,true,null,"x"],"b":18446744073709551615}"#).unwrap();
    assert_eq!(value.path("a").and_then(Value::as_list).unwrap()[0], Value::Int(1));
    assert_eq!(value.get("b"), Some(&Value::Float(18_446_744_073_709_551_615.0)));
    let written = serde_json::to_string(&Value::from_iter([
        Value::Float(3.0),
        Value::Float(-0.0),
        Value::Int(7),
    ]));
    assert_eq!(written.unwrap(), "[3,-0.0,7]");
}
