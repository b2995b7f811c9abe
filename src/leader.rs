//! Leader election: of several operators, the one that holds a Lease works.
//!
//! The rules are those of client-go. A Lease that somebody else holds may be taken when nothing in it has changed for as
//! long as it lasts, by this process's own clock; the times in it are never compared. Whoever can't renew in time stops,
//! before the others may take over.

use std::time::Duration;

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::Timestamp;
use kube::Client;
use kube::api::{Api, ObjectMeta, PostParams};
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// How long a Lease lasts without being renewed.
const LEASE: Duration = Duration::from_secs(15);

/// How long a leader goes on without having renewed.
const RENEW_DEADLINE: Duration = Duration::from_secs(10);

/// The time between two attempts to gain or renew.
const RETRY: Duration = Duration::from_secs(2);

/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(5);

/// Which Lease is to be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Election {
    /// The Lease's namespace.
    pub namespace: String,
    /// The Lease's name.
    pub lease: String,
}

/// A Lease that is held, and renewed in the background.
pub struct Leadership {
    renewals: JoinHandle<Candidate>,
    lost: watch::Receiver<Option<String>>,
    stop: watch::Sender<bool>,
}

/// One that wants the Lease, or has it.
struct Candidate {
    api: Api<Lease>,
    name: String,
    identity: String,
    /// The Lease as it was last seen, and when that was new.
    seen: Option<(Lease, Instant)>,
}

/// What an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Attempt {
    Held,
    /// By somebody else, who is named.
    Taken(String),
    /// Nobody knows, and why.
    Failed(String),
}

impl Leadership {
    /// Waits until the Lease is ours. `client` is used for nothing else, so that nothing holds renewals up.
    pub async fn gain(client: Client, election: &Election) -> Self {
        let mut candidate = Candidate {
            api: Api::namespaced(client.clone(), &election.namespace),
            name: election.lease.clone(),
            identity: identity(),
            seen: None,
        };
        let mut said = None;
        loop {
            let attempt = candidate.attempt().await;
            match &attempt {
                Attempt::Held => break,
                Attempt::Taken(_) if said.as_ref() == Some(&attempt) => {}
                Attempt::Taken(holder) => tracing::info!(holder, lease = candidate.name, "another operator leads"),
                Attempt::Failed(error) => tracing::warn!(error, lease = candidate.name, "failed to get the Lease"),
            }
            said = Some(attempt);
            sleep(RETRY.mul_f64(1.0 + crate::backoff::fraction() / 5.0)).await;
        }
        tracing::info!(identity = candidate.identity, lease = candidate.name, "leading");
        tell(client, election, &candidate).await;
        let (tell_lost, lost) = watch::channel(None);
        let (stop, stopped) = watch::channel(false);
        Self {
            renewals: tokio::spawn(candidate.renew(tell_lost, stopped)),
            lost,
            stop,
        }
    }

    /// Ends when the Lease is no longer ours, with the reason.
    pub async fn lost(&self) -> String {
        let mut lost = self.lost.clone();
        match lost.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => "renewals have ended".to_owned(),
        }
    }

    /// Gives the Lease back, so that another operator need not wait for its end. Nothing may be under way any more.
    pub async fn release(self) {
        self.stop.send_replace(true);
        if let Ok(candidate) = self.renewals.await
            && self.lost.borrow().is_none()
        {
            candidate.release().await;
        }
    }
}

impl Candidate {
    async fn renew(mut self, lost: watch::Sender<Option<String>>, mut stopped: watch::Receiver<bool>) -> Self {
        let mut renewed = Instant::now();
        loop {
            tokio::select! {
                _ = stopped.wait_for(|stopped| *stopped) => return self,
                () = sleep(RETRY) => {}
            }
            let left = RENEW_DEADLINE.saturating_sub(renewed.elapsed());
            let started = Instant::now();
            let attempt = timeout(left, self.attempt()).await;
            let attempt = attempt.unwrap_or_else(|_| Attempt::Failed("no answer in time".to_owned()));
            let reason = match attempt {
                Attempt::Held => {
                    renewed = started;
                    continue;
                }
                Attempt::Taken(holder) => format!("{holder} has taken the Lease"),
                Attempt::Failed(error) if renewed.elapsed() < RENEW_DEADLINE => {
                    tracing::warn!(error, lease = self.name, "failed to renew the Lease; trying again");
                    continue;
                }
                Attempt::Failed(error) => format!("failed to renew the Lease in time: {error}"),
            };
            lost.send_replace(Some(reason));
            return self;
        }
    }

