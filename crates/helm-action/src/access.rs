//! What a release may not do, found out before its first write.

use std::collections::BTreeSet;

use futures::future::try_join_all;
use helm_kube::{Access, Error as KubeError, ObjectRef};
use helm_release::{Manifest, documents};

use crate::objects::reference;
use crate::{Context, DefinitionPolicy, Desired, Error};

/// What is done in a release's life with an object, with a hook, and with a definition as the policy says.
const OBJECT_VERBS: &[&str] = &["get", "create", "patch", "delete"];
const HOOK_VERBS: &[&str] = &["get", "create", "delete"];
const CREATED_VERBS: &[&str] = &["get", "create"];
const REPLACED_VERBS: &[&str] = &["get", "create", "update"];

/// How many questions are under way at once.
const AT_ONCE: usize = 16;

/// The rights that `desired` needs for its objects and hooks, and that whoever the context's cluster acts for lacks: a
/// question for each verb, kind and namespace.
pub async fn missing_access(cx: &Context, desired: &Desired) -> Result<Vec<Access>, Error> {
    let mut hooks = Vec::new();
    for hook in &desired.hooks {
        let found = documents(&hook.manifest).map_err(|source| Error::Manifest { revision: 0, source })?;
        hooks.extend(found);
    }
    let mut needed = BTreeSet::new();
    let definition_verbs = match cx.policy.definitions {
        DefinitionPolicy::Skip => &[],
        DefinitionPolicy::Create => CREATED_VERBS,
        DefinitionPolicy::CreateReplace => REPLACED_VERBS,
    };
    for (manifests, verbs) in [
        (&desired.definitions, definition_verbs),
        (&desired.manifests, OBJECT_VERBS),
        (&hooks, HOOK_VERBS),
    ] {
        for manifest in manifests {
            needed.extend(needs(cx, manifest, verbs).await?);
        }
    }
    let needed: Vec<Access> = needed.into_iter().collect();
    let mut missing = Vec::new();
    for some in needed.chunks(AT_ONCE) {
        let granted = try_join_all(some.iter().map(|access| cx.cluster.may(access))).await?;
        let denied = some.iter().zip(granted).filter(|(_, granted)| !granted);
        missing.extend(denied.map(|(access, _)| access.clone()));
    }
    Ok(missing)
}

async fn needs(cx: &Context, manifest: &Manifest, verbs: &[&'static str]) -> Result<Vec<Access>, Error> {
    let Some(ObjectRef { gvk, namespace, .. }) = reference(cx, manifest).await? else {
        return Ok(Vec::new());
    };
    let kind = match cx.cluster.discovery().find(&gvk).await {
        Ok(kind) => kind,
        // A kind that the release itself defines: nothing can be asked before it is there.
        Err(KubeError::UnknownKind(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let access = |verb| Access {
        namespace: namespace.clone(),
        group: kind.resource.group.clone(),
        resource: kind.resource.plural.clone(),
        verb,
    };
    Ok(verbs.iter().copied().map(access).collect())
}
