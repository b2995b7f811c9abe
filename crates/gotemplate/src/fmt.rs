//! Go's package `fmt` for template values: what `print`, `printf`, `println` and every `{{ . }}` write.

mod directive;
mod layout;
mod scalar;
mod walk;

use govalue::number::write_int;
pub use govalue::{quote, write_quoted};

use crate::{Any, Kind};
use directive::Formatter;
use layout::Spec;
use walk::Printer;

/// How deeply printed values may nest. Go has no limit, but a fatal stack overflow.
const MAX_DEPTH: usize = 10_000;

/// Appends what Go's `fmt.Print` writes: the values, with a space between two that are both no strings.
pub fn print(args: &[Any], out: &mut Vec<u8>) {
    let mut after_string = true;
    for arg in args {
        let is_string = arg.kind() == Kind::String;
        if !is_string && !after_string {
            out.push(b' ');
        }
        write_argument(arg, out);
        after_string = is_string;
    }
}

/// Appends what Go's `fmt.Println` writes: the values with spaces between them, and a newline.
pub fn println(args: &[Any], out: &mut Vec<u8>) {
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write_argument(arg, out);
    }
    out.push(b'\n');
}

/// Appends a value as `%v` writes it, and `<no value>` for [`Any::Invalid`].
///
/// A map that contains itself is cut off where it does, with `%!(CYCLE)`; Go does not survive one.
pub fn write_value(value: &Any, out: &mut Vec<u8>) {
    match value {
        Any::Invalid => out.extend_from_slice(b"<no value>"),
        other => write_argument(other, out),
    }
}

/// Appends what Go's `fmt.Sprintf` returns, its complaints about verbs and arguments included.
///
/// ```
/// use gotemplate::{Any, fmt};
/// let mut out = Vec::new();
/// fmt::sprintf(b"%s has %03d, %d", &[Any::string("Ann"), Any::Int(7), Any::Float64(8080.0)], &mut out);
/// assert_eq!(out, b"Ann has 007, %!d(float64=8080)");
/// ```
pub fn sprintf(format: &[u8], args: &[Any], out: &mut Vec<u8>) {
    Formatter::new(format, args, out).run();
}

fn write_argument(value: &Any, out: &mut Vec<u8>) {
    match value {
        Any::String(text) => out.extend_from_slice(text.as_bytes()),
        Any::Int(number) | Any::Int64(number) => write_int(out, *number),
        other => Printer::new(out, Spec::default()).argument(other, 'v'),
    }
}
