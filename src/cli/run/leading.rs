//! The flags of leader election.

use anyhow::{Context as _, bail};
use clap::Args;

use super::{deprecated, flag};
use crate::leader::Election;

/// The namespace of the pod that we run in.
const OWN_NAMESPACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// Whether and where the operator elects a leader.
#[derive(Args, Debug)]
pub(super) struct LeaderArgs {
    /// Let only one of several operators work at a time.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = flag)]
    leader_elect: Option<bool>,
    /// The old name of --leader-elect.
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = flag)]
    enable_leader_election: Option<bool>,
    /// The name of the Lease that the leader holds.
    #[arg(long, default_value = "")]
    leader_election_id: String,
    /// The namespace of the Lease; the operator's own if empty.
    #[arg(long, default_value = "")]
    leader_election_namespace: String,
}

impl LeaderArgs {
    /// Whether there is an election.
    pub(super) fn is_asked_for(&self) -> bool {
        self.leader_elect.or(self.enable_leader_election).unwrap_or_default()
    }

    /// The election to stand in; `None` if there is none.
    pub(super) fn election(&self) -> anyhow::Result<Option<Election>> {
        let wanted = match (self.leader_elect, self.enable_leader_election) {
            (Some(_), Some(_)) => {
                bail!("only one of --leader-elect and --enable-leader-election may be set; the second is deprecated")
            }
            (None, Some(old)) => {
                deprecated("--enable-leader-election", "--leader-elect");
                old
            }
            (new, None) => new.unwrap_or_default(),
        };
        if !wanted {
            return Ok(None);
        }
        let lease = self.lease()?;
        let mut namespace = self.leader_election_namespace.clone();
        if namespace.is_empty() {
            namespace = std::fs::read_to_string(OWN_NAMESPACE).context(
                "can't tell the namespace of the Lease outside of a cluster; set --leader-election-namespace",
            )?;
        }
        Ok(Some(Election {
            namespace: namespace.trim().to_owned(),
            lease,
        }))
    }

    fn lease(&self) -> anyhow::Result<String> {
        if !self.leader_election_id.is_empty() {
            return Ok(self.leader_election_id.clone());
        }
        let name = std::env::var("OPERATOR_NAME").unwrap_or_default();
        if name.is_empty() {
            bail!("LeaderElectionID must be configured: set --leader-election-id");
        }
        deprecated("OPERATOR_NAME", "--leader-election-id");
        Ok(name)
    }
}
