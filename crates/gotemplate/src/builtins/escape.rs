//! `html`, `js`, `urlquery`: text made safe for another language.

use std::borrow::Cow;

use crate::{Any, Args, Call, FuncError, fmt};

const HEX: &[u8; 16] = b"0123456789ABCDEF";

pub(super) fn html(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    let text = text_of(args);
    let mut out = Vec::with_capacity(text.len());
    for byte in text.iter() {
        match byte {
            0 => out.extend_from_slice("\u{FFFD}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            other => out.push(*other),
        }
    }
    Ok(Any::string(out))
}

pub(super) fn js(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    let text = text_of(args);
    let mut out = Vec::with_capacity(text.len());
    for (start, end, character) in bstr::ByteSlice::char_indices(&*text) {
        match character {
            '\\' => out.extend_from_slice(b"\\\\"),
            '\'' => out.extend_from_slice(b"\\'"),
            '"' => out.extend_from_slice(b"\\\""),
            '<' | '>' | '&' | '=' | '\0'..='\x1f' => out.extend_from_slice(js_code(character).as_bytes()),
            _ if character.is_ascii() || govalue::is_print(character) => out.extend_from_slice(&text[start..end]),
            _ => out.extend_from_slice(js_code(character).as_bytes()),
        }
    }
    Ok(Any::string(out))
}

fn js_code(character: char) -> String {
    format!("\\u{:04X}", u32::from(character))
}

pub(super) fn urlquery(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    call.check_text_of(args.rest(0))?;
    let text = text_of(args);
    let mut out = Vec::with_capacity(text.len());
    for byte in text.iter() {
        match byte {
            b' ' => out.push(b'+'),
            b'-' | b'_' | b'.' | b'~' => out.push(*byte),
            byte if byte.is_ascii_alphanumeric() => out.push(*byte),
            byte => out.extend_from_slice(&[b'%', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]),
        }
    }
    Ok(Any::string(out))
}

/// The arguments as `print` writes them, but nil as `<no value>`.
fn text_of(args: Args<'_>) -> Cow<'_, [u8]> {
    if let [Any::String(text)] = args.rest(0) {
        return Cow::Borrowed(text.as_bytes());
    }
    let printable = |arg: &Any| match arg {
        Any::Invalid | Any::Nil => Any::string("<no value>"),
        other => other.clone(),
    };
    let args: Vec<Any> = args.rest(0).iter().map(printable).collect();
    let mut text = Vec::new();
    fmt::print(&args, &mut text);
    Cow::Owned(text)
}
