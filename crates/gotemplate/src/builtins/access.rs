//! `index`, `slice`, `len`: elements and sizes.

use crate::{Any, AnyList, AnyMap, Args, Call, FuncError, Kind, MapType, Object};

pub(super) fn index(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let mut item = args.any(0).clone();
    if is_nil(&item) {
        return Err(FuncError::new("index of untyped nil"));
    }
    for index in args.rest(1) {
        item = match &item {
            Any::Invalid | Any::Nil => return Err(FuncError::new("index of nil pointer")),
            Any::Map(map) => entry(map, index)?,
            Any::List(list) => list.items[element(index, list.items.len(), "slice")?].clone(),
            Any::Bytes(bytes) => Any::Uint8(bytes.as_bytes()[element(index, bytes.len(), "slice")?]),
            Any::String(text) => Any::Uint8(text.as_bytes()[element(index, text.len(), "string")?]),
            Any::Object(object) => object_element(object.as_ref(), index)?,
            other => {
                return Err(FuncError::new(format!(
                    "can't index item of type {}",
                    other.type_name()
                )));
            }
        };
    }
    Ok(item)
}

fn entry(map: &AnyMap, index: &Any) -> Result<Any, FuncError> {
    let key = key(index)?;
    let zero = || {
        if map.map_type() == MapType::String {
            Any::string("")
        } else {
            Any::Nil
        }
    };
    Ok(map.get(key).unwrap_or_else(zero))
}

fn key(index: &Any) -> Result<&[u8], FuncError> {
    match index {
        Any::String(key) => Ok(key.as_bytes()),
        Any::Invalid | Any::Nil => Err(FuncError::new("value is nil; should be of type string")),
        other => Err(FuncError::new(format!(
            "value has type {}; should be string",
            other.type_name()
        ))),
    }
}

fn object_element(object: &dyn Object, index: &Any) -> Result<Any, FuncError> {
    match object.kind() {
        Kind::Map => {
            let key = key(index)?;
            let field = std::str::from_utf8(key).ok().and_then(|key| object.field(key));
            Ok(field.unwrap_or_else(|| object.zero_entry()))
        }
        Kind::Slice => {
            let entries = object.entries().unwrap_or_default();
            let position = element(index, entries.len(), "slice")?;
            Ok(entries
                .into_iter()
                .nth(position)
                .map(|(_, element)| element)
                .unwrap_or_default())
        }
        _ => Err(FuncError::new(format!("can't index item of type {}", pointee(object)))),
    }
}

/// The index as a position of an element; the position after the last one passes Go's check, but panics later.
fn element(index: &Any, len: usize, what: &str) -> Result<usize, FuncError> {
    let position = position(index, len)?;
    if position == len {
        return Err(FuncError::new(format!("reflect: {what} index out of range")));
    }
    Ok(position)
}

/// The index as a number from 0 to `cap`, both included.
fn position(index: &Any, cap: usize) -> Result<usize, FuncError> {
    let number = match index {
        Any::Int(number) | Any::Int64(number) => *number,
        Any::Int32(number) => i64::from(*number),
        Any::Uint8(number) => i64::from(*number),
        Any::Uint64(number) => number.cast_signed(),
        Any::Invalid | Any::Nil => return Err(FuncError::new("cannot index slice/array with nil")),
        other => {
            return Err(FuncError::new(format!(
                "cannot index slice/array with type {}",
                other.type_name()
            )));
        }
    };
    match usize::try_from(number) {
        Ok(position) if position <= cap => Ok(position),
        _ => Err(FuncError::new(format!("index out of range: {number}"))),
    }
}

/// A slice's capacity is its length here: in Go it may be more, which a template can see only by slicing beyond the end.
pub(super) fn slice(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let (item, indexes) = (args.any(0), args.rest(1));
    if is_nil(item) {
        return Err(FuncError::new("slice of untyped nil"));
    }
    if indexes.len() > 3 {
        return Err(FuncError::new(format!("too many slice indexes: {}", indexes.len())));
    }
    match item {
        Any::String(_) if indexes.len() == 3 => Err(FuncError::new("cannot 3-index slice a string")),
        Any::String(text) => {
            let (start, end) = bounds(indexes, text.len())?;
            Ok(Any::string(&text.as_bytes()[start..end]))
        }
        Any::Bytes(bytes) => {
            let (start, end) = bounds(indexes, bytes.len())?;
            Ok(Any::Bytes(bytes.as_bytes()[start..end].into()))
        }
        Any::List(list) => {
            let (start, end) = bounds(indexes, list.items.len())?;
            let AnyList { elem, items } = &**list;
            Ok(Any::typed_list(*elem, items[start..end].to_vec()))
        }
        Any::Object(object) if object.kind() == Kind::Slice => {
            let entries = object.entries().unwrap_or_default();
            let (start, end) = bounds(indexes, entries.len())?;
            Ok(Any::list(
                entries[start..end].iter().map(|(_, element)| element.clone()).collect(),
            ))
        }
        Any::Object(object) => Err(FuncError::new(format!(
            "can't slice item of type {}",
            pointee(object.as_ref())
        ))),
        other => Err(FuncError::new(format!(
            "can't slice item of type {}",
            other.type_name()
        ))),
    }
}

/// Start and end, in order and within `len`.
fn bounds(indexes: &[Any], len: usize) -> Result<(usize, usize), FuncError> {
    let mut bounds = [0, len, len];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index, len)?;
    }
    for (low, high) in [(bounds[0], bounds[1]), (bounds[1], bounds[2])] {
        if low > high {
            return Err(FuncError::new(format!("invalid slice index: {low} > {high}")));
        }
    }
    Ok((bounds[0], bounds[1]))
}

pub(super) fn len(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let len = match args.any(0) {
        Any::Nil => return Err(FuncError::new("len of nil pointer")),
        Any::Invalid => return Err(FuncError::new("reflect: call of reflect.Value.Type on zero Value")),
        Any::String(text) | Any::Bytes(text) => text.as_bytes().len(),
        Any::List(list) => list.items.len(),
        Any::Map(map) => map.len(),
        Any::Object(object) => {
            let sized = matches!(object.kind(), Kind::Map | Kind::Slice | Kind::String | Kind::Ptr);
            let len = if sized { object.len() } else { None };
            len.ok_or_else(|| FuncError::new(format!("len of type {}", pointee(object.as_ref()))))?
        }
        other => return Err(FuncError::new(format!("len of type {}", other.type_name()))),
    };
    Ok(Any::Int(i64::try_from(len).unwrap_or(i64::MAX)))
}

fn is_nil(value: &Any) -> bool {
    matches!(value, Any::Invalid | Any::Nil)
}

/// The type behind a pointer, which Go's functions look at.
fn pointee(object: &dyn Object) -> &str {
    let name = object.type_name();
    if object.kind() == Kind::Ptr {
        name.strip_prefix('*').unwrap_or(name)
    } else {
        name
    }
}
