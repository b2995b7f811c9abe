//! A chart of a registry (`oci://`): its manifest, and the layer with the archive.

use anyhow::{Context as _, bail};
use helm_chart::Chart;
use hyper::StatusCode;
use hyper::header::{ACCEPT, AUTHORIZATION, HeaderName, WWW_AUTHENTICATE};
use serde_json::Value;

use super::http::{Answer, Http};
use super::login::Login;
use super::repository::newest;
use super::tls::TlsFiles;
use super::{check_digest, unpack};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CHART_LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/// A chart's place in a registry.
#[derive(Debug, PartialEq, Eq)]
struct Reference {
    host: String,
    path: String,
    tag: Option<String>,
}

/// A registry, and what it has let us in with.
struct Registry {
    http: Http,
    reference: Reference,
    /// What is in the header of requests, once the registry has asked who we are.
    authorization: Option<(HeaderName, String)>,
}

/// The chart at a reference like `oci://registry.example.com/charts/books:1.0.0`; the newest version that meets the
/// constraint if it names none.
pub(super) async fn fetch(reference: &str, constraint: Option<&str>, tls: &TlsFiles) -> anyhow::Result<Chart> {
    let mut registry = Registry {
        http: Http::new(tls)?,
        reference: Reference::parse(reference)?,
        authorization: None,
    };
    let tag = match registry.reference.tag.clone() {
        Some(tag) => tag,
        None => registry.newest(constraint).await?,
    };
    let manifest = registry.json(&format!("manifests/{tag}")).await?;
    let layers = manifest["layers"].as_array().map_or(&[][..], Vec::as_slice);
    let layer = layers.iter().find(|layer| layer["mediaType"] == CHART_LAYER);
    let Some(digest) = layer.and_then(|layer| layer["digest"].as_str()) else {
        bail!("{reference}: what is there is no Helm chart");
    };
    let archive = registry.get(&format!("blobs/{digest}")).await?.body;
    check_digest(reference, &archive, digest.trim_start_matches("sha256:"))?;
    unpack(reference, &archive)
}

impl Reference {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let rest = text.trim_start_matches("oci://");
        let Some((host, path)) = rest
            .split_once('/')
            .filter(|(host, path)| !host.is_empty() && !path.is_empty())
        else {
            bail!("{text} must be like oci://registry.example.com/charts/name:1.0.0");
        };
        let (path, tag) = match path.rsplit_once(':') {
            Some((path, tag)) => (path, Some(tag.to_owned())),
            None => (path, None),
        };
        Ok(Self {
            host: host.to_owned(),
            path: path.to_owned(),
            tag,
        })
    }

    /// The address of a part of the repository. As for other clients, only registries on this machine may go without TLS.
    fn url(&self, part: &str) -> String {
        let name = self.host.rsplit_once(':').map_or(self.host.as_str(), |(name, _)| name);
        let scheme = if ["localhost", "127.0.0.1", "[::1]"].contains(&name) {
            "http"
        } else {
            "https"
        };
        format!("{scheme}://{}/v2/{}/{part}", self.host, self.path)
    }
}

impl Registry {
    async fn newest(&mut self, constraint: Option<&str>) -> anyhow::Result<String> {
        let list = self.json("tags/list").await?;
        let tags = list["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        // A tag has no plus sign; Helm writes an underscore.
        let versions: Vec<String> = tags.map(|tag| tag.replace('_', "+")).collect();
        let version = newest(&versions, constraint)
            .with_context(|| format!("failed to choose a version of {}", self.reference.path))?;
        Ok(version.replace('+', "_"))
    }

    async fn json(&mut self, part: &str) -> anyhow::Result<Value> {
        let answer = self.get(part).await?;
        serde_json::from_slice(&answer.body).with_context(|| format!("failed to read {}", self.reference.url(part)))
    }

    /// Asks the registry, and once more if it wants to know who asks.
    async fn get(&mut self, part: &str) -> anyhow::Result<Answer> {
        let url = self.reference.url(part);
        let mut answer = self.http.ask(&url, &self.headers()).await?;
        if answer.status == StatusCode::UNAUTHORIZED && self.authorization.is_none() {
            let challenge = answer
                .headers
                .get(WWW_AUTHENTICATE)
                .and_then(|value| value.to_str().ok());
            let login = Login::of_registry(&self.reference.host)?;
            self.authorization = Some(authorization(&self.http, challenge.unwrap_or_default(), login).await?);
            answer = self.http.ask(&url, &self.headers()).await?;
        }
        if answer.status == StatusCode::UNAUTHORIZED {
            let host = &self.reference.host;
            bail!(
                "{url}: the registry does not let us in; `helm registry login {host}` or `docker login {host}` helps"
            );
        }
        if !answer.status.is_success() {
            bail!("{url}: the registry answers {}", answer.status);
        }
        Ok(answer)
    }

    fn headers(&self) -> Vec<(HeaderName, String)> {
        let accept = (ACCEPT, MANIFEST.to_owned());
        [accept].into_iter().chain(self.authorization.clone()).collect()
    }
}

/// What answers the registry's question who asks: the login itself, or a token that is given for it, or to everybody.
async fn authorization(http: &Http, challenge: &str, login: Option<Login>) -> anyhow::Result<(HeaderName, String)> {
    let Some(parameters) = challenge.strip_prefix("Bearer ") else {
        let login = login.context("the registry wants a login; `helm registry login` or `docker login` leaves one")?;
        return Ok(login.header());
    };
    let value = |name: &str| {
        let mut parts = parameters.split(',').filter_map(|part| part.trim().split_once('='));
        parts
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.trim_matches('"'))
    };
    let realm = value("realm").context("the registry does not say where tokens are to be had")?;
    let query: Vec<String> = ["service", "scope"]
        .iter()
        .filter_map(|name| Some(format!("{name}={}", value(name)?)))
        .collect();
    let answer = http
        .get(&format!("{realm}?{}", query.join("&")), login.as_ref())
        .await?;
    let answer: Value = serde_json::from_slice(&answer).context("failed to read the registry's token")?;
    let token = answer["token"].as_str().or_else(|| answer["access_token"].as_str());
    let token = token.context("the registry gave no token")?;
    Ok((AUTHORIZATION, format!("Bearer {token}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_host_path_and_perhaps_a_tag() {
        let reference = Reference::parse("oci://localhost:5000/charts/books:1.0.0").unwrap();
        assert_eq!(reference.tag.as_deref(), Some("1.0.0"));
        assert_eq!(
            reference.url("tags/list"),
            "http://localhost:5000/v2/charts/books/tags/list"
        );
        let reference = Reference::parse("oci://example.com/books").unwrap();
        assert_eq!((reference.tag.as_deref(), reference.path.as_str()), (None, "books"));
        assert_eq!(reference.url("tags/list"), "https://example.com/v2/books/tags/list");
        assert!(Reference::parse("oci://example.com").is_err());
    }
}
