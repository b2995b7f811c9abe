//! Helm's release record: the model, the order of manifests and hooks, and the storage codec.
//!
//! A rendered chart becomes a [`Manifest`] list and [`Hook`]s in Helm's order ([`sort_manifests`]); together with values
//! and status they are a [`Release`], which [`encode`] turns into the bytes that Helm 3 and 4 keep in a Secret. Nothing
//! here talks to a cluster.
//!
//! ```
//! use helm_release::{Status, StorageKey};
//! assert_eq!(StorageKey::new("books", 3).to_string(), "sh.helm.release.v1.books.v3");
//! assert!(Status::PendingUpgrade.is_pending());
//! ```

mod codec;
mod head;
mod hook;
mod key;
mod manifest;
mod order;
mod patch;
mod release;
mod status;

pub use codec::{CodecError, decode, encode};
pub use head::{Head, HeadError};
pub use hook::{DeletePolicy, Hook, HookEvent, HookExecution, HookPhase, OutputLogPolicy};
pub use key::StorageKey;
pub use manifest::{Manifest, ManifestError, Sorted, documents, sort_manifests, split, write_documents};
pub use order::{INSTALL_ORDER, UNINSTALL_ORDER, install_rank, uninstall_rank};
pub use patch::{
    ApplyError, Change, ChangeError, LabelSelector, LabelSelectorError, Patch, PatchError, Pattern, PatternError,
    Target, sort_patched,
};
pub use release::{ChartRecord, Info, Release};
pub use status::Status;
