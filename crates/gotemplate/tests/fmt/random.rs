//! Random formats and arguments, the same for the same seed.

use base64::prelude::{BASE64_STANDARD, Engine};
use govalue::Value;

use crate::tagged::string;

/// A small generator of random numbers (xorshift).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.bits() >> 16).unwrap() % limit
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }

    /// A `sprintf` request.
    pub(crate) fn call(&mut self) -> Value {
        let args: Vec<Value> = (0..self.below(4)).map(|_| self.value(2)).collect();
        let format = self.format();
        let (name, format) = match String::from_utf8(format) {
            Ok(text) => ("format", text),
            Err(bytes) => ("format_b64", BASE64_STANDARD.encode(bytes.as_bytes())),
        };
        Value::from_iter([
            ("op", Value::from("sprintf")),
            (name, Value::from(format)),
            ("args", Value::List(args)),
        ])
    }

    /// A `json-encode` request.
    pub(crate) fn encoding(&mut self) -> Value {
        Value::from_iter([("op", Value::from("json-encode")), ("value", self.value(3))])
    }

    fn format(&mut self) -> Vec<u8> {
        let mut format = Vec::new();
        for _ in 0..=self.below(3) {
            format.extend_from_slice(self.pick::<[u8]>(&[b"", b"", b" ", b"x", b"%%", "é".as_bytes(), b"\xff"]));
            format.push(b'%');
            for _ in 0..self.below(3) {
                format.extend_from_slice(self.pick::<str>(&["+", "-", "#", " ", "0"]).as_bytes());
            }
            for _ in 0..self.below(2) {
                let piece = [
                    "1", "3", "8", "25", "*", "[1]", "[2]", "[3]*", "[]", "[x]", "[", "[99]", "[0]", "1000001",
                ];
                format.extend_from_slice(self.pick(&piece).as_bytes());
            }
            if self.below(3) == 0 {
                let piece = [
                    ".", ".0", ".1", ".2", ".5", ".17", ".30", ".*", ".[1]*", ".[2]", ".-1", "..", ".x",
                ];
                format.extend_from_slice(self.pick(&piece).as_bytes());
            }
            // Not %p, whose addresses are never the same.
            let verbs = "vvvvdddsssqqxXtTbcoOUeEfFgGw%!z.é";
            let verb = verbs.chars().nth(self.below(verbs.chars().count())).unwrap();
            if self.below(40) > 0 {
                format.extend_from_slice(verb.to_string().as_bytes());
            }
        }
        format
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 0 { 16 } else { 12 }) {
            0 => Value::Null,
            1 => Value::Bool(self.below(2) == 0),
            2 | 3 => {
                let small = i64::try_from(self.below(2000)).unwrap() - 1000;
                tag("$int", Value::Int(small))
            }
            4 => tag(
                "$int64",
                Value::from((self.bits().cast_signed() >> self.below(64)).to_string()),
            ),
            5 => tag("$uint64", Value::from((self.bits() >> self.below(64)).to_string())),
            6 => match self.below(2) {
                0 => tag("$uint8", Value::Int((self.bits() & 0xff).cast_signed())),
                _ => tag("$int32", Value::Int(self.bits().cast_signed() >> (32 + self.below(32)))),
            },
            7..=8 => self.float(),
            9 => tag("$bytes", Value::from(BASE64_STANDARD.encode(self.text()))),
            10 | 11 => string(&self.text()),
            12 => {
                // The oracle takes only UTF-8 here.
                let text = |random: &mut Self| Value::from(String::from_utf8_lossy(&random.text()).into_owned());
                tag("$strings", (0..self.below(3)).map(|_| text(self)).collect())
            }
            13 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            14 => {
                let key = |random: &mut Self| random.pick::<str>(&["a", "b", "key", "é", "", "\n"]).to_owned();
                (0..self.below(4)).map(|_| (key(self), self.value(depth - 1))).collect()
            }
            _ => tag(
                "$ints",
                (0..self.below(3))
                    .map(|_| Value::Int((self.bits() >> 60).cast_signed()))
                    .collect(),
            ),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "any number will do")]
    fn float(&mut self) -> Value {
        let number = match self.below(4) {
            0 => f64::from_bits(self.bits()),
            1 => self.below(100_000) as f64 / [1.0, 2.0, 8.0, 10.0, 100.0, 1000.0][self.below(6)],
            2 => (self.bits() >> self.below(64)) as f64,
            _ => {
                let special = [
                    "0", "-0", "1", "NaN", "Inf", "-Inf", "1e21", "1e20", "1e6", "0.00001", "0.5", "5e-324",
                ];
                self.pick(&special).parse().unwrap()
            }
        };
        tag("$float64", Value::from(number.to_string()))
    }

    fn text(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..self.below(5) {
            match self.below(5) {
                0 => text.push((self.bits() & 0xff) as u8),
                1 => {
                    let code = u32::try_from(self.below(0x11_0000)).unwrap();
                    text.extend_from_slice(char::from_u32(code).unwrap_or('日').to_string().as_bytes());
                }
                2 => text.extend_from_slice(
                    self.pick::<str>(&["é", "日本", "\"", "`", "\\", "\n", "\t", "😀"])
                        .as_bytes(),
                ),
                _ => text.push(b'a' + (self.bits() % 26) as u8),
            }
        }
        text
    }
}

fn tag(name: &str, value: Value) -> Value {
    Value::from_iter([(name, value)])
}
