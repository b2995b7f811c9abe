//! `print`, `printf`, `println`: Go's package `fmt`.

use crate::{Any, Args, Call, FuncError, fmt};

pub(super) fn print(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    Ok(call.text(|out| fmt::print(args.rest(0), out)))
}

pub(super) fn println(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    Ok(call.text(|out| fmt::println(args.rest(0), out)))
}

pub(super) fn printf(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    let format = args.string(0)?;
    Ok(call.text(|out| fmt::sprintf(format.as_bytes(), args.rest(1), out)))
}
