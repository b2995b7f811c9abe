//! Numbers and quoted strings.

use govalue::number::{FloatStyle, NumError, atoi, format_float, parse_bool, parse_float, parse_int, parse_uint};
use govalue::{Charset, can_backquote, quote, rune_count, write_quoted};

use crate::fixture::{Line, compare, each};

#[test]
fn floats_are_written_as_strconv_formats_them() {
    each("floats.jsonl", |line| {
        let style = match line.str("style").unwrap() {
            "g" => FloatStyle::General,
            "e" => FloatStyle::Exponent,
            "f" => FloatStyle::Fixed,
            "b" => FloatStyle::Binary,
            _ => FloatStyle::Hexadecimal,
        };
        let precision = usize::try_from(line.int("precision").unwrap()).ok();
        compare(
            "text",
            format_float(line.float(), style, precision).as_str(),
            line.str("want").unwrap(),
        )
    });
}

#[test]
fn numbers_are_read_as_strconv_parses_them() {
    each("parse.jsonl", |line| {
        let (result, nearest) = parse(line);
        match (result, line.str("err")) {
            (Ok(got), None) => compare("value", got.as_str(), line.str("want").unwrap()),
            (Err(error), Some(want)) => compare("error", error.as_str(), want).or_else(|| {
                nearest.and_then(|nearest| compare("nearest", nearest.as_str(), line.str("want").unwrap()))
            }),
            (got, want) => Some(format!("got {got:?}, want error {want:?}")),
        }
    });
}

/// The value or the error text, and the integer beside the error where Go has one.
fn parse(line: &Line) -> (Result<String, String>, Option<String>) {
    fn texts<T: ToString>(result: Result<T, NumError>) -> (Result<String, String>, Option<String>) {
        let nearest = result.as_ref().err().map(|error| error.nearest().to_string());
        (
            result.map(|value| value.to_string()).map_err(|error| error.to_string()),
            nearest,
        )
    }
    let text = line.bytes("in");
    let small = |name| u32::try_from(line.int(name).unwrap()).unwrap();
    match line.str("func").unwrap() {
        "ParseInt" => texts(parse_int(&text, small("base"), small("size"))),
        "Atoi" => texts(atoi(&text)),
        "ParseUint" => (texts(parse_uint(&text, small("base"), small("size"))).0, None),
        "ParseBool" => (texts(parse_bool(&text)).0, None),
        _ => {
            let result = parse_float(&text).map(|number| {
                // Which NaN it is makes no difference to anyone.
                let bits = if number.is_nan() {
                    0x7ff8_0000_0000_0001
                } else {
                    number.to_bits()
                };
                format!("{bits:016x}")
            });
            (texts(result).0, None)
        }
    }
}

#[test]
fn strings_are_quoted_as_strconv_quotes_them() {
    each("quote.jsonl", |line| {
        let text = line.bytes("in");
        let mut ascii = Vec::new();
        write_quoted(&text, Charset::Ascii, &mut ascii);
        compare("quote", quote(&text).as_str(), line.str("quote").unwrap())
            .or_else(|| compare("ascii", &ascii[..], line.str("ascii").unwrap().as_bytes()))
            .or_else(|| compare("backquote", can_backquote(&text), line.bool("backquote")))
            .or_else(|| {
                compare(
                    "runes",
                    rune_count(&text),
                    usize::try_from(line.int("runes").unwrap()).unwrap(),
                )
            })
    });
}
