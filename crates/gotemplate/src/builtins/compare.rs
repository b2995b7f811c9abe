//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: Go compares values of one basic kind only.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use govalue::Value;

use crate::{Any, Args, Call, FuncError, Kind, Object, fmt};

/// A value of one of the basic kinds. Go's kinds of integers of one sign are one kind here.
enum Basic<'a> {
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    String(Cow<'a, [u8]>),
}

/// Go does not compare, say, a string with a number.
struct DifferentKinds;

impl<'a> Basic<'a> {
    fn of(value: &'a Any) -> Option<Self> {
        match value {
            Any::Bool(flag) => Some(Self::Bool(*flag)),
            Any::Int(number) | Any::Int64(number) => Some(Self::Int(*number)),
            Any::Int32(number) => Some(Self::Int(i64::from(*number))),
            Any::Uint8(number) => Some(Self::Uint(u64::from(*number))),
            Any::Uint64(number) => Some(Self::Uint(*number)),
            Any::Float64(number) => Some(Self::Float(*number)),
            Any::String(text) => Some(Self::String(Cow::Borrowed(text.as_bytes()))),
            Any::Object(object) => Self::of_object(object.as_ref()),
            Any::Invalid | Any::Nil | Any::Bytes(_) | Any::List(_) | Any::Map(_) => None,
        }
    }

    /// A named type over a basic one, such as a duration.
    fn of_object(object: &dyn Object) -> Option<Self> {
        match (object.kind(), object.to_value()) {
            (Kind::Bool, Value::Bool(flag)) => Some(Self::Bool(flag)),
            (Kind::Int | Kind::Int32 | Kind::Int64, Value::Int(number)) => Some(Self::Int(number)),
            (Kind::Uint8 | Kind::Uint64, Value::Int(number)) => Some(Self::Uint(number.unsigned_abs())),
            (Kind::Float64, Value::Float(number)) => Some(Self::Float(number)),
            (Kind::String, Value::String(text)) => Some(Self::String(Cow::Owned(text.as_bytes().to_vec()))),
            _ => None,
        }
    }

    /// How the two compare, if they are of one kind. Floats may have no order.
    fn compare(&self, other: &Self) -> Result<Option<Ordering>, DifferentKinds> {
        Ok(match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => Some(left.cmp(right)),
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(right)),
            (Self::Uint(left), Self::Uint(right)) => Some(left.cmp(right)),
            (Self::Int(left), Self::Uint(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
            (Self::Uint(left), Self::Int(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(right),
            (Self::String(left), Self::String(right)) => Some(left.cmp(right)),
            _ => return Err(DifferentKinds),
        })
    }
}

pub(super) fn eq(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    if args.len() < 2 {
        return Err(FuncError::new("missing argument for comparison"));
    }
    for other in args.rest(1) {
        if equal(call, args.any(0), other)? {
            return Ok(Any::Bool(true));
        }
    }
    Ok(Any::Bool(false))
}

pub(super) fn ne(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::Bool(!equal(call, args.any(0), args.any(1))?))
}

pub(super) fn lt(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::Bool(order(args)? == Some(Ordering::Less)))
}

pub(super) fn le(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::Bool(order(args)?.is_some_and(Ordering::is_le)))
}

/// Go takes `gt` for the opposite of `le`, also of what has no order.
pub(super) fn gt(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::Bool(!order(args)?.is_some_and(Ordering::is_le)))
}

/// Go takes `ge` for the opposite of `lt`, also of what has no order.
pub(super) fn ge(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::Bool(order(args)? != Some(Ordering::Less)))
}

fn order(args: Args<'_>) -> Result<Option<Ordering>, FuncError> {
    let (left, right) = (args.any(0), args.any(1));
    let bad_type = || FuncError::new("invalid type for comparison");
    let (left_basic, right_basic) = (
        Basic::of(left).ok_or_else(bad_type)?,
        Basic::of(right).ok_or_else(bad_type)?,
    );
    let order = left_basic
        .compare(&right_basic)
        .map_err(|DifferentKinds| incompatible(left, right))?;
    if matches!(left_basic, Basic::Bool(_)) {
        Err(bad_type())
    } else {
        Ok(order)
    }
}

fn equal(call: &mut Call<'_>, left: &Any, right: &Any) -> Result<bool, FuncError> {
    match (Basic::of(left), Basic::of(right)) {
        (Some(left_basic), Some(right_basic)) => match left_basic.compare(&right_basic) {
            Ok(order) => Ok(order == Some(Ordering::Equal)),
            Err(DifferentKinds) => Err(incompatible(left, right)),
        },
        (None, None) => equal_composites(call, left, right),
        _ if is_nil(left) || is_nil(right) => Ok(false),
        _ => Err(incompatible(left, right)),
    }
}

/// Two values that are no basic ones: nil, or what Go compares by type if at all.
fn equal_composites(call: &mut Call<'_>, left: &Any, right: &Any) -> Result<bool, FuncError> {
    if is_nil(left) || is_nil(right) {
        return Ok(is_nil(left) && is_nil(right));
    }
    // The errors print the values.
    call.check_text_of(&[left.clone(), right.clone()])?;
    if left.kind() != right.kind() {
        let args = [
            left.clone(),
            Any::string(left.type_name()),
            Any::string(right.type_name()),
            right.clone(),
        ];
        return Err(formatted(b"non-comparable types %s: %v, %s: %v", &args));
    }
    match (left, right) {
        (Any::Object(left), Any::Object(right)) if right.kind() == Kind::Ptr => Ok(Rc::ptr_eq(left, right)),
        (Any::Object(left), Any::Object(right)) if right.kind() == Kind::Struct => {
            Ok(left.type_name() == right.type_name() && left.to_value() == right.to_value())
        }
        _ => Err(formatted(
            b"non-comparable type %s: %v",
            &[right.clone(), Any::string(right.type_name())],
        )),
    }
}

fn is_nil(value: &Any) -> bool {
    matches!(value, Any::Invalid | Any::Nil)
}

fn incompatible(left: &Any, right: &Any) -> FuncError {
    let (left, right) = (left.type_name(), right.type_name());
    FuncError::new(format!("incompatible types for comparison: {left} and {right}"))
}

fn formatted(format: &[u8], args: &[Any]) -> FuncError {
    let mut text = Vec::new();
    fmt::sprintf(format, args, &mut text);
    FuncError::new(text)
}
