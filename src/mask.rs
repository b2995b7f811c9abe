//! Texts that came out of Secrets, kept out of what people read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use govalue::{Map, Value};

/// What stands in a secret text's place.
const STARS: &str = "****";

/// Texts shorter than this are no secrets, and would be found everywhere.
const SHORTEST: usize = 4;

/// Secret texts, and what they look like when encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mask(Vec<String>);

impl Mask {
    /// Adds every scalar of these values.
    pub fn add_values(&mut self, values: &Map) {
        for value in values.values() {
            self.add_value(value);
        }
    }

    /// Adds a text, each of its lines, and their encodings.
    pub fn add(&mut self, text: &str) {
        for part in std::iter::once(text.trim()).chain(text.lines().map(str::trim)) {
            if part.len() >= SHORTEST && !matches!(part, "true" | "false" | "null") {
                self.0.push(part.to_owned());
                self.0.push(STANDARD.encode(part));
            }
        }
        // What contains another is replaced first.
        self.0.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
    }

    /// The text without anything secret in it.
    pub fn apply(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| {
            if text.contains(secret) {
                text.replace(secret, STARS)
            } else {
                text
            }
        })
    }

    /// Whether nothing is secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add_value(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(&text.to_lossy()),
            Value::Int(number) => self.add(&number.to_string()),
            Value::Float(number) => self.add(&number.to_string()),
            Value::List(items) => items.iter().for_each(|item| self.add_value(item)),
            Value::Map(map) => self.add_values(map),
            Value::Null | Value::Bool(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_starred_whatever_its_shape() {
        let values =
            "db: {password: hunter2, port: 5432, pins: [98765], tls: true, user: sa}\nkey: |\n  BEGIN\n  abcdefgh\n";
        let mut mask = Mask::default();
        mask.add_values(&goyaml::map_from_str(values).unwrap());
        for (text, expected) in [
            ("Invalid value: \"hunter2\"", "Invalid value: \"****\""),
            ("port 5432 and pin 98765", "port **** and pin ****"),
            ("aHVudGVyMg==", "****"),
            ("line abcdefgh\\nof a key", "line ****\\nof a key"),
            ("true is said by sa", "true is said by sa"),
            ("", ""),
        ] {
            assert_eq!(mask.apply(text.to_owned()), expected);
        }
    }

    #[test]
    fn the_longer_secret_goes_first() {
        let mut mask = Mask::default();
        mask.add("hunter");
        mask.add("hunter2");
        assert_eq!(mask.apply("hunter2 hunter".to_owned()), "**** ****");
    }
}
