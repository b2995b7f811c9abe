//! What a string allows: which styles can hold it.

use super::layout::Dialect;
use super::scalar::BINARY_LINE;

/// What libyaml's emitter finds out about a string, reduced to what block style needs.
pub(super) struct Analysis {
    /// The most readable style that can hold it; a reader may still take the plain text for another type.
    pub(super) style: Fits,
    /// Whether it can stand in a `|` block.
    pub(super) block: bool,
    pub(super) breaks: Breaks,
    /// Whether each byte is a character.
    pub(super) ascii: bool,
    pub(super) trouble: Option<Trouble>,
}

/// The styles of one line, each able to hold all that those before it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fits {
    Plain,
    SingleQuoted,
    DoubleQuoted,
}

/// The line breaks of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Breaks {
    None,
    /// Some, but no `\n`.
    Other,
    /// At least one `\n`.
    Newline,
}

/// What YAML text cannot hold as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// It does not come back out of JSON as it was.
    ChangedByJson,
    /// It is not UTF-8, and is written as `!!binary`.
    Binary,
}

const SPACE: u8 = 1;
const BREAK: u8 = 2;
const CONTROL: u8 = 4;
const TAB: u8 = 8;
const COLON_OR_HASH: u8 = 16;
const DELETE: u8 = 32;
const HIGH: u8 = 64;
const RETURN: u8 = 128;

/// What each byte may mean for the string that holds it.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte {
            0x20 => SPACE,
            0x0a => BREAK,
            0x09 => TAB,
            0x0d => RETURN,
            0x3a | 0x23 => COLON_OR_HASH,
            0x7f => DELETE,
            0..=0x1f => CONTROL,
            0x80.. => HIGH,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

impl Analysis {
    pub(super) fn new(text: &[u8], dialect: Dialect) -> Self {
        let classes = text.iter().fold(0, |all, byte| all | CLASSES[usize::from(*byte)]);
        let has = |wanted: u8| classes & wanted != 0;
        let mut analysis = Self {
            style: Fits::Plain,
            block: true,
            breaks: if has(BREAK) { Breaks::Newline } else { Breaks::None },
            ascii: !has(HIGH),
            trouble: None,
        };
        if begins_with_indicator(text) || (has(COLON_OR_HASH) && has_indicator(text)) {
            analysis.need(Fits::SingleQuoted);
        }
        if has(SPACE) {
            analysis.look_at_ends(text);
        }
        if has(CONTROL | DELETE | RETURN) || (has(TAB) && dialect != Dialect::Pretty) {
            analysis.need_escapes();
        }
        if has(TAB) {
            analysis.need(Fits::DoubleQuoted);
        }
        if has(BREAK | RETURN | HIGH) {
            analysis.look_at_breaks(text);
        }
        if has(HIGH | DELETE) {
            analysis.look_at_unicode(text, dialect);
        }
        analysis
    }

    fn need(&mut self, style: Fits) {
        self.style = self.style.max(style);
    }

    fn need_escapes(&mut self) {
        self.need(Fits::DoubleQuoted);
        self.block = false;
    }

    fn look_at_ends(&mut self, text: &[u8]) {
        if text.first() == Some(&b' ') {
            self.need(Fits::SingleQuoted);
        }
        if text.last() == Some(&b' ') {
            self.need(Fits::SingleQuoted);
            self.block = false;
        }
    }

    /// Line breaks, and spaces beside them.
    fn look_at_breaks(&mut self, text: &[u8]) {
        let (mut after_space, mut after_break) = (false, false);
        let mut at = 0;
        while at < text.len() {
            let width = break_width(&text[at..]);
            let is_space = text[at] == b' ';
            if width > 0 {
                if self.breaks == Breaks::None {
                    self.breaks = Breaks::Other;
                }
                self.need(Fits::SingleQuoted);
                if after_space {
                    self.need_escapes();
                }
            } else if is_space && after_break {
                self.need(Fits::DoubleQuoted);
            }
            after_space = is_space;
            after_break = width > 0;
            at += width.max(1);
        }
    }

    /// What is beyond ASCII: go-yaml escapes what it does not call printable, and JSON and YAML disagree on some.
    fn look_at_unicode(&mut self, bytes: &[u8], dialect: Dialect) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            self.trouble = Some(if dialect == Dialect::Sigs {
                Trouble::ChangedByJson
            } else {
                Trouble::Binary
            });
            let one_line = bytes.len().div_ceil(3) * 4 < BINARY_LINE;
            self.breaks = if one_line { Breaks::None } else { Breaks::Newline };
            return;
        };
        let is_refused = |c| matches!(c, '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
        if text.contains(|c| c > '\u{ffff}' || c == '\u{feff}' || is_refused(c)) {
            self.need_escapes();
        }
        if dialect == Dialect::Sigs && text.contains(is_refused) {
            self.trouble = Some(Trouble::ChangedByJson);
        }
    }
}

/// The bytes of the line break at the start of `text`; 0 if there is none.
pub(super) fn break_width(text: &[u8]) -> usize {
    match text {
        [b'\r' | b'\n', ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// Whether the first characters mean something in YAML.
fn begins_with_indicator(text: &[u8]) -> bool {
    match text {
        [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] => true,
        [b'-' | b'?' | b':', rest @ ..] => matches!(rest, [] | [b' ' | b'\t', ..]),
        [first, ..] => matches!(
            first,
            b'#' | b','
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'&'
                | b'*'
                | b'!'
                | b'|'
                | b'>'
                | b'\''
                | b'"'
                | b'%'
                | b'@'
                | b'`'
        ),
        [] => false,
    }
}

/// Whether there is a `: ` or a ` #` after the first character.
fn has_indicator(text: &[u8]) -> bool {
    text.iter().enumerate().skip(1).any(|(at, byte)| match byte {
        b':' => matches!(text.get(at + 1), None | Some(b' ' | b'\t')),
        b'#' => is_blank_end(&text[..at]),
        _ => false,
    })
}

/// Whether `text` ends in a blank, a line break or NUL.
fn is_blank_end(text: &[u8]) -> bool {
    matches!(
        text,
        [.., b' ' | b'\t' | b'\r' | b'\n' | 0] | [.., 0xc2, 0x85] | [.., 0xe2, 0x80, 0xa8 | 0xa9]
    )
}
