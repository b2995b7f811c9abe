//! Hooks: objects that run at a point of a release's life and are not part of its manifest.

use serde::{Deserialize, Serialize};

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookEvent {
    /// Before the first install.
    PreInstall,
    /// After the first install.
    PostInstall,
    /// Before the uninstall.
    PreDelete,
    /// After the uninstall.
    PostDelete,
    /// Before an upgrade.
    PreUpgrade,
    /// After an upgrade.
    PostUpgrade,
    /// Before a rollback.
    PreRollback,
    /// After a rollback.
    PostRollback,
    /// On demand, by `test`.
    Test,
}

/// When a hook's object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeletePolicy {
    /// After it succeeded.
    HookSucceeded,
    /// After it failed.
    HookFailed,
    /// Before it is made again: what Helm does where no policy is given.
    BeforeHookCreation,
}

/// When a hook's output is kept; written by a chart, kept in the record as it is.
pub type OutputLogPolicy = String;

/// How far a hook's last run came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HookPhase {
    /// Never seen to run.
    #[default]
    Unknown,
    /// Created and not ended.
    Running,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Never run (Helm writes an empty phase then).
    #[serde(rename = "")]
    Never,
}

/// A hook's last run; times are RFC 3339, empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookExecution {
    /// When it was begun.
    #[serde(default)]
    pub started_at: String,
    /// When it ended.
    #[serde(default)]
    pub completed_at: String,
    /// How far it came.
    #[serde(default)]
    pub phase: HookPhase,
}

/// A hook of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// The object's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The object's kind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The template it came from, beginning with the chart's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Its YAML.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// When it runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<HookEvent>,
    /// Its last run.
    #[serde(default)]
    pub last_run: HookExecution,
    /// Its place among the hooks of one event, lower first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight: i64,
    /// When its object is deleted, as the chart wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delete_policies: Vec<String>,
    /// When its output is kept, as the chart wrote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub output_log_policies: Vec<OutputLogPolicy>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(weight: &i64) -> bool {
    *weight == 0
}

impl HookEvent {
    /// Reads one word of the annotation `helm.sh/hook`, in lower case; `test-success` is Helm 2's word for `test`.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "pre-install" => Self::PreInstall,
            "post-install" => Self::PostInstall,
            "pre-delete" => Self::PreDelete,
            "post-delete" => Self::PostDelete,
            "pre-upgrade" => Self::PreUpgrade,
            "post-upgrade" => Self::PostUpgrade,
            "pre-rollback" => Self::PreRollback,
            "post-rollback" => Self::PostRollback,
            "test" | "test-success" => Self::Test,
            _ => return None,
        })
    }

    /// Whether it comes after `other` in one operation.
    pub fn follows(self, other: Self) -> bool {
        matches!(
            (other, self),
            (Self::PreInstall, Self::PostInstall)
                | (Self::PreUpgrade, Self::PostUpgrade)
                | (Self::PreRollback, Self::PostRollback)
                | (Self::PreDelete, Self::PostDelete)
        )
    }

    /// Helm's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }
}

impl DeletePolicy {
    /// Helm's name of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::HookSucceeded => "hook-succeeded",
            Self::HookFailed => "hook-failed",
            Self::BeforeHookCreation => "before-hook-creation",
        }
    }
}

impl Hook {
    /// Whether it runs at `event`.
    pub fn runs_at(&self, event: HookEvent) -> bool {
        self.events.contains(&event)
    }

    /// Whether its object is deleted at the time of `policy`. A hook without a policy is deleted before it is made again.
    pub fn is_deleted(&self, policy: DeletePolicy) -> bool {
        if self.delete_policies.is_empty() {
            return policy == DeletePolicy::BeforeHookCreation;
        }
        self.delete_policies.iter().any(|written| written == policy.name())
    }

    /// The places of the hooks of `event` in the order in which they run: by weight, then by name, then as Helm's order
    /// of kinds has left them.
    pub fn order(hooks: &[Self], event: HookEvent) -> Vec<usize> {
        let mut chosen: Vec<usize> = (0..hooks.len()).filter(|index| hooks[*index].runs_at(event)).collect();
        chosen.sort_by_key(|index| (hooks[*index].weight, &hooks[*index].name));
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_run_by_weight_and_then_by_name() {
        let hook = |name: &str, weight: i64, events: &[HookEvent]| Hook {
            name: name.into(),
            weight,
            events: events.to_vec(),
            ..Hook::default()
        };
        let before = [HookEvent::PreInstall];
        let hooks = [
            hook("b", 0, &before),
            hook("a", 0, &[HookEvent::PreUpgrade, HookEvent::PreInstall]),
            hook("z", -1, &before),
            hook("c", 5, &[HookEvent::Test]),
        ];
        assert_eq!(Hook::order(&hooks, HookEvent::PreInstall), [2, 1, 0]);
        assert_eq!(Hook::order(&hooks, HookEvent::PreUpgrade), [1]);
        assert_eq!(Hook::order(&hooks, HookEvent::PostDelete), [0_usize; 0]);
    }
}