    /// Tries once to gain or to renew.
    async fn attempt(&mut self) -> Attempt {
        match timeout(REQUEST, self.try_hold()).await {
            Ok(Ok(attempt)) => attempt,
            Ok(Err(error)) => Attempt::Failed(crate::error::chain(&error)),
            Err(_) => Attempt::Failed(format!("no answer in {} seconds", REQUEST.as_secs())),
        }
    }

    async fn try_hold(&mut self) -> Result<Attempt, kube::Error> {
        // Whoever holds the Lease knows it as it wrote it: nothing needs to be read.
        if let Some((lease, _)) = self.seen.clone().filter(|(lease, _)| holder(lease) == self.identity)
            && let Some(attempt) = self.write(lease).await?
        {
            return Ok(attempt);
        }
        let Some(lease) = self.api.get_opt(&self.name).await? else {
            return self.create().await;
        };
        self.see(&lease);
        let since = self.seen.as_ref().map_or(Duration::ZERO, |(_, since)| since.elapsed());
        let is_ours = holder(&lease) == self.identity;
        if !is_ours && !is_free(&lease, since) {
            return Ok(Attempt::Taken(holder(&lease).to_owned()));
        }
        let outrun = || {
            if is_ours {
                Attempt::Failed("somebody else has written the Lease".to_owned())
            } else {
                Attempt::Taken("somebody else".to_owned())
            }
        };
        Ok(self.write(lease).await?.unwrap_or_else(outrun))
    }

    async fn create(&mut self) -> Result<Attempt, kube::Error> {
        let lease = Lease {
            metadata: ObjectMeta {
                name: Some(self.name.clone()),
                ..ObjectMeta::default()
            },
            spec: Some(held(None, &self.identity)),
        };
        match self.api.create(&PostParams::default(), &lease).await {
            Ok(lease) => {
                self.see(&lease);
                Ok(Attempt::Held)
            }
            Err(kube::Error::Api(answer)) if answer.code == 409 => Ok(Attempt::Taken("somebody else".to_owned())),
            Err(error) => Err(error),
        }
    }

