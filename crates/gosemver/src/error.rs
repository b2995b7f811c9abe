//! Why a version or a constraint was refused, in the Go library's words.

use std::fmt;

/// Why a text is no version or no constraint; it displays as the Go library's error does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The text has not the shape of a version.
    InvalidSemVer,
    /// The text is empty; only strict parsing tells this apart.
    EmptyString,
    /// A number segment has other characters than digits; strict parsing only.
    InvalidCharacters,
    /// A number segment, or a numeric part of a pre-release, has a leading zero.
    SegmentStartsZero,
    /// The build metadata has an empty or ill-formed part.
    InvalidMetadata,
    /// The pre-release has an empty or ill-formed part.
    InvalidPrerelease,
    /// The version has more than 256 bytes.
    VersionTooLong,
    /// A number segment does not fit 64 bits; lenient parsing wraps the reason, strict parsing does not.
    SegmentOverflow {
        /// The digits.
        digits: String,
        /// Whether the version was parsed strictly.
        strict: bool,
    },
    /// Incrementing a segment (`major`, `minor` or `patch`) that is at its maximum.
    IncrementOverflow(&'static str),
    /// The constraint has more than 512 bytes.
    ConstraintTooLong,
    /// The constraint has more than 32 groups joined by `||`.
    TooManyConstraintGroups,
    /// A group of a constraint cannot be read.
    ImproperConstraint(String),
    /// A version inside a constraint cannot be read.
    ConstraintParser,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidSemVer => f.write_str("invalid semantic version"),
            Self::EmptyString => f.write_str("version string empty"),
            Self::InvalidCharacters => f.write_str("invalid characters in version"),
            Self::SegmentStartsZero => f.write_str("version segment starts with 0"),
            Self::InvalidMetadata => f.write_str("invalid metadata string"),
            Self::InvalidPrerelease => f.write_str("invalid prerelease string"),
            Self::VersionTooLong => f.write_str("version string is too long (max 256 bytes)"),
            Self::SegmentOverflow { digits, strict } => {
                let prefix = if *strict { "" } else { "error parsing version segment: " };
                write!(f, "{prefix}strconv.ParseUint: parsing \"{digits}\": value out of range")
            }
            Self::IncrementOverflow(segment) => write!(f, "{segment} version increment would overflow uint64"),
            Self::ConstraintTooLong => f.write_str("constraint string is too long (max 512 bytes)"),
            Self::TooManyConstraintGroups => f.write_str("too many constraint groups (max 32)"),
            Self::ImproperConstraint(group) => write!(f, "improper constraint: {}", Quoted(group)),
            Self::ConstraintParser => f.write_str("constraint parser error"),
        }
    }
}

impl std::error::Error for Error {}

/// A text as Go's `%q` prints it.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\x07' => f.write_str("\\a")?,
                '\x08' => f.write_str("\\b")?,
                '\x0b' => f.write_str("\\v")?,
                '\x0c' => f.write_str("\\f")?,
                ' '..='~' => write!(f, "{c}")?,
                c if c.is_ascii() => write!(f, "\\x{:02x}", u32::from(c))?,
                c if is_printable(c) => write!(f, "{c}")?,
                c if u32::from(c) <= 0xffff => write!(f, "\\u{:04x}", u32::from(c))?,
                c => write!(f, "\\U{:08x}", u32::from(c))?,
            }
        }
        f.write_str("\"")
    }
}

/// Whether Go would print the character as it is: letters, marks, numbers, punctuation and symbols.
fn is_printable(c: char) -> bool {
    // A leading letter keeps Rust from escaping a combining mark merely for being first.
    format!("a{c}").escape_debug().eq(['a', c])
}
