//! Go's `reflect.DeepEqual` on the values that templates can meet.

use std::rc::Rc;

use gotemplate::{Any, AnyList, AnyMap};

/// How deep equal values are compared; deeper ones, which only a map that contains itself has, count as different.
const MAX_DEPTH: usize = 10_000;

/// Whether two values have the same type and the same content; the `int` 1 and the `float64` 1 differ.
pub(crate) fn deep_equal(left: &Any, right: &Any) -> bool {
    equal(left, right, MAX_DEPTH)
}

fn equal(left: &Any, right: &Any, depth: usize) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    match (left, right) {
        (Any::Nil | Any::Invalid, Any::Nil | Any::Invalid) => true,
        (Any::Bool(left), Any::Bool(right)) => left == right,
        (Any::Int(left), Any::Int(right)) | (Any::Int64(left), Any::Int64(right)) => left == right,
        (Any::Int32(left), Any::Int32(right)) => left == right,
        (Any::Uint8(left), Any::Uint8(right)) => left == right,
        (Any::Uint64(left), Any::Uint64(right)) => left == right,
        #[expect(clippy::float_cmp, reason = "Go compares exactly")]
        (Any::Float64(left), Any::Float64(right)) => left == right,
        (Any::String(left), Any::String(right)) | (Any::Bytes(left), Any::Bytes(right)) => left == right,
        (Any::List(left), Any::List(right)) => equal_lists(left, right, depth),
        (Any::Map(left), Any::Map(right)) => equal_maps(left, right, depth),
        (Any::Object(left), Any::Object(right)) => {
            Rc::ptr_eq(left, right)
                || left.type_name() == right.type_name()
                    && left.display() == right.display()
                    && left.to_value() == right.to_value()
        }
        _ => false,
    }
}

fn equal_lists(left: &Rc<AnyList>, right: &Rc<AnyList>, depth: usize) -> bool {
    Rc::ptr_eq(left, right)
        || left.elem == right.elem
            && left.items.len() == right.items.len()
            && left
                .items
                .iter()
                .zip(&right.items)
                .all(|(left, right)| equal(left, right, depth))
}

fn equal_maps(left: &AnyMap, right: &AnyMap, depth: usize) -> bool {
    if left.map_type() != right.map_type() || left.len() != right.len() {
        return false;
    }
    left.is_same(right)
        || left.with(|left| {
            right.with(|right| {
                left.iter()
                    .zip(right)
                    .all(|((left_key, left), (right_key, right))| left_key == right_key && equal(left, right, depth))
            })
        })
}
