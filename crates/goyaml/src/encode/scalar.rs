//! Strings in their styles: plain, quoted, block; folded at the eightieth column.

use base64::Engine;
use bstr::ByteSlice;

use super::analysis::{Analysis, Breaks, Fits, Trouble, break_width};
use super::layout::{Dialect, Writer};
use crate::resolve;

/// go-yaml v2 folds a line at the first space after this column; v3 never folds.
const WIDTH: usize = 80;

/// The characters of base64 in a line of `!!binary`; with fewer there is no line break at all.
pub(super) const BINARY_LINE: usize = 70;

const HEX: &[u8; 16] = b"0123456789ABCDEF";

enum Style {
    OneLine(Fits),
    Literal,
}

/// Where a scalar stands, as far as its form depends on it.
#[derive(Clone, Copy)]
struct Place {
    /// It is a key before a `:`, on one line.
    simple_key: bool,
    /// It may go on in the next line.
    foldable: bool,
}

impl Writer {
    /// Writes a string in the style that go-yaml chooses.
    pub(super) fn write_string(&mut self, text: &[u8], analysis: &Analysis, simple_key: bool) {
        let place = Place {
            foldable: !simple_key && self.dialect != Dialect::Pretty,
            simple_key,
        };
        if self.refused {
            return;
        }
        if analysis.trouble == Some(Trouble::Binary) {
            return self.write_binary(text);
        }
        let outer = self.indent;
        self.indent = if outer < 0 { 2 } else { outer + 2 };
        match self.choose(text, analysis, place) {
            Style::OneLine(Fits::Plain) => self.write_plain(text, analysis, place),
            Style::OneLine(Fits::SingleQuoted) => self.write_single_quoted(text, analysis, place),
            Style::OneLine(Fits::DoubleQuoted) => self.write_double_quoted(text, place),
            Style::Literal => self.write_literal(text),
        }
        self.indent = outer;
    }

    fn choose(&self, text: &[u8], analysis: &Analysis, place: Place) -> Style {
        let newline = analysis.breaks == Breaks::Newline;
        if newline && analysis.block && !place.simple_key {
            return Style::Literal;
        }
        let is_misread = !resolve::is_plain_string(text) || (self.dialect == Dialect::Pretty && is_signed_octal(text));
        Style::OneLine(if newline || is_misread {
            Fits::DoubleQuoted
        } else {
            analysis.style
        })
    }

