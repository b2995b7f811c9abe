//! Errors as Helm prints them.

use std::error::Error;

/// An error and its sources, joined by `: `, which is how Go's wrapped errors read.
///
/// The errors of this crate follow the workspace's rule that a message leaves out its source's, so this is the way
/// back to Helm's text.
pub fn helm_text(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
