//! Versions as templates see them: Go's `*semver.Version`, and the `semver.Version` that incrementing one gives.

use std::any::Any as StdAny;
use std::cmp::Ordering;

use gosemver::{Error, Version};
use gotemplate::{Any, Args, FuncError, Kind, Method, Object};
use govalue::{Str, Value};

use super::failed;
use crate::methods::methods;

/// Go's `*semver.Version`: what `semver` returns.
#[derive(Debug)]
pub(super) struct VersionPtr(pub(super) Version);

/// Go's `semver.Version`: it lacks the methods that need a pointer.
#[derive(Debug)]
struct VersionValue(Version);

/// Methods of both types.
const SHARED: &[Method] = methods! { version_of;
    "Major"() -> Named("uint64"), |version, _| Any::Uint64(version.major());
    "Minor"() -> Named("uint64"), |version, _| Any::Uint64(version.minor());
    "Patch"() -> Named("uint64"), |version, _| Any::Uint64(version.patch());
    "Prerelease"() -> String, |version, _| Any::string(version.prerelease());
    "Metadata"() -> String, |version, _| Any::string(version.metadata());
    "String"() -> String, |version, _| Any::string(version.to_string());
    "IncPatch"() -> Named("semver.Version"), |version, _| changed(version.next_patch())?;
    "IncMinor"() -> Named("semver.Version"), |version, _| changed(version.next_minor())?;
    "IncMajor"() -> Named("semver.Version"), |version, _| changed(version.next_major())?;
    "SetPrerelease"(String) -> Named("semver.Version"), |version, args| {
        changed(version.with_prerelease(&args.string(0)?.to_lossy()))?
    };
    "SetMetadata"(String) -> Named("semver.Version"), |version, args| {
        changed(version.with_metadata(&args.string(0)?.to_lossy()))?
    };
    "MarshalJSON"() -> Named("[]uint8"), |version, _| Any::Bytes(format!("\"{version}\"").into());
    "MarshalText"() -> Named("[]uint8"), |version, _| Any::Bytes(version.to_string().into());
    "Value"() -> Any, |version, _| Any::string(version.to_string());
};

/// Methods of the pointer alone.
const OF_POINTER: &[Method] = methods! { version_of;
    "Original"() -> String, |version, _| Any::string(version.original());
    "Compare"(Named("*semver.Version")) -> Int, |version, args| Any::Int(order(version, args)? as i64);
    "LessThan"(Named("*semver.Version")) -> Bool, |version, args| Any::Bool(order(version, args)?.is_lt());
    "LessThanEqual"(Named("*semver.Version")) -> Bool, |version, args| Any::Bool(order(version, args)?.is_le());
    "GreaterThan"(Named("*semver.Version")) -> Bool, |version, args| Any::Bool(order(version, args)?.is_gt());
    "GreaterThanEqual"(Named("*semver.Version")) -> Bool, |version, args| Any::Bool(order(version, args)?.is_ge());
    "Equal"(Named("*semver.Version")) -> Bool, |version, args| Any::Bool(order(version, args)?.is_eq());
};

fn version_of(receiver: &dyn Object) -> Result<&Version, FuncError> {
    let any = receiver.as_any();
    let pointer = any.downcast_ref().map(|VersionPtr(version)| version);
    let value = || any.downcast_ref().map(|VersionValue(version)| version);
    pointer
        .or_else(value)
        .ok_or_else(|| FuncError::new("receiver is no version"))
}

fn order(version: &Version, args: Args<'_>) -> Result<Ordering, FuncError> {
    match args.any(0) {
        Any::Nil => Err(FuncError::runtime("invalid memory address or nil pointer dereference")),
        _ => Ok(version.compare(&args.object::<VersionPtr>(0)?.0)),
    }
}

fn changed(version: Result<Version, Error>) -> Result<Any, FuncError> {
    version
        .map(|version| Any::object(VersionValue(version)))
        .map_err(failed)
}

fn find(methods: &'static [Method], name: &str) -> Option<&'static Method> {
    methods.iter().find(|method| method.name == name)
}

impl Object for VersionPtr {
    fn type_name(&self) -> &'static str {
        "*semver.Version"
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(SHARED, name).or_else(|| find(OF_POINTER, name))
    }

    fn display(&self) -> Str {
        self.0.to_string().into()
    }

    fn to_value(&self) -> Value {
        self.0.to_string().into()
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

impl Object for VersionValue {
    fn type_name(&self) -> &'static str {
        "semver.Version"
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(SHARED, name)
    }

    fn display(&self) -> Str {
        self.0.to_string().into()
    }

    fn to_value(&self) -> Value {
        self.0.to_string().into()
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}