    /// Writes the Lease as ours; `None` if somebody else has written it in the meantime, or it is gone.
    async fn write(&mut self, mut lease: Lease) -> Result<Option<Attempt>, kube::Error> {
        lease.spec = Some(held(lease.spec.as_ref(), &self.identity));
        match self.api.replace(&self.name, &PostParams::default(), &lease).await {
            Ok(lease) => {
                self.see(&lease);
                Ok(Some(Attempt::Held))
            }
            Err(kube::Error::Api(answer)) if matches!(answer.code, 404 | 409) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Remembers when the Lease was last seen to change.
    fn see(&mut self, lease: &Lease) {
        if self.seen.as_ref().is_none_or(|(known, _)| known.spec != lease.spec) {
            self.seen = Some((lease.clone(), Instant::now()));
        } else if let Some((known, _)) = &mut self.seen {
            known.clone_from(lease);
        }
    }

    async fn release(self) {
        let Some((mut lease, _)) = self.seen else { return };
        if let Some(spec) = &mut lease.spec {
            spec.holder_identity = Some(String::new());
            spec.lease_duration_seconds = Some(1);
            spec.renew_time = Some(MicroTime(Timestamp::now()));
        }
        let released = timeout(REQUEST, self.api.replace(&self.name, &PostParams::default(), &lease)).await;
        if !matches!(released, Ok(Ok(_))) {
            tracing::warn!(lease = self.name, "failed to release the Lease; it ends by itself");
        }
    }
}

fn holder(lease: &Lease) -> &str {
    lease
        .spec
        .as_ref()
        .and_then(|spec| spec.holder_identity.as_deref())
        .unwrap_or_default()
}

/// Whether a Lease that has not changed for `since` may be taken.
fn is_free(lease: &Lease, since: Duration) -> bool {
    let seconds = lease
        .spec
        .as_ref()
        .and_then(|spec| spec.lease_duration_seconds)
        .unwrap_or_default();
    let lasts = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    holder(lease).is_empty() || since >= lasts
}

/// What the Lease says when `identity` holds it from now on.
fn held(before: Option<&LeaseSpec>, identity: &str) -> LeaseSpec {
    let now = MicroTime(Timestamp::now());
    let before = before.cloned().unwrap_or_default();
    let is_ours = before.holder_identity.as_deref() == Some(identity);
    let transitions = before.lease_transitions;
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: i32::try_from(LEASE.as_secs()).ok(),
        acquire_time: if is_ours {
            before.acquire_time
        } else {
            Some(now.clone())
        },
        renew_time: Some(now),
        lease_transitions: if is_ours {
            transitions
        } else {
            Some(transitions.map_or(0, |count| count + 1))
        },
        ..before
    }
}

/// A name that no other process has: `<host>_<uuid>`.
fn identity() -> String {
    let host = hostname::get().map_or_else(|_| "unknown".to_owned(), |name| name.to_string_lossy().into_owned());
    let bits = crate::backoff::random_bits();
    let tail = crate::backoff::random_bits() & 0xffff_ffff_ffff;
    let (a, b, c) = (bits >> 32, (bits >> 16) & 0xffff, bits & 0xfff);
    let d = 0x8000 | (crate::backoff::random_bits() & 0x3fff);
    format!("{host}_{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{tail:012x}")
}

/// Leaves an event on the Lease.
async fn tell(client: Client, election: &Election, candidate: &Candidate) {
    let identity = &candidate.identity;
    let reference = ObjectReference {
        api_version: Some("coordination.k8s.io/v1".into()),
        kind: Some("Lease".into()),
        name: Some(election.lease.clone()),
        namespace: Some(election.namespace.clone()),
        uid: candidate
            .seen
            .as_ref()
            .and_then(|(lease, _)| lease.metadata.uid.clone()),
        ..ObjectReference::default()
    };
    let event = Event {
        type_: EventType::Normal,
        reason: "LeaderElection".into(),
        note: Some(format!("{identity} became leader")),
        action: "LeaderElection".into(),
        secondary: None,
    };
    let recorder = Recorder::new(client, Reporter::from(identity.as_str()));
    if let Ok(Err(error)) = timeout(REQUEST, recorder.publish(&event, &reference)).await {
        tracing::debug!(error = crate::error::chain(&error), "failed to publish an event");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(holder: &str, seconds: i32) -> Lease {
        let spec = LeaseSpec {
            holder_identity: Some(holder.into()),
            lease_duration_seconds: Some(seconds),
            lease_transitions: Some(4),
            ..LeaseSpec::default()
        };
        Lease {
            spec: Some(spec),
            ..Lease::default()
        }
    }

    #[test]
    fn a_lease_is_free_when_it_has_not_changed_for_its_time() {
        assert!(!is_free(&lease("other", 15), Duration::from_secs(14)));
        assert!(is_free(&lease("other", 15), Duration::from_secs(15)));
        assert!(is_free(&lease("", 15), Duration::ZERO));
        assert!(is_free(&Lease::default(), Duration::ZERO));
    }

    #[test]
    fn only_a_change_of_hands_counts_as_a_transition() {
        let taken = held(lease("other", 15).spec.as_ref(), "me");
        assert_eq!(
            (taken.lease_transitions, taken.holder_identity.as_deref()),
            (Some(5), Some("me"))
        );
        let renewed = held(Some(&taken), "me");
        assert_eq!(renewed.lease_transitions, Some(5));
        assert_eq!(renewed.acquire_time, taken.acquire_time);
        assert_eq!(held(None, "me").lease_transitions, Some(0));
    }

    #[test]
    fn identities_are_a_host_and_a_random_uuid() {
        let (one, other) = (identity(), identity());
        assert_ne!(one, other);
        let (_, uuid) = one.rsplit_once('_').unwrap();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
    }
}
