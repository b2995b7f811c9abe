//! `and`, `or`, `not`, `call`.
//!
//! The executor evaluates `and`, `or` and `call` itself; these bodies serve callers that have the arguments already.

use crate::{Any, Args, Call, FuncError};

pub(super) fn and(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(first(args, false))
}

pub(super) fn or(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(first(args, true))
}

/// The first argument with the wanted truth, or the last one.
fn first(args: Args<'_>, wanted: bool) -> Any {
    let args = args.rest(0);
    args.iter()
        .find(|arg| arg.truth() == wanted)
        .or(args.last())
        .cloned()
        .unwrap_or_default()
}

pub(super) fn not(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::Bool(!args.any(0).truth()))
}

pub(super) fn call(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Err(match args.any(0) {
        Any::Invalid | Any::Nil => FuncError::new("call of nil"),
        other => FuncError::new(format!("non-function of type {}", other.type_name())),
    })
}
