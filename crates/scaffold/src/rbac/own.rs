//! The roles that an operator takes for its own work, whatever its charts make.

use serde_json::json;

use crate::Error;
use crate::template::{LEADER_ROLE, METRICS_ROLE, PROJECT_FILES, WEB_ROLE};

/// What an operator does besides making releases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnWork {
    /// It elects a leader.
    pub elects: bool,
    /// It asks who a reader is, and what he may see.
    pub authorizes: bool,
    /// It shows events on its web page.
    pub shows_events: bool,
}

/// The roles for this work, as they stand in the files of a project.
///
/// # Errors
/// [`Error::Template`], which should not happen.
pub fn own_roles(project: &str, work: OwnWork) -> Result<Vec<String>, Error> {
    let parts = [
        (LEADER_ROLE, work.elects),
        (METRICS_ROLE, work.authorizes),
        (WEB_ROLE, work.shows_events),
    ];
    let wanted = |path: &str| parts.iter().any(|(part, is_done)| *part == path && *is_done);
    let templates = PROJECT_FILES.iter().filter(|template| wanted(template.path));
    templates
        .map(|template| template.render(&json!({"project": project})))
        .collect()
}
