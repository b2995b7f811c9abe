//! Arithmetic on integers, which wraps around as Go's does, and on floats, which goes by decimal digits.

mod decimal;
mod float;

use gotemplate::{Any, Elem, FuncError};

use crate::text::check_items;
use crate::types::number::to_int;
use decimal::{add1f, addf, divf, mulf, subf};
use float::{ceil, floor, maxf, minf, round};

entries! { Math;
    "add"(; ..Any) -> Int64, add, "Adds integers.";
    "add1"(Any) -> Int64, add1, "Adds 1.";
    "sub"(Any, Any) -> Int64, sub, "Subtracts integers.";
    "mul"(Any; ..Any) -> Int64, mul, "Multiplies integers.";
    "div"(Any, Any) -> Int64, try div, "Divides integers and drops the remainder.";
    "mod"(Any, Any) -> Int64, try remainder, "The remainder of a division of integers, with the sign of the first.";
    "max"(Any; ..Any) -> Int64, max, "The largest integer.";
    "biggest"(Any; ..Any) -> Int64, max, "Old name of `max`.";
    "min"(Any; ..Any) -> Int64, min, "The smallest integer.";
    "add1f"(Any) -> Float64, try add1f, "Adds 1 to a float.";
    "addf"(; ..Any) -> Float64, try addf, "Adds floats.";
    "subf"(Any; ..Any) -> Float64, try subf, "Subtracts floats from the first.";
    "mulf"(Any; ..Any) -> Float64, try mulf, "Multiplies floats.";
    "divf"(Any; ..Any) -> Float64, try divf, "Divides the first float by the others, to 16 decimal places.";
    "maxf"(Any; ..Any) -> Float64, maxf, "The largest float.";
    "minf"(Any; ..Any) -> Float64, minf, "The smallest float.";
    "floor"(Any) -> Float64, floor, "The largest whole number that isn't greater.";
    "ceil"(Any) -> Float64, ceil, "The smallest whole number that isn't less.";
    "round"(Any, Int; ..Float64) -> Float64, round, "Rounds to decimal places; up from 0.5, or from the third argument.";
    "until"(Int) -> IntList, try until, "The integers from 0 up to, or down to, the one before this.";
    "untilStep"(Int, Int, Int) -> IntList, try until_step, "The integers from the first up to the one before the second, in steps of the third.";
    "seq"(; ..Int) -> String, try seq, "Integers as the shell's `seq` prints them: [first [step]] last.";
}

fn add(numbers: &[Any]) -> i64 {
    numbers.iter().map(to_int).fold(0, i64::wrapping_add)
}

fn add1(number: &Any) -> i64 {
    to_int(number).wrapping_add(1)
}

fn sub(left: &Any, right: &Any) -> i64 {
    to_int(left).wrapping_sub(to_int(right))
}

fn mul(first: &Any, others: &[Any]) -> i64 {
    others.iter().map(to_int).fold(to_int(first), i64::wrapping_mul)
}

fn div(left: &Any, right: &Any) -> Result<i64, FuncError> {
    Ok(to_int(left).wrapping_div(divisor(right)?))
}

fn remainder(left: &Any, right: &Any) -> Result<i64, FuncError> {
    Ok(to_int(left).wrapping_rem(divisor(right)?))
}

fn divisor(number: &Any) -> Result<i64, FuncError> {
    match to_int(number) {
        0 => Err(FuncError::runtime("integer divide by zero")),
        divisor => Ok(divisor),
    }
}

fn max(first: &Any, others: &[Any]) -> i64 {
    others.iter().map(to_int).fold(to_int(first), i64::max)
}

fn min(first: &Any, others: &[Any]) -> i64 {
    others.iter().map(to_int).fold(to_int(first), i64::min)
}

fn until(end: i64) -> Result<Any, FuncError> {
    until_step(0, end, if end < 0 { -1 } else { 1 })
}

fn until_step(start: i64, end: i64, step: i64) -> Result<Any, FuncError> {
    let items = steps(start, end, step)?.into_iter().map(Any::Int).collect();
    Ok(Any::typed_list(Elem::Int, items))
}

/// The numbers from `start` towards `end`, without it; none if the step leads away from it.
fn steps(start: i64, end: i64, step: i64) -> Result<Vec<i64>, FuncError> {
    let down = end < start;
    if down && step >= 0 || !down && step <= 0 {
        return Ok(Vec::new());
    }
    let count = check_items(start.abs_diff(end).div_ceil(step.unsigned_abs()))?;
    Ok(std::iter::successors(Some(start), |number| number.checked_add(step))
        .take(count)
        .collect())
}

fn seq(params: &[Any]) -> Result<String, FuncError> {
    let params: Vec<i64> = params.iter().map(to_int).collect();
    let (start, step, end) = match params[..] {
        [end] => (1, None, end),
        [start, end] => (start, None, end),
        [start, step, end] => (start, Some(step), end),
        _ => return Ok(String::new()),
    };
    let direction = if end < start { -1 } else { 1 };
    let step = step.unwrap_or(direction);
    if end < start && step > 0 {
        return Ok(String::new());
    }
    let numbers = steps(start, end.wrapping_add(direction), step)?;
    Ok(numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" "))
}
