//! Values as JSON Schema sees them: a number is its value, however it is written.

use govalue::{Map, Str, Value};

/// Beyond this, a float is not told from its neighbours, and the validator decides.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value to check.
#[derive(Clone, Copy, Debug)]
pub(super) enum Instance<'v> {
    Null,
    Bool(bool),
    Number(f64),
    String(&'v Str),
    List(&'v [Value]),
    Map(&'v Map),
}

impl<'v> From<&'v Value> for Instance<'v> {
    fn from(value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            #[expect(clippy::cast_precision_loss, reason = "what is not exact is left to the validator")]
            Value::Int(number) => Self::Number(*number as f64),
            Value::Float(number) => Self::Number(*number),
            Value::String(text) => Self::String(text),
            Value::List(items) => Self::List(items),
            Value::Map(map) => Self::Map(map),
        }
    }
}

/// Whether a number can be told from its neighbours.
pub(super) fn is_exact(number: f64) -> bool {
    number.abs() < EXACT
}

/// Equality as JSON Schema has it; `None` where numbers are too large to tell.
pub(super) fn equal(a: Instance<'_>, b: Instance<'_>) -> Option<bool> {
    Some(match (a, b) {
        (Instance::Null, Instance::Null) => true,
        (Instance::Bool(a), Instance::Bool(b)) => a == b,
        #[expect(clippy::float_cmp, reason = "both are exact")]
        (Instance::Number(a), Instance::Number(b)) => {
            if !is_exact(a) || !is_exact(b) {
                return None;
            }
            a == b
        }
        (Instance::String(a), Instance::String(b)) => a == b,
        (Instance::List(a), Instance::List(b)) => a.len() == b.len() && all_equal(a.iter().zip(b))?,
        (Instance::Map(a), Instance::Map(b)) => a.keys().eq(b.keys()) && all_equal(a.values().zip(b.values()))?,
        _ => false,
    })
}

fn all_equal<'v>(mut pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Option<bool> {
    pairs.try_fold(true, |equal_so_far, (a, b)| {
        Some(equal_so_far && equal(a.into(), b.into())?)
    })
}

/// Whether no two items are equal; `None` where that is not to be told, or not quickly.
pub(super) fn are_distinct(items: &[Value]) -> Option<bool> {
    const MAX_ITEMS: usize = 1_000;
    if items.len() > MAX_ITEMS {
        return None;
    }
    for (index, item) in items.iter().enumerate() {
        for earlier in &items[..index] {
            if equal(earlier.into(), item.into())? {
                return Some(false);
            }
        }
    }
    Some(true)
}

/// A set of the types of JSON Schema.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Types(u8);

impl Types {
    const NULL: u8 = 1;
    const BOOLEAN: u8 = 2;
    const INTEGER: u8 = 4;
    const FRACTION: u8 = 8;
    const STRING: u8 = 16;
    const ARRAY: u8 = 32;
    const OBJECT: u8 = 64;

    /// What `type` says: a name, or several.
    pub(super) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::List(names) if !names.is_empty() && are_distinct(names)? => {
                let mut types = 0;
                for name in names {
                    types |= Self::named(name)?;
                }
                Some(Self(types))
            }
            name => Self::named(name).map(Self),
        }
    }

    fn named(name: &Value) -> Option<u8> {
        Some(match name.as_str()? {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::INTEGER | Self::FRACTION,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => return None,
        })
    }

    /// Whether a value is of one of these types.
    pub(super) fn contain(self, instance: Instance<'_>) -> bool {
        let found = match instance {
            Instance::Null => Self::NULL,
            Instance::Bool(_) => Self::BOOLEAN,
            Instance::Number(number) if number.fract() == 0.0 => Self::INTEGER,
            Instance::Number(_) => Self::FRACTION,
            Instance::String(_) => Self::STRING,
            Instance::List(_) => Self::ARRAY,
            Instance::Map(_) => Self::OBJECT,
        };
        self.0 & found != 0
    }
}
