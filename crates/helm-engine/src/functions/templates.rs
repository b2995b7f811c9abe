//! `include` and `tpl`.

use gotemplate::{Any, Args, Call, FuncError, Overlay, fmt};
use govalue::Charset;

use crate::engine::without_no_value;
use crate::host::Host;

/// How many times a template may be included within itself.
const MAX_INCLUDES: usize = 1000;

pub(super) fn include(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let name = args.string(0)?;
    let host = call.host::<Host>()?;
    {
        let mut includes = host.includes.borrow_mut();
        // A name can only be too often among too many, so that there is seldom anything to count.
        if includes.len() > MAX_INCLUDES && includes.iter().filter(|outer| *outer == name).count() > MAX_INCLUDES {
            let message = format!("rendering template has a nested reference name: {name}: unable to execute template");
            return Err(FuncError::new(message));
        }
        includes.push(name.clone());
    }
    let result = call.execute(name.as_bytes(), args.any(1).clone());
    host.includes.borrow_mut().pop();
    result.map(Any::String)
}

pub(super) fn tpl(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let text = args.string(0)?;
    let host = call.host::<Host>()?;
    let templates = call.templates()?;
    let parsed = host
        .texts
        .parse(templates.name(), text, &host.functions)
        .map_err(|error| FuncError::nested_in(about("cannot parse template ", text), error))?;
    let overlay = Overlay::new(templates, &parsed);
    let depth = host.includes.borrow().len();
    let result = call.execute_overlay(&overlay, args.any(1).clone());
    host.includes.borrow_mut().truncate(depth);
    let output = result.map_err(|error| {
        let message = about("error during tpl function execution for ", text);
        error.context(String::from_utf8_lossy(&message))
    })?;
    Ok(Any::String(match without_no_value(output.as_bytes()) {
        std::borrow::Cow::Borrowed(_) => output,
        std::borrow::Cow::Owned(rest) => rest.into(),
    }))
}

/// A message that quotes a text.
fn about(message: &str, text: &[u8]) -> Vec<u8> {
    let mut out = message.as_bytes().to_vec();
    fmt::write_quoted(text, Charset::Printable, &mut out);
    out
}
