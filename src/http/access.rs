//! Who may see metrics and the web page: the API server knows.
//!
//! A token is reviewed, then whether its user may `get` a path. Answers are kept as long as
//! controller-runtime keeps them: who a token is for a minute, a permission for five, a denial for half a minute.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use k8s_openapi::api::authentication::v1::{TokenReview, TokenReviewSpec, UserInfo};
use k8s_openapi::api::authorization::v1::{NonResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec};
use kube::Client;
use kube::api::{Api, PostParams};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

const TOKEN_KEPT: Duration = Duration::from_mins(1);
const PERMISSION_KEPT: Duration = Duration::from_mins(5);
const DENIAL_KEPT: Duration = Duration::from_secs(30);

/// How many answers are kept.
const MAX_KEPT: usize = 1000;

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Granted,
    /// There is no token, or it is nobody's.
    Unknown,
    /// The user may not.
    Denied(String),
    /// The API server can't be asked.
    Failed(String),
}

/// Asks the API server, and keeps its answers.
pub(super) struct Guard {
    client: Client,
    /// The path that its user must be allowed to `get`.
    path: &'static str,
    /// Users by the digests of their tokens.
    users: Kept<[u8; 32], Option<User>>,
    permissions: Kept<User, bool>,
}

/// What tells users apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct User {
    name: String,
    uid: Option<String>,
    groups: Vec<String>,
    extra: BTreeMap<String, Vec<String>>,
}

/// Answers, each with the time until which it holds.
struct Kept<K, V>(Mutex<HashMap<K, (Instant, V)>>);

impl Guard {
    /// Guards what those may see who may `get` this path.
    pub(super) fn new(client: Client, path: &'static str) -> Self {
        Self {
            client,
            path,
            users: Kept::default(),
            permissions: Kept::default(),
        }
    }

    /// Whether a request with these headers may see what is guarded.
    pub(super) async fn check(&self, headers: &HeaderMap) -> Access {
        let Some(token) = token(headers) else {
            return Access::Unknown;
        };
        let user = match self.user(&token).await {
            Ok(Some(user)) => user,
            Ok(None) => return Access::Unknown,
            Err(error) => return failed("Authentication failed", &error),
        };
        match self.may_get(&user).await {
            Ok(true) => Access::Granted,
            Ok(false) => Access::Denied(format!("Authorization denied for user {}\n", user.name)),
            Err(error) => failed("Authorization failed", &error),
        }
    }

    async fn user(&self, token: &str) -> Result<Option<User>, kube::Error> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some(user) = self.users.get(&digest) {
            return Ok(user);
        }
        let spec = TokenReviewSpec {
            token: Some(token.to_owned()),
            ..TokenReviewSpec::default()
        };
        let review = TokenReview {
            spec,
            ..TokenReview::default()
        };
        let api: Api<TokenReview> = Api::all(self.client.clone());
        let status = api
            .create(&PostParams::default(), &review)
            .await?
            .status
            .unwrap_or_default();
        let user = status
            .user
            .filter(|_| status.authenticated == Some(true))
            .map(User::from);
        self.users.put(digest, user.clone(), TOKEN_KEPT);
        Ok(user)
    }

    async fn may_get(&self, user: &User) -> Result<bool, kube::Error> {
        if let Some(allowed) = self.permissions.get(user) {
            return Ok(allowed);
        }
        let spec = SubjectAccessReviewSpec {
            user: Some(user.name.clone()),
            uid: user.uid.clone(),
            groups: Some(user.groups.clone()),
            extra: Some(user.extra.clone()),
            non_resource_attributes: Some(NonResourceAttributes {
                path: Some(self.path.into()),
                verb: Some("get".into()),
            }),
            ..SubjectAccessReviewSpec::default()
        };
        let review = SubjectAccessReview {
            spec,
            ..SubjectAccessReview::default()
        };
        let api: Api<SubjectAccessReview> = Api::all(self.client.clone());
        let status = api.create(&PostParams::default(), &review).await?.status;
        let allowed = status.is_some_and(|status| status.allowed);
        self.permissions.put(
            user.clone(),
            allowed,
            if allowed { PERMISSION_KEPT } else { DENIAL_KEPT },
        );
        Ok(allowed)
    }
}

impl From<UserInfo> for User {
    fn from(user: UserInfo) -> Self {
        Self {
            name: user.username.unwrap_or_default(),
            uid: user.uid,
            groups: user.groups.unwrap_or_default(),
            extra: user.extra.unwrap_or_default(),
        }
    }
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key)
            .filter(|(until, _)| Instant::now() < *until)
            .map(|(_, value)| value.clone())
    }

    fn put(&self, key: K, value: V, time: Duration) {
        let now = Instant::now();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.retain(|_, (until, _)| now < *until);
        }
        // Someone tries many tokens: they are asked about each time.
        if kept.len() < MAX_KEPT {
            kept.insert(key, (now + time, value));
        }
    }
}

/// A bearer token, or the password of basic authentication, which is how a browser can send one.
fn token(headers: &HeaderMap) -> Option<String> {
    let (scheme, credentials) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    let token = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => credentials.trim().to_owned(),
        "basic" => {
            let pair = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
            pair.split_once(':')?.1.to_owned()
        }
        _ => return None,
    };
    Some(token).filter(|token| !token.is_empty())
}

fn failed(what: &str, error: &kube::Error) -> Access {
    tracing::warn!(
        error = crate::error::chain(error),
        "failed to check who may see what is served"
    );
    Access::Failed(format!("{what}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_found_whatever_the_case_of_their_scheme() {
        let cases = [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic YW55b25lOmE6Yg==", Some("a:b")),
            ("Basic YW55b25l", None),
            ("Basic YW55b25lOg==", None),
            ("Basic abc", None),
            ("Digest abc", None),
            ("Bearer ", None),
            ("abc", None),
        ];
        for (text, token) in cases {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, text.parse().unwrap())]);
            assert_eq!(super::token(&headers).as_deref(), token, "{text}");
        }
        assert_eq!(super::token(&HeaderMap::new()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn answers_are_kept_for_their_time() {
        let kept = Kept::default();
        kept.put("a", true, DENIAL_KEPT);
        assert_eq!(kept.get(&"a"), Some(true));
        tokio::time::advance(DENIAL_KEPT).await;
        assert_eq!(kept.get(&"a"), None);
    }
}
