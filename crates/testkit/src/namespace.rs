//! Names for the namespaces of tests.

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// The longest prefix that leaves room, in the 63 bytes of a DNS label, for a process id and a count.
const MAX_PREFIX: usize = 40;

/// A namespace name that no other call has returned, in this process or another one that runs at the same time.
///
/// It begins with `test`, made fit for a DNS label, so that what is left of a failed test can be told.
pub fn unique_namespace(test: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{}-{count}", label(test), process::id())
}

/// The letters and digits of `text` in lower case, with one hyphen for whatever is between them.
fn label(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut label = words.collect::<Vec<_>>().join("-").to_ascii_lowercase();
    label.truncate(MAX_PREFIX);
    let label = label.trim_end_matches('-');
    if label.is_empty() {
        "test".to_owned()
    } else {
        label.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_that_tell_the_test() {
        assert_eq!(label("drift::is_taken_Back!"), "drift-is-taken-back");
        assert_eq!(label("__"), "test");
        assert_eq!(label(&"abc ".repeat(30)).len(), MAX_PREFIX - 1);
    }

    #[test]
    fn no_two_calls_return_the_same_name() {
        assert_ne!(unique_namespace("twice"), unique_namespace("twice"));
    }
}
