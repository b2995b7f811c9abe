//! Calls functions: reads lines of a name and its arguments, prints what they return. The other half of a comparison
//! with real Sprig, and a quick look at what a function does.
//!
//! Fields are parted by tabs. An argument is `s` and a text in hexadecimal, `i` an `int`, `I` an `int64`, `f` a
//! `float64`, `b` a `bool`, `t` a time as seconds since 1970 with a fraction, `n` nil. Results are printed in the same way, lists as `l`
//! with their items after it, other things as `o` with their type and printed form; failures as `e` and the text.

use std::io::{self, BufRead, Write};

use gotemplate::{Any, Args, Call, FuncError, Function};

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for line in io::stdin().lock().lines() {
        let line = line?;
        let mut fields = line.split('\t');
        let name = fields.next().unwrap_or_default();
        let args: Vec<_> = fields.map(argument).collect();
        let answer = match sprig::functions().find(|function| function.name == name) {
            Some(function) => result(&call(function, &args)),
            None => format!("no function {name}"),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

fn call(function: &Function, args: &[Any]) -> Result<Any, FuncError> {
    (function.call)(&mut Call::detached(), Args::new(args))
}

fn argument(field: &str) -> Any {
    let (kind, rest) = field.split_at_checked(1).unwrap_or_default();
    match kind {
        "s" => Any::string(from_hex(rest)),
        "i" => Any::Int(rest.parse().unwrap_or_default()),
        "I" => Any::Int64(rest.parse().unwrap_or_default()),
        "f" => Any::Float64(rest.parse().unwrap_or_default()),
        "b" => Any::Bool(rest == "true"),
        "t" => time(rest),
        _ => Any::Nil,
    }
}

/// A `time.Time`, made by the functions themselves.
fn time(seconds: &str) -> Any {
    let function = |name| sprig::functions().find(|function| function.name == name);
    let (Some(date), Some(to_date)) = (function("dateInZone"), function("toDate")) else {
        return Any::Nil;
    };
    let (seconds, nanos) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let moment = Any::Int64(seconds.parse().unwrap_or_default());
    let seconds = call(date, &[Any::string("2006-01-02T15:04:05"), moment, Any::string("UTC")]).unwrap_or_default();
    let text = Any::string(format!(
        "{}.{nanos}Z",
        seconds.as_string().map(ToString::to_string).unwrap_or_default()
    ));
    let layout = Any::string("2006-01-02T15:04:05Z07:00");
    call(to_date, &[layout, text]).unwrap_or_default()
}

fn result(result: &Result<Any, FuncError>) -> String {
    match result {
        Ok(value) => shown(value),
        Err(error) => format!("e{}", to_hex(error.message().as_bytes())),
    }
}

fn shown(value: &Any) -> String {
    match value {
        Any::String(text) => format!("s{}", to_hex(text.as_bytes())),
        Any::Int(number) => format!("i{number}"),
        Any::Int64(number) => format!("I{number}"),
        Any::Float64(number) => format!("f{number}"),
        Any::Bool(flag) => format!("b{flag}"),
        Any::List(list) => list
            .items
            .iter()
            .fold("l".to_owned(), |line, item| format!("{line}\t{}", shown(item))),
        Any::Object(object) => format!("o{}\t{}", object.type_name(), to_hex(object.display().as_bytes())),
        other => format!("?{}", other.type_name()),
    }
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<_> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits
        .chunks(2)
        .filter_map(|pair| u8::try_from(pair.iter().fold(0, |value, digit| value * 16 + digit)).ok())
        .collect()
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
