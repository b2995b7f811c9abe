//! The objects of a release whose records do not tell of them.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use helm_kube::{ApiKind, Claim, Error as KubeError, Gvk, ObjectRef, is_kept, labels};
use kube::ResourceExt;
use kube::api::ListParams;

use crate::objects::{removal_order, to_json};
use crate::{Context, Error};

/// How many kinds are listed at once.
const AT_ONCE: usize = 8;

/// Finds the objects that carry the release's marks, in the order of their removal, without those that are kept. Looks
/// through all kinds that the server serves: for releases without readable records only.
pub(crate) async fn marked(cx: &Context) -> Result<Vec<ObjectRef>, Error> {
    let discovery = cx.cluster.discovery().refresh().await?;
    let lists: Vec<_> = discovery.kinds().into_iter().map(|kind| list(cx, kind)).collect();
    let mut found: Vec<ObjectRef> = stream::iter(lists).buffered(AT_ONCE).try_concat().await?;
    found.sort_by(removal_order);
    Ok(found)
}

/// The marked objects of one kind: in all namespaces, or in the release's own where that is all that may be listed.
async fn list(cx: &Context, kind: &ApiKind) -> Result<Vec<ObjectRef>, Error> {
    let params = ListParams::default().labels(&format!("{}=Helm", labels::MANAGED_BY));
    let everywhere = cx.cluster.api(kind, None).list(&params).await;
    let result = match everywhere {
        Err(kube::Error::Api(status)) if status.code == 403 && kind.namespaced => {
            let namespace = Some(cx.ownership.namespace.as_str());
            cx.cluster.api(kind, namespace).list(&params).await
        }
        result => result,
    };
    let gvk = Gvk::new(kind.resource.api_version.as_str(), kind.resource.kind.as_str());
    let list = match result {
        Ok(list) => list,
        // What can't be listed at all can't have been made by us either.
        Err(kube::Error::Api(status)) if [403, 404, 405].contains(&status.code) => return Ok(Vec::new()),
        Err(source) => {
            return Err(Error::Kube(KubeError::List {
                what: format!("{gvk} objects of release {}", cx.ownership.release),
                source: source.into(),
            }));
        }
    };
    let ours = list.items.iter().filter(|live| {
        let json = to_json(live);
        cx.ownership.claim(&json) == Claim::Ours && !is_kept(&json)
    });
    let reference = |live: &kube::api::DynamicObject| ObjectRef {
        gvk: gvk.clone(),
        namespace: live.namespace(),
        name: live.name_any(),
    };
    Ok(ours.map(reference).collect())
}
