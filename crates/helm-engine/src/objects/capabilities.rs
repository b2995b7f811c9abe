//! `.Capabilities`.

use std::any::Any as StdAny;
use std::sync::Arc;

use gotemplate::{Any, Args, FuncError, Kind, Method, Object, Type};
use govalue::{Str, Value};
use helm_chart::{Capabilities, HelmVersion, KubeVersion};

use super::record::{Field, Json, Record, Struct};

/// Go's `*chartutil.Capabilities`.
#[derive(Debug)]
pub(super) struct Shared(Arc<Capabilities>);

/// Go's `chartutil.VersionSet`: a slice with a method.
#[derive(Debug)]
struct Versions(Arc<Capabilities>);

/// What templates see as `.Capabilities`.
pub(crate) fn capabilities(capabilities: &Arc<Capabilities>) -> Any {
    Any::object(Struct(Shared(Arc::clone(capabilities))))
}

impl Record for Shared {
    const TYPE: &'static str = "*chartutil.Capabilities";
    const KIND: Kind = Kind::Ptr;
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "KubeVersion",
            json: Json::Always("KubeVersion"),
            get: |capabilities| Any::object(Struct(capabilities.0.kube_version.clone())),
        },
        Field {
            name: "APIVersions",
            json: Json::Always("APIVersions"),
            get: |capabilities| Any::object(Versions(Arc::clone(&capabilities.0))),
        },
        Field {
            name: "HelmVersion",
            json: Json::Always("HelmVersion"),
            get: |capabilities| Any::object(Struct(capabilities.0.helm_version.clone())),
        },
    ];
}

impl Record for KubeVersion {
    const TYPE: &'static str = "chartutil.KubeVersion";
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "Version",
            json: Json::Always("Version"),
            get: |version| Any::string(version.version.as_str()),
        },
        Field {
            name: "Major",
            json: Json::Always("Major"),
            get: |version| Any::string(version.major.as_str()),
        },
        Field {
            name: "Minor",
            json: Json::Always("Minor"),
            get: |version| Any::string(version.minor.as_str()),
        },
    ];
    const METHODS: &'static [Method] = &[whole_version("String"), whole_version("GitVersion")];

    fn text(&self) -> Option<Str> {
        Some(self.version.as_str().into())
    }
}

const fn whole_version(name: &'static str) -> Method {
    Method {
        name,
        params: &[],
        variadic: None,
        returns: Type::String,
        call: |receiver, _| {
            let Struct(version) = receiver_as::<Struct<KubeVersion>>(receiver)?;
            Ok(Any::string(version.version.as_str()))
        },
    }
}

impl Record for HelmVersion {
    const TYPE: &'static str = "version.BuildInfo";
    const FIELDS: &'static [Field<Self>] = &[
        Field {
            name: "Version",
            json: Json::Filled("version"),
            get: |version| Any::string(version.version.as_str()),
        },
        Field {
            name: "GitCommit",
            json: Json::Filled("git_commit"),
            get: |version| Any::string(version.git_commit.as_str()),
        },
        Field {
            name: "GitTreeState",
            json: Json::Filled("git_tree_state"),
            get: |version| Any::string(version.git_tree_state.as_str()),
        },
        Field {
            name: "GoVersion",
            json: Json::Filled("go_version"),
            get: |version| Any::string(version.go_version.as_str()),
        },
    ];
}

const HAS: Method = Method {
    name: "Has",
    params: &[Type::String],
    variadic: None,
    returns: Type::Bool,
    call: |receiver, args: Args<'_>| {
        let Versions(capabilities) = receiver_as(receiver)?;
        let wanted = args.string(0)?;
        Ok(Any::Bool(
            wanted
                .to_str()
                .is_some_and(|wanted| capabilities.api_versions.has(wanted)),
        ))
    },
};

impl Versions {
    fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.api_versions.iter()
    }
}

impl Object for Versions {
    fn type_name(&self) -> &'static str {
        "chartutil.VersionSet"
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        (name == "Has").then_some(&HAS)
    }

    fn entries(&self) -> Option<Vec<(Any, Any)>> {
        Some((0..).map(Any::Int).zip(self.names().map(Any::string)).collect())
    }

    fn len(&self) -> Option<usize> {
        Some(self.names().len())
    }

    fn display(&self) -> Str {
        format!("[{}]", self.names().collect::<Vec<_>>().join(" ")).into()
    }

    fn to_value(&self) -> Value {
        self.names().map(Value::from).collect()
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

/// The Rust type behind a method's receiver.
pub(super) fn receiver_as<T: 'static>(receiver: &dyn Object) -> Result<&T, FuncError> {
    let wrong = || FuncError::new(format!("wrong type for value; got {}", receiver.type_name()));
    receiver.as_any().downcast_ref().ok_or_else(wrong)
}
