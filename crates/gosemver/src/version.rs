//! One version: reading it, printing it, comparing it, incrementing it.

use std::cmp::Ordering;
use std::fmt;

use crate::Error;
use crate::scan::{self, Shape};

/// The longest version text that is read, in bytes.
const MAX_LEN: usize = 256;

/// A semantic version; it displays in the full form, without a leading `v`.
///
/// Versions are not `PartialEq`: they may compare equal and still differ in build metadata and in how they were
/// written. Use [`Version::compare`].
#[derive(Clone, Debug, Default)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
    metadata: String,
    original: String,
}

impl Version {
    /// Reads a version leniently, as Go's `NewVersion` does: a leading `v`, leading zeros and missing segments are fine.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() > MAX_LEN {
            return Err(Error::VersionTooLong);
        }
        let shape = scan::shape(text, |byte| byte.is_ascii_digit()).filter(|shape| shape.text.len() == text.len());
        let Some(Shape {
            major,
            minor,
            patch,
            pre,
            metadata,
            ..
        }) = shape
        else {
            return Err(Error::InvalidSemVer);
        };
        let version = Self {
            major: number(major, false)?,
            minor: if minor.is_empty() { 0 } else { number(minor, false)? },
            patch: if patch.is_empty() { 0 } else { number(patch, false)? },
            pre: pre.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        };
        version.validate_extras()?;
        Ok(version)
    }

    /// Reads a version as the specification has it, as Go's `StrictNewVersion` does.
    pub fn parse_strict(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Err(Error::EmptyString);
        }
        if text.len() > MAX_LEN {
            return Err(Error::VersionTooLong);
        }
        let mut parts = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::InvalidSemVer);
        };
        let (rest, metadata) = split_extra(rest, '+');
        if let Some(metadata) = metadata {
            validate_metadata(metadata)?;
        }
        let (patch, pre) = split_extra(rest, '-');
        if let Some(pre) = pre {
            validate_prerelease(pre)?;
        }
        for segment in [major, minor, patch] {
            check_strict_segment(segment)?;
        }
        Ok(Self {
            major: number(major, true)?,
            minor: number(minor, true)?,
            patch: number(patch, true)?,
            pre: pre.unwrap_or_default().to_owned(),
            metadata: metadata.unwrap_or_default().to_owned(),
            original: text.to_owned(),
        })
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second number.
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third number.
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// The pre-release without its hyphen, empty when there is none.
    pub fn prerelease(&self) -> &str {
        &self.pre
    }

    /// The build metadata without its plus sign, empty when there is none.
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text this version was read from.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// Orders two versions; a pre-release is less than its release, build metadata does not count.
    pub fn compare(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self)
            .cmp(&numbers(other))
            .then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prereleases(&self.pre, &other.pre),
            })
    }

    /// The next patch version; of a pre-release, its release.
    pub fn next_patch(&self) -> Result<Self, Error> {
        let patch = if self.pre.is_empty() {
            self.patch.checked_add(1)
        } else {
            Some(self.patch)
        };
        let patch = patch.ok_or(Error::IncrementOverflow("patch"))?;
        Ok(self.rewritten(Self {
            major: self.major,
            minor: self.minor,
            patch,
            ..Self::default()
        }))
    }

    /// The next minor version, its patch number zero.
    pub fn next_minor(&self) -> Result<Self, Error> {
        let minor = self.minor.checked_add(1).ok_or(Error::IncrementOverflow("minor"))?;
        Ok(self.rewritten(Self {
            major: self.major,
            minor,
            ..Self::default()
        }))
    }

    /// The next major version, its other numbers zero.
    pub fn next_major(&self) -> Result<Self, Error> {
        let major = self.major.checked_add(1).ok_or(Error::IncrementOverflow("major"))?;
        Ok(self.rewritten(Self {
            major,
            ..Self::default()
        }))
    }

    /// This version with another pre-release, which may be empty.
    pub fn with_prerelease(&self, pre: &str) -> Result<Self, Error> {
        if !pre.is_empty() {
            validate_prerelease(pre)?;
        }
        Ok(self.rewritten(Self {
            pre: pre.to_owned(),
            ..self.clone()
        }))
    }

    /// This version with other build metadata, which may be empty.
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, Error> {
        if !metadata.is_empty() {
            validate_metadata(metadata)?;
        }
        Ok(self.rewritten(Self {
            metadata: metadata.to_owned(),
            ..self.clone()
        }))
    }

    /// Gives a version made from this one its original text: the full form, with `v` where this one has it.
    fn rewritten(&self, mut next: Self) -> Self {
        let prefix = if self.original.starts_with('v') { "v" } else { "" };
        next.original = format!("{prefix}{next}");
        next
    }

    fn validate_extras(&self) -> Result<(), Error> {
        if !self.pre.is_empty() {
            validate_prerelease(&self.pre)?;
        }
        if !self.metadata.is_empty() {
            validate_metadata(&self.metadata)?;
        }
        Ok(())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// Orders two non-empty pre-releases part by part.
pub(crate) fn compare_prereleases(left: &str, right: &str) -> Ordering {
    let (mut lefts, mut rights) = (left.split('.'), right.split('.'));
    loop {
        let ordering = match (lefts.next(), rights.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => compare_parts(left.unwrap_or_default(), right.unwrap_or_default()),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// Orders two parts of pre-releases: nothing, then numbers, then texts.
fn compare_parts(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    if left.is_empty() || right.is_empty() {
        return left.len().cmp(&right.len());
    }
    match (plain_number(left), plain_number(right)) {
        (None, None) => left.cmp(right),
        (None, Some(_)) => Ordering::Greater,
        // The Go library has no "equal" here: two spellings of one number count as less.
        (Some(left), Some(right)) if left > right => Ordering::Greater,
        (Some(_), _) => Ordering::Less,
    }
}

/// The digits as a number; a plus sign, which Rust's parser takes, makes a text.
fn plain_number(text: &str) -> Option<u64> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}

/// The value of a run of digits.
fn number(digits: &str, strict: bool) -> Result<u64, Error> {
    digits.parse().map_err(|_| Error::SegmentOverflow {
        digits: digits.to_owned(),
        strict,
    })
}

/// Splits `rest` at the first `mark`.
fn split_extra(rest: &str, mark: char) -> (&str, Option<&str>) {
    rest.split_once(mark)
        .map_or((rest, None), |(rest, extra)| (rest, Some(extra)))
}

fn check_strict_segment(segment: &str) -> Result<(), Error> {
    if !segment.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::InvalidCharacters);
    }
    if segment.len() > 1 && segment.starts_with('0') {
        return Err(Error::SegmentStartsZero);
    }
    Ok(())
}

fn validate_prerelease(pre: &str) -> Result<(), Error> {
    for part in pre.split('.') {
        if part.is_empty() || !part.bytes().all(scan::is_identifier) {
            return Err(Error::InvalidPrerelease);
        }
        if part.len() > 1 && part.starts_with('0') && part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::SegmentStartsZero);
        }
    }
    Ok(())
}

fn validate_metadata(metadata: &str) -> Result<(), Error> {
    let valid = |part: &str| !part.is_empty() && part.bytes().all(scan::is_identifier);
    if metadata.split('.').all(valid) {
        Ok(())
    } else {
        Err(Error::InvalidMetadata)
    }
}
