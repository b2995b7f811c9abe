//! `required` and `fail`: how a chart's author refuses to go on.

use gotemplate::{Any, Args, Call, FuncError};

pub(super) fn required(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let missing = match args.any(1) {
        Any::Invalid | Any::Nil => true,
        Any::String(text) => text.is_empty(),
        _ => false,
    };
    if missing {
        Err(FuncError::refused(args.string(0)?.clone()))
    } else {
        Ok(args.any(1).clone())
    }
}

pub(super) fn fail(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Err(FuncError::refused(args.string(0)?.clone()))
}