    fn write_plain(&mut self, text: &[u8], analysis: &Analysis, place: Place) {
        self.separate();
        if !place.foldable || self.column + text.len() <= WIDTH {
            self.put_text(text, if analysis.ascii { text.len() } else { width(text) });
        } else {
            self.write_folded(text, |writer, word| writer.put_text(word, width(word)));
        }
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes words and the spaces between them, folding at a single space beyond the width.
    fn write_folded(&mut self, text: &[u8], mut write_word: impl FnMut(&mut Self, &[u8])) {
        let mut rest = text;
        while let Some(space) = rest.find_byte(b' ') {
            if space > 0 {
                write_word(self, &rest[..space]);
                self.indention = false;
            }
            let spaces = rest[space..].iter().take_while(|byte| **byte == b' ').count();
            let inside = rest.len() < text.len() || space > 0;
            if spaces == 1 && self.column > WIDTH && inside && space + 1 < rest.len() {
                self.write_indent();
            } else {
                self.put_text(&rest[space..space + spaces], spaces);
            }
            rest = &rest[space + spaces..];
        }
        if !rest.is_empty() {
            write_word(self, rest);
            self.indention = false;
        }
    }

    fn write_single_quoted(&mut self, text: &[u8], analysis: &Analysis, place: Place) {
        self.separate();
        self.put(b'\'');
        self.whitespace = false;
        self.indention = false;
        if analysis.breaks != Breaks::None {
            self.write_quoted_lines(text, place);
        } else if !place.foldable || self.column + text.len() <= WIDTH {
            self.write_doubling_quotes(text);
        } else {
            self.write_folded(text, Self::write_doubling_quotes);
        }
        self.put(b'\'');
        self.whitespace = false;
        self.indention = false;
    }

    fn write_doubling_quotes(&mut self, text: &[u8]) {
        let mut parts = text.split_str("'");
        if let Some(first) = parts.next() {
            self.put_text(first, width(first));
        }
        for part in parts {
            self.put_text(b"''", 2);
            self.put_text(part, width(part));
        }
    }

    /// Single-quoted text with line separators (U+2028 and U+2029) in it: rare enough to go by characters.
    fn write_quoted_lines(&mut self, text: &[u8], place: Place) {
        let (mut after_space, mut after_break) = (false, false);
        let mut at = 0;
        while at < text.len() {
            let size = character_len(text[at]);
            let next_is_space = text.get(at + 1) == Some(&b' ');
            if text[at] == b' ' {
                let inside = at > 0 && at + 1 < text.len();
                if place.foldable && !after_space && self.column > WIDTH && inside && !next_is_space {
                    self.write_indent();
                } else {
                    self.put(b' ');
                }
                after_space = true;
            } else if break_width(&text[at..]) > 0 {
                self.put_separator(&text[at..at + size]);
                after_break = true;
            } else {
                if after_break {
                    self.write_indent();
                }
                self.write_doubling_quotes(&text[at..at + size]);
                self.indention = false;
                after_space = false;
                after_break = false;
            }
            at += size;
        }
    }

    /// Writes a line break other than `\n`: the emitter takes the next column for the first.
    fn put_separator(&mut self, separator: &[u8]) {
        self.put_text(separator, 1);
        self.column = 0;
        self.indention = true;
    }

    fn write_double_quoted(&mut self, text: &[u8], place: Place) {
        // libyaml looks for a byte order mark at the start of the text when it means the current character.
        let escape_all = text.starts_with("\u{feff}".as_bytes());
        self.separate();
        self.put(b'"');
        self.whitespace = false;
        self.indention = false;
        let mut after_space = false;
        let mut at = 0;
        while at < text.len() {
            let size = character_len(text[at]);
            let character = &text[at..text.len().min(at + size)];
            if escape_all || must_escape(character) {
                self.write_escape(character);
                after_space = false;
            } else if character == b" " {
                let inside = at > 0 && at + 1 < text.len();
                if place.foldable && !after_space && self.column > WIDTH && inside {
                    self.write_indent();
                    if text[at + 1] == b' ' {
                        self.put(b'\\');
                    }
                } else {
                    self.put(b' ');
                }
                after_space = true;
            } else {
                self.put_text(character, 1);
                after_space = false;
            }
            at += size;
        }
        self.put(b'"');
        self.whitespace = false;
        self.indention = false;
    }

    fn write_escape(&mut self, character: &[u8]) {
        let code = character.chars().next().map_or(0, u32::from);
        let short = match code {
            0x00 => b'0',
            0x07 => b'a',
            0x08 => b'b',
            0x09 => b't',
            0x0a => b'n',
            0x0b => b'v',
            0x0c => b'f',
            0x0d => b'r',
            0x1b => b'e',
            0x22 => b'"',
            0x5c => b'\\',
            0x85 => b'N',
            0xa0 => b'_',
            0x2028 => b'L',
            0x2029 => b'P',
            _ => {
                let (kind, digits) = match code {
                    0..=0xff => (b'x', 2),
                    0x100..=0xffff => (b'u', 4),
                    _ => (b'U', 8),
                };
                self.put_text(&[b'\\', kind], 2);
                for digit in (0..digits).rev() {
                    self.put(HEX[(code >> (4 * digit) & 0xf) as usize]);
                }
                return;
            }
        };
        self.put_text(&[b'\\', short], 2);
    }

    fn write_literal(&mut self, text: &[u8]) {
        self.separate();
        self.put(b'|');
        if text.first() == Some(&b' ') || break_width(text) > 0 {
            self.put(b'2');
        }
        if let Some(hint) = chomping_hint(text) {
            self.put(hint);
        }
        self.put_break();
        self.whitespace = true;
        let mut rest = text;
        while !rest.is_empty() {
            let end = line_end(rest);
            if end > 0 {
                self.write_indent();
                self.put_text(&rest[..end], end);
                self.indention = false;
            }
            let size = break_width(&rest[end..]);
            match size {
                0 => {}
                1 => self.put_break(),
                _ => self.put_separator(&rest[end..end + size]),
            }
            rest = &rest[end + size..];
        }
    }

    /// go-yaml's form for a string that is not UTF-8.
    fn write_binary(&mut self, text: &[u8]) {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text).into_bytes();
        self.separate();
        self.put_text(b"!!binary", 8);
        self.whitespace = false;
        self.indention = false;
        let outer = self.indent;
        self.indent = if outer < 0 { 2 } else { outer + 2 };
        if encoded.len() < BINARY_LINE {
            self.separate();
            self.put_text(&encoded, encoded.len());
        } else {
            let wrapped: Vec<u8> = encoded
                .chunks(BINARY_LINE)
                .flat_map(|line| [line, b"\n"].concat())
                .collect();
            self.write_literal(&wrapped);
        }
        self.indent = outer;
    }
}

/// `-` when the text does not end in a line break, `+` when it ends in more than one or is nothing else.
fn chomping_hint(text: &[u8]) -> Option<u8> {
    let is_separator_end = |text: &[u8]| {
        matches!(
            text,
            [.., b'\r' | b'\n'] | [.., 0xc2, 0x85] | [.., 0xe2, 0x80, 0xa8 | 0xa9]
        )
    };
    if !is_separator_end(text) {
        return Some(b'-');
    }
    let last = text.iter().rposition(|byte| byte & 0xc0 != 0x80).unwrap_or(0);
    (last == 0 || is_separator_end(&text[..last])).then_some(b'+')
}

/// Where the first line of `text` ends.
fn line_end(text: &[u8]) -> usize {
    let newline = text.find_byte(b'\n').unwrap_or(text.len());
    text[..newline].find_byteset([0xc2, 0xe2]).map_or(newline, |_| {
        (0..newline).find(|at| break_width(&text[*at..]) > 0).unwrap_or(newline)
    })
}

/// Whether a character cannot stand for itself in double quotes.
fn must_escape(character: &[u8]) -> bool {
    match character {
        [byte] => matches!(byte, b'"' | b'\\') || !(0x20..=0x7e).contains(byte),
        [0xc2, second] => *second < 0xa0,
        [0xe2, 0x80, 0xa8 | 0xa9] | [0xef, 0xbb, 0xbf] | [0xef, 0xbf, 0xbe | 0xbf] => true,
        [0xed, second, _] => *second >= 0xa0,
        _ => character.len() > 3,
    }
}

/// go-yaml v3 alone reads `0o-7` as a number.
fn is_signed_octal(text: &[u8]) -> bool {
    text.strip_prefix(b"0o-")
        .is_some_and(|digits| !digits.is_empty() && digits.iter().all(|byte| matches!(byte, b'0'..=b'7' | b'_')))
}

/// The characters in UTF-8 text.
fn width(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The bytes of the character that `first` begins.
fn character_len(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}
