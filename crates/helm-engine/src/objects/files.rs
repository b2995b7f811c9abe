//! `.Files`: a chart's files that are neither templates nor anything else Helm knows.

use std::any::Any as StdAny;
use std::collections::BTreeMap;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use gotemplate::{Any, Kind, MapType, Method, Object, Type};
use govalue::{Str, Value};
use helm_chart::File;

use super::capabilities::receiver_as;
use super::glob::Glob;

/// Go's `engine.files`: a map from names to contents.
#[derive(Debug)]
pub(crate) struct FilesObject {
    /// In the chart's order; of files of one name the last one counts.
    files: Arc<[File]>,
}

/// A row of the table of methods.
macro_rules! method {
    ($name:literal($($param:ident),*) -> $returns:expr, |$files:ident, $args:pat_param| $body:expr) => {
        Method {
            name: $name,
            params: &[$(Type::$param),*],
            variadic: None,
            returns: $returns,
            call: |receiver, $args| {
                let $files: &FilesObject = receiver_as(receiver)?;
                Ok($body)
            },
        }
    };
}

const METHODS: &[Method] = &[
    method!("Get"(String) -> Type::String, |files, args| Any::String(files.contents(args.string(0)?))),
    method!("GetBytes"(String) -> Type::Named("[]uint8"), |files, args| Any::Bytes(files.contents(args.string(0)?))),
    method!("Glob"(String) -> Type::Named("engine.files"), |files, args| Any::object(files.matching(args.string(0)?))),
    method!("AsConfig"() -> Type::String, |files, _| files.as_yaml(Clone::clone)),
    method!("AsSecrets"() -> Type::String, |files, _| files.as_yaml(encode)),
    method!("Lines"(String) -> Type::StringList, |files, args| files.lines(args.string(0)?)),
];

impl FilesObject {
    /// The files of a chart.
    pub(crate) fn new(files: &Arc<[File]>) -> Self {
        Self {
            files: Arc::clone(files),
        }
    }

    fn find(&self, name: &[u8]) -> Option<&File> {
        self.files.iter().rfind(|file| file.name.as_bytes() == name)
    }

    /// The contents of a file; empty if there is none of the name.
    fn contents(&self, name: &Str) -> Str {
        self.find(name.as_bytes())
            .map(|file| file.data.clone())
            .unwrap_or_default()
    }

    /// The files whose names match; all of them if the pattern is none.
    fn matching(&self, pattern: &Str) -> Self {
        match Glob::parse(pattern) {
            Some(glob) => Self {
                files: self
                    .files
                    .iter()
                    .filter(|file| glob.matches(&file.name))
                    .cloned()
                    .collect(),
            },
            None => Self {
                files: Arc::clone(&self.files),
            },
        }
    }

    /// Lines without their ends; the last line's newline begins no other line.
    fn lines(&self, name: &Str) -> Any {
        let contents = self.contents(name);
        if contents.is_empty() {
            return Any::strings::<Str>([]);
        }
        let text = contents.as_bytes();
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        Any::strings(text.split(|byte| *byte == b'\n'))
    }

    /// YAML of the contents by the last elements of the names.
    fn as_yaml(&self, contents: impl Fn(&Str) -> Str) -> Any {
        let by_base = self
            .sorted()
            .into_iter()
            .map(|file| (base(&file.name), Value::String(contents(&file.data))));
        let map: Value = by_base.collect();
        let mut text = goyaml::to_string(&map).unwrap_or_default();
        text.truncate(text.trim_end_matches('\n').len());
        Any::string(text)
    }

    /// The files by name, each name once.
    fn sorted(&self) -> Vec<&File> {
        let by_name: BTreeMap<&[u8], &File> = self.files.iter().map(|file| (file.name.as_bytes(), file)).collect();
        by_name.into_values().collect()
    }
}

fn encode(data: &Str) -> Str {
    BASE64_STANDARD.encode(data.as_bytes()).into()
}

/// Go's `path.Base` of a name.
fn base(name: &Str) -> Str {
    name.as_bytes()
        .rsplit(|byte| *byte == b'/')
        .next()
        .unwrap_or_default()
        .into()
}

impl Object for FilesObject {
    fn type_name(&self) -> &'static str {
        "engine.files"
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn field(&self, name: &str) -> Option<Any> {
        self.find(name.as_bytes()).map(|file| Any::Bytes(file.data.clone()))
    }

    fn zero_entry(&self) -> Any {
        Any::Bytes(Str::default())
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        METHODS.iter().find(|method| method.name == name)
    }

    fn entries(&self) -> Option<Vec<(Any, Any)>> {
        let entry = |file: &File| (Any::String(file.name.clone()), Any::Bytes(file.data.clone()));
        Some(self.sorted().into_iter().map(entry).collect())
    }

    fn len(&self) -> Option<usize> {
        Some(self.sorted().len())
    }

    fn truth(&self) -> bool {
        !self.files.is_empty()
    }

    fn display(&self) -> Str {
        let entries = self
            .sorted()
            .into_iter()
            .map(|file| (file.name.clone(), Any::Bytes(file.data.clone())));
        let mut out = Vec::new();
        gotemplate::fmt::write_value(
            &Any::typed_map(MapType::Named("engine.files"), entries.collect()),
            &mut out,
        );
        out.into()
    }

    fn to_value(&self) -> Value {
        self.sorted()
            .into_iter()
            .map(|file| (file.name.clone(), Value::String(encode(&file.data))))
            .collect()
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}
