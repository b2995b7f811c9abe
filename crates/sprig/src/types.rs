//! Conversion to strings and numbers, and reflection in Go's names of types.

pub(crate) mod number;

use gotemplate::Any;
use govalue::Str;
use govalue::number::{NumError, parse_int};

use crate::equal::deep_equal;
use crate::text::{sprint, strval};
use number::{to_float, to_int, to_int as to_int64};

entries! { Types;
    "toString"(Any) -> String, strval, "Converts to a string.";
    "atoi"(String) -> Int, atoi, "Converts a string of digits to an integer; 0 if it isn't one.";
    "int"(Any) -> Int, to_int, "Converts to an `int`; 0 if that isn't possible.";
    "int64"(Any) -> Int64, to_int64, "Converts to an `int64`; 0 if that isn't possible.";
    "float64"(Any) -> Float64, to_float, "Converts to a `float64`; 0 if that isn't possible.";
    "toDecimal"(Any) -> Int64, to_decimal, "Reads octal digits as a number; 0 if there are others.";
    "typeOf"(Any) -> String, type_of, "The name of the value's Go type, such as `float64`.";
    "typeIs"(String, Any) -> Bool, type_is, "Tells whether the value's type has this name.";
    "typeIsLike"(String, Any) -> Bool, type_is_like, "Tells whether the value's type has this name or is a pointer to it.";
    "kindOf"(Any) -> String, kind_of, "The name of the value's Go kind, such as `map`.";
    "kindIs"(String, Any) -> Bool, kind_is, "Tells whether the value's kind has this name.";
    "deepEqual"(Any, Any) -> Bool, deep_equal, "Tells whether two values have the same type and content.";
}

fn atoi(text: &Str) -> i64 {
    // Sprig drops the error and keeps what Go returns beside it.
    govalue::number::atoi(text).unwrap_or_else(|error: NumError| error.nearest())
}

fn to_decimal(value: &Any) -> i64 {
    parse_int(&sprint(value), 8, 64).unwrap_or(0)
}

fn type_of(value: &Any) -> &str {
    value.type_name()
}

fn type_is(name: &Str, value: &Any) -> bool {
    *name == value.type_name()
}

fn type_is_like(name: &Str, value: &Any) -> bool {
    let actual = value.type_name();
    *name == actual || actual.strip_prefix('*').is_some_and(|pointed| *name == pointed)
}

fn kind_of(value: &Any) -> &'static str {
    value.kind().name()
}

fn kind_is(name: &Str, value: &Any) -> bool {
    *name == value.kind().name()
}
