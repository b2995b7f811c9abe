//! Compares the encoder and the decoder with Go's answers for many values and documents.
//!
//! Each FILE is a stream of records. `V`, a value, the answer of sigs.k8s.io/yaml's `Marshal`, and that of go-yaml v3
//! with an indent of two. Or `D`, a document, and the answers of `Unmarshal` and `UnmarshalStrict`, integers kept.
//! Values are tagged by one byte (`n t f i d s l m`), numbers are little-endian, texts have a 32-bit length before them,
//! answers begin with `o` (output), `v` (value) or `e` (error text).
//!
//! `cargo run -p goyaml --example differential -- FILE...`

#![allow(clippy::print_stdout, reason = "a program for developers")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Debug;

use govalue::{Map, Str, Value};

/// How many differences are shown in full.
const SHOWN: usize = 10;

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<Vec<u8>> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head.to_vec())
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn count(&mut self) -> Option<usize> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?) as usize)
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        let count = self.count()?;
        self.take(count)
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.byte()? {
            b'n' => Value::Null,
            b't' => Value::Bool(true),
            b'f' => Value::Bool(false),
            b'i' => Value::Int(i64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            b'd' => Value::Float(f64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            b's' => Value::String(Str::from(self.text()?)),
            b'l' => {
                let count = self.count()?;
                Value::List((0..count).map(|_| self.value()).collect::<Option<_>>()?)
            }
            b'm' => {
                let count = self.count()?;
                let entry = |reader: &mut Self| Some((Str::from(reader.text()?), reader.value()?));
                Value::Map((0..count).map(|_| entry(self)).collect::<Option<Map>>()?)
            }
            _ => return None,
        })
    }

    fn error(&mut self) -> Option<String> {
        self.text().map(|text| String::from_utf8_lossy(&text).into_owned())
    }

    fn output(&mut self) -> Option<Result<String, String>> {
        if self.byte()? == b'o' {
            Some(Ok(String::from_utf8(self.text()?).ok()?))
        } else {
            self.error().map(Err)
        }
    }

    fn decoded(&mut self) -> Option<Result<Value, String>> {
        if self.byte()? == b'v' {
            self.value().map(Ok)
        } else {
            self.error().map(Err)
        }
    }
}

/// Equal and seen answers of one kind.
#[derive(Default)]
struct Score {
    equal: usize,
    total: usize,
}

/// The scores by name, and how many differences have been shown.
#[derive(Default)]
struct Scores {
    by_name: BTreeMap<&'static str, Score>,
    shown: usize,
}

impl Scores {
    fn compare<T: PartialEq + Debug>(
        &mut self,
        name: &'static str,
        subject: &dyn Debug,
        ours: Result<T, goyaml::Error>,
        go: &Result<T, String>,
    ) {
        let ours = ours.map_err(|error| error.to_string());
        let score = self.by_name.entry(name).or_default();
        score.total += 1;
        if ours == *go {
            score.equal += 1;
        } else if self.shown < SHOWN {
            self.shown += 1;
            println!("{name} of {subject:?}\n  go   {go:?}\n  ours {ours:?}");
        }
    }
}

fn compare(reader: &mut Reader<'_>, scores: &mut Scores) -> Option<()> {
    match reader.byte()? {
        b'V' => {
            let value = reader.value()?;
            let (sigs, pretty) = (reader.output()?, reader.output()?);
            scores.compare("marshal", &value, goyaml::to_string(&value), &sigs);
            scores.compare("pretty", &value, goyaml::to_string_pretty(&value), &pretty);
        }
        b'D' => {
            let document = reader.text()?;
            let (loose, strict) = (reader.decoded()?, reader.decoded()?);
            let subject = String::from_utf8_lossy(&document);
            scores.compare("unmarshal", &subject, goyaml::from_str_unstructured(&document), &loose);
            if strict.is_err() {
                scores.compare("strict", &subject, goyaml::from_str_strict(&document), &strict);
            }
        }
        _ => return None,
    }
    Some(())
}

fn main() -> Result<(), Box<dyn Error>> {
    for file in std::env::args().skip(1) {
        let bytes = std::fs::read(&file)?;
        let mut reader = Reader(&bytes);
        let mut scores = Scores::default();
        while !reader.0.is_empty() {
            compare(&mut reader, &mut scores).ok_or("a broken record")?;
        }
        for (name, score) in scores.by_name {
            println!("{file}: {name}: {} of {} equal", score.equal, score.total);
        }
    }
    Ok(())
}
