//! `required` and `fail`: how a chart's author refuses to go on.

use gotemplate::{Any, Args, Call, FuncError};
use govalue::Str;
use helm_chart::Warning;

use crate::host::Host;

pub(super) fn required(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let missing = match args.any(1) {
        Any::Invalid | Any::Nil => true,
        Any::String(text) => text.is_empty(),
        _ => false,
    };
    if missing {
        refuse(call, "engine.go:206", "Missing required value", args.string(0)?)
    } else {
        Ok(args.any(1).clone())
    }
}

pub(super) fn fail(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    refuse(call, "engine.go:226", "Fail", args.string(0)?)
}

/// Ends the render with the message; under the linter logs it and gives an empty text.
fn refuse(call: &mut Call<'_>, origin: &'static str, what: &str, message: &Str) -> Result<Any, FuncError> {
    let Some(refusals) = &call.host::<Host>()?.refusals else {
        return Err(FuncError::refused(message.clone()));
    };
    refusals.borrow_mut().push(Warning {
        origin,
        text: format!("[INFO] {what}: {message}"),
    });
    Ok(Any::string(""))
}
