//! What follows a failed attempt.

/// What follows when an install or an upgrade fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailurePolicy {
    /// The same attempt again, after growing delays.
    #[default]
    Retry,
    /// Once back to the revision that was deployed before; then nothing until the inputs change. An install, with nothing
    /// to go back to, is tried again.
    Rollback,
    /// Nothing until the inputs change; what is there stays.
    Keep,
}

impl FailurePolicy {
    /// The names of all policies.
    pub const NAMES: [&str; 3] = ["retry", "rollback", "keep"];

    /// Reads a policy's name.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "retry" => Self::Retry,
            "rollback" => Self::Rollback,
            "keep" => Self::Keep,
            _ => return None,
        })
    }
}
