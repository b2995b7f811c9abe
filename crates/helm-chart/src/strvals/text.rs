//! The characters of a line.

use super::{MAX_INDEX, MAX_ITEMS, StrvalsError};

/// Why reading stops: at the end of the line, which may be no error, or at one.
#[derive(Debug)]
pub(super) enum Stop {
    /// The line is over.
    End,
    /// The line is wrong.
    Error(StrvalsError),
}

impl From<StrvalsError> for Stop {
    fn from(error: StrvalsError) -> Self {
        Self::Error(error)
    }
}

/// What is left of a line.
#[derive(Debug)]
pub(super) struct Text<'a> {
    rest: &'a str,
    /// The items that the line's indexes may have made so far.
    items: i64,
}

impl<'a> Text<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { rest: line, items: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Takes the given character if it comes next.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Reads up to one of the marks and over it; a backslash takes the next character as it is.
    ///
    /// Without a mark the line is over; a backslash at its very end counts for nothing.
    pub(super) fn until(&mut self, marks: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        while let Some(next) = self.next() {
            match next {
                mark if marks.contains(&mark) => return (text, Some(mark)),
                '\\' => text.extend(self.next()),
                other => text.push(other),
            }
        }
        (text, None)
    }

    /// As [`Text::until`], without a meaning for backslashes.
    pub(super) fn until_literally(&mut self, marks: &[char]) -> (String, Option<char>) {
        let end = self.rest.find(marks).unwrap_or(self.rest.len());
        let text = self.rest[..end].to_owned();
        self.skip(end);
        (text, self.next())
    }

    /// Reads what was found of an index, and counts the items that it may make.
    pub(super) fn index(&mut self, found: (String, Option<char>)) -> Result<i64, StrvalsError> {
        let index = index(found)?;
        // What is greater is refused by itself.
        if (0..=MAX_INDEX).contains(&index) {
            self.items += index + 1;
        }
        if self.items > MAX_ITEMS {
            return Err(StrvalsError::TooManyItems);
        }
        Ok(index)
    }
}

/// Reads an index: what `strconv.Atoi` of Go reads.
fn index((text, mark): (String, Option<char>)) -> Result<i64, StrvalsError> {
    if mark.is_none() {
        return Err(StrvalsError::Index("EOF".to_owned()));
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().map_err(|_| {
        let problem = if is_number {
            "value out of range"
        } else {
            "invalid syntax"
        };
        StrvalsError::Index(format!("strconv.Atoi: parsing {}: {problem}", super::quote(&text)))
    })
}

/// The complaint about characters behind an index: Go prints a list of runes in brackets, each quoted.
pub(super) fn after_index(text: &str) -> StrvalsError {
    let runes: Vec<String> = text
        .chars()
        .map(|rune| {
            let mut quoted = Vec::new();
            govalue::write_quoted_rune(rune, govalue::Charset::Printable, &mut quoted);
            String::from_utf8_lossy(&quoted).into_owned()
        })
        .collect();
    StrvalsError::AfterIndex(format!("[{}]", runes.join(" ")))
}
