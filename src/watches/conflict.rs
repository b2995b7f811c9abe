//! Entries that are after the same custom resources.
//!
//! A custom resource has exactly one chart. The API server converts a resource between the versions of its kind, so that
//! a watch of one version sees the resources of all: two entries of one group and kind are refused, whatever their
//! versions, unless their selectors exclude each other.

use super::entry::Entry;
use super::mistake::Mistakes;

/// Notes each entry that meets an earlier one.
pub(super) fn check(entries: &[Entry], mistakes: &mut Mistakes) {
    for (index, later) in entries.iter().enumerate() {
        let Some(gvk) = &later.gvk else { continue };
        let clash = entries[..index].iter().find_map(|earlier| {
            let known = earlier.gvk.as_ref()?;
            let same = known.group() == gvk.group() && known.kind == gvk.kind;
            (same && !earlier.selector.excludes(&later.selector)).then_some((earlier, known))
        });
        let Some((earlier, known)) = clash else { continue };
        let line = earlier.position.line;
        let text = if known == gvk {
            format!("{gvk} is in line {line} already; give both entries selectors that exclude each other")
        } else {
            format!(
                "{gvk} and {known} of line {line} are the same resources in two versions; \
                 keep one, or give both entries selectors that exclude each other"
            )
        };
        mistakes.add(later.position, text);
    }
}
