//! Reads format strings: literal text, and directives such as `%-10s`, `%[2]*.[1]*f`, `%#v`.

use bstr::ByteSlice;
use govalue::decode_rune;
use govalue::number::write_int;

use super::layout::{Flags, Spec};
use super::walk::Printer;
use crate::Any;

/// Widths, precisions and indexes above this are mistakes, says Go.
const LARGEST: i64 = 1_000_000;

/// One `Sprintf` call.
pub(super) struct Formatter<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a [Any],
    next_arg: usize,
    out: &'a mut Vec<u8>,
    /// Flags, width and precision of the current directive.
    spec: Spec,
    /// Whether every `[n]` of the current directive made sense.
    good_index: bool,
    /// Whether the current directive has just had an `[n]`.
    after_index: bool,
    /// Whether any directive had an `[n]`; arguments left over are no mistake then.
    reordered: bool,
}

impl<'a> Formatter<'a> {
    pub(super) fn new(format: &'a [u8], args: &'a [Any], out: &'a mut Vec<u8>) -> Self {
        Self {
            format,
            at: 0,
            args,
            next_arg: 0,
            out,
            spec: Spec::default(),
            good_index: true,
            after_index: false,
            reordered: false,
        }
    }

    pub(super) fn run(mut self) {
        loop {
            let rest = &self.format[self.at..];
            let Some(literal) = rest.find_byte(b'%') else {
                self.out.extend_from_slice(rest);
                break;
            };
            self.out.extend_from_slice(&rest[..literal]);
            self.at += literal + 1;
            self.directive();
        }
        self.extra_arguments();
    }

    fn directive(&mut self) {
        self.spec = Spec::default();
        self.good_index = true;
        self.flags();
        self.index();
        self.width();
        self.precision();
        if !self.after_index {
            self.index();
        }
        let (verb, size) = decode_rune(&self.format[self.at..]);
        if size == 0 {
            return self.out.extend_from_slice(b"%!(NOVERB)");
        }
        self.at += size;
        self.verb(verb.unwrap_or(char::REPLACEMENT_CHARACTER));
    }

    fn verb(&mut self, verb: char) {
        if verb == '%' {
            return self.out.push(b'%');
        }
        if !self.good_index {
            return self.complain(verb, "(BADINDEX)");
        }
        let Some(arg) = self.args.get(self.next_arg) else {
            return self.complain(verb, "(MISSING)");
        };
        self.next_arg += 1;
        match (verb, arg) {
            ('s' | 'v', Any::String(text)) if self.spec.is_plain() => self.out.extend_from_slice(text.as_bytes()),
            ('d' | 'v', Any::Int(number) | Any::Int64(number)) if self.spec.is_plain() => write_int(self.out, *number),
            ('v' | 'w', _) => {
                self.spec.for_value();
                Printer::new(self.out, self.spec).argument(arg, verb);
            }
            _ => Printer::new(self.out, self.spec).argument(arg, verb),
        }
    }

    fn complain(&mut self, verb: char, what: &str) {
        self.out.extend_from_slice(b"%!");
        self.out.extend_from_slice(verb.encode_utf8(&mut [0; 4]).as_bytes());
        self.out.extend_from_slice(what.as_bytes());
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn flags(&mut self) {
        while let Some(byte) = self.peek() {
            self.spec.flags.set(match byte {
                b'#' => Flags::SHARP,
                b'0' => Flags::ZERO,
                b'+' => Flags::PLUS,
                b'-' => Flags::MINUS,
                b' ' => Flags::SPACE,
                _ => break,
            });
            self.at += 1;
        }
    }

    fn width(&mut self) {
        if self.peek() != Some(b'*') {
            self.spec.width = self.number();
            if self.after_index && self.spec.width.is_some() {
                self.good_index = false;
            }
            return;
        }
        self.at += 1;
        let width = self.argument_as_int();
        if width.is_none() {
            self.out.extend_from_slice(b"%!(BADWIDTH)");
        }
        if width.is_some_and(i64::is_negative) {
            self.spec.flags.set(Flags::MINUS);
        }
        self.spec.width = width.and_then(|width| usize::try_from(width.unsigned_abs()).ok());
        self.after_index = false;
    }

    fn precision(&mut self) {
        // A point at the very end is taken for the verb.
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() != Some(b'*') {
            self.spec.precision = Some(self.number().unwrap_or(0));
            return;
        }
        self.at += 1;
        // A negative precision is none, and a bad one.
        self.spec.precision = self
            .argument_as_int()
            .and_then(|precision| usize::try_from(precision).ok());
        if self.spec.precision.is_none() {
            self.out.extend_from_slice(b"%!(BADPREC)");
        }
        self.after_index = false;
    }

    /// Reads an `[n]`, if there is one, and makes it the next argument.
    fn index(&mut self) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let Some(close) = rest.find_byte(b']').filter(|_| rest.len() >= 3) else {
            self.at += 1;
            self.good_index = false;
            return;
        };
        self.at += close + 1;
        let number = leading_number(&rest[1..close])
            .filter(|(_, size)| *size == close - 1)
            .map(|(number, _)| number);
        self.after_index = number.is_some();
        match number
            .and_then(|number| usize::try_from(number - 1).ok())
            .filter(|index| *index < self.args.len())
        {
            Some(index) => self.next_arg = index,
            None => self.good_index = false,
        }
    }

    /// Reads decimal digits; one that is too long swallows the rest of the format.
    fn number(&mut self) -> Option<usize> {
        let rest = &self.format[self.at..];
        if !rest.first()?.is_ascii_digit() {
            return None;
        }
        let parsed = leading_number(rest);
        self.at += parsed.map_or(rest.len(), |(_, size)| size);
        parsed.and_then(|(number, _)| usize::try_from(number).ok())
    }

    /// The next argument as a width or precision.
    fn argument_as_int(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next_arg)?;
        self.next_arg += 1;
        let number = match arg {
            Any::Int(number) | Any::Int64(number) => *number,
            Any::Int32(number) => i64::from(*number),
            Any::Uint8(number) => i64::from(*number),
            Any::Uint64(number) => i64::try_from(*number).ok()?,
            _ => return None,
        };
        (-LARGEST..=LARGEST).contains(&number).then_some(number)
    }

    fn extra_arguments(&mut self) {
        let extra = self.args.get(self.next_arg..).unwrap_or_default();
        if self.reordered || extra.is_empty() {
            return;
        }
        self.out.extend_from_slice(b"%!(EXTRA ");
        for (index, arg) in extra.iter().enumerate() {
            if index > 0 {
                self.out.extend_from_slice(b", ");
            }
            Printer::new(self.out, Spec::default()).type_and_value(arg);
        }
        self.out.push(b')');
    }
}

/// The number at the start of `text` and its length; `None` without digits, or with too many.
fn leading_number(text: &[u8]) -> Option<(i64, usize)> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    let mut number = 0;
    let mut size = 0;
    for digit in digits {
        if number > LARGEST {
            return None;
        }
        number = number * 10 + i64::from(digit - b'0');
        size += 1;
    }
    (size > 0).then_some((number, size))
}
