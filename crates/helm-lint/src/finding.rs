//! One thing that a rule found.

use std::fmt;

use crate::{Place, Report};

/// How bad a finding is, in Helm's three degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Against a convention, but likely to work.
    Warning,
    /// Will not work.
    Error,
}

/// Who finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `helm lint` reports it too, in these words.
    Helm,
    /// Only this crate does.
    Own,
}

/// One thing that a rule found. It displays as a line of `helm lint`, without its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file or folder, as Helm names it.
    pub file: String,
    /// What is wrong.
    pub message: String,
    /// Where exactly, if that is known.
    pub place: Option<Place>,
    /// Who finds it.
    pub origin: Origin,
}

impl Report {
    /// Adds what Helm reports too.
    pub(crate) fn helm(&mut self, severity: Severity, file: &str, message: impl Into<String>, place: Option<Place>) {
        self.add(severity, file, message.into(), place, Origin::Helm);
    }

    /// Adds an error that Helm does not report.
    pub(crate) fn own(&mut self, file: &str, message: impl Into<String>, place: Option<Place>) {
        self.add(Severity::Error, file, message.into(), place, Origin::Own);
    }

    fn add(&mut self, severity: Severity, file: &str, message: String, place: Option<Place>, origin: Origin) {
        self.findings.push(Finding {
            severity,
            file: file.to_owned(),
            message,
            place,
            origin,
        });
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}: {}", self.severity, self.file, self.message)
    }
}
