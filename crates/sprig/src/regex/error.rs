//! What is wrong with a pattern, in the words of Go's `regexp/syntax`.

use govalue::{can_backquote, quote};

/// What is wrong, and in which part of the pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) code: Code,
    pub(crate) part: Vec<u8>,
}

/// Go's error codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidCharRange,
    InvalidEscape,
    InvalidNamedCapture,
    InvalidPerlOp,
    InvalidRepeatOp,
    InvalidRepeatSize,
    InvalidUtf8,
    MissingBracket,
    MissingParen,
    MissingRepeatArgument,
    TrailingBackslash,
    UnexpectedParen,
    NestingDepth,
    TooLarge,
}

impl Code {
    fn text(self) -> &'static str {
        match self {
            Self::InvalidCharRange => "invalid character class range",
            Self::InvalidEscape => "invalid escape sequence",
            Self::InvalidNamedCapture => "invalid named capture",
            Self::InvalidPerlOp => "invalid or unsupported Perl syntax",
            Self::InvalidRepeatOp => "invalid nested repetition operator",
            Self::InvalidRepeatSize => "invalid repeat count",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::MissingBracket => "missing closing ]",
            Self::MissingParen => "missing closing )",
            Self::MissingRepeatArgument => "missing argument to repetition operator",
            Self::TrailingBackslash => "trailing backslash at end of expression",
            Self::UnexpectedParen => "unexpected )",
            Self::NestingDepth => "expression nests too deeply",
            Self::TooLarge => "expression too large",
        }
    }
}

impl SyntaxError {
    pub(crate) fn new(code: Code, part: &[u8]) -> Self {
        Self {
            code,
            part: part.to_vec(),
        }
    }

    /// What `regexp.Compile` returns.
    pub(crate) fn text(&self) -> Vec<u8> {
        [
            b"error parsing regexp: ",
            self.code.text().as_bytes(),
            b": `",
            &self.part,
            b"`",
        ]
        .concat()
    }

    /// What `regexp.MustCompile` panics with.
    pub(crate) fn panic_text(&self, pattern: &[u8]) -> Vec<u8> {
        let quoted = if can_backquote(pattern) {
            [b"`", pattern, b"`"].concat()
        } else {
            quote(pattern).into_bytes()
        };
        [b"regexp: Compile(", quoted.as_slice(), b"): ", &self.text()].concat()
    }
}
