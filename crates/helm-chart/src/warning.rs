//! What Helm logs and goes on.

use std::fmt;

/// Something odd about a chart or its values that does not stop a render.
///
/// It displays as Helm 3.22 logs it, with the place in Helm's sources that its log begins with:
/// `coalesce.go:237: warning: skipped value for app.image: Not a table.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The place in Helm's sources that logs it.
    pub origin: &'static str,
    /// The text.
    pub text: String,
}

impl Warning {
    pub(crate) fn new(origin: &'static str, text: impl Into<String>) -> Self {
        Self {
            origin,
            text: text.into(),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.text)
    }
}
