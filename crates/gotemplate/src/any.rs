//! What a template sees: Go's `any`, with Go's kinds and reference semantics.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use govalue::{Str, Value};

use crate::{Object, memory};

/// A Go value inside one render. Cheap to clone; composites are shared, as Go's maps, slices and pointers are.
///
/// It holds `Rc`s on purpose: a render stays on one thread, and no live value can outlive it in a future that moves.
#[derive(Clone, Debug, Default)]
pub enum Any {
    /// No value at all: Go's zero `reflect.Value`. Printed as `<no value>`. Never stored in a list or map, and never
    /// passed to a function (the executor passes [`Any::Nil`]).
    Invalid,
    /// A nil `interface{}`.
    #[default]
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`: literals, `len`, `int`.
    Int(i64),
    /// `int64`: integers of a custom resource, `add`, `int64`.
    Int64(i64),
    /// `int32`: runes.
    Int32(i32),
    /// `uint8`: a byte of a string.
    Uint8(u8),
    /// `uint64`: parts of a semantic version.
    Uint64(u64),
    /// `float64`: numbers of values files, `fromJson`, `fromYaml`.
    Float64(f64),
    /// `string`.
    String(Str),
    /// `[]byte`: contents of a chart's file.
    Bytes(Str),
    /// A slice.
    List(Rc<AnyList>),
    /// A map with string keys.
    Map(Rc<AnyMap>),
    /// Anything else a host offers: a struct, a pointer, a named type with methods.
    Object(Rc<dyn Object>),
}

/// Go's `reflect.Kind`, as far as templates can meet it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The kind of the zero `reflect.Value`.
    Invalid,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `int64`
    Int64,
    /// `int32`
    Int32,
    /// `uint8`
    Uint8,
    /// `uint64`
    Uint64,
    /// `float64`
    Float64,
    /// `string`
    String,
    /// A slice.
    Slice,
    /// A map.
    Map,
    /// A struct.
    Struct,
    /// A pointer.
    Ptr,
    /// A function.
    Func,
}

/// The element type of a slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Elem {
    /// `[]interface {}`
    Any,
    /// A nil `[]interface {}`: without items, and `null` in JSON and YAML.
    Nil,
    /// `[]string`
    String,
    /// A nil `[]string`.
    NilString,
    /// `[]int`
    Int,
    /// `[][]interface {}`
    List,
    /// A named slice type or a slice of a host's type: the whole type's name, such as `[]*chart.Dependency`.
    Named(&'static str),
}

/// The type of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapType {
    /// `map[string]interface {}`
    Any,
    /// A nil `map[string]interface {}`: without entries, and `null` in JSON and YAML.
    Nil,
    /// `map[string]string`
    String,
    /// A named map type: the type's name, such as `chartutil.Values`.
    Named(&'static str),
}

/// A Go slice. Immutable: every Go function in reach of a template copies before it changes one.
#[derive(Clone, Debug)]
pub struct AnyList {
    /// Its element type.
    pub elem: Elem,
    /// Its items.
    pub items: Vec<Any>,
}

/// A Go map with string keys: shared, and changed in place by `set`, `unset` and `merge`.
#[derive(Debug)]
pub struct AnyMap {
    map_type: MapType,
    entries: Rc<RefCell<BTreeMap<Str, Any>>>,
    watch: Option<Rc<Watch>>,
}

/// Notes whether an entry of a map is read, alone or with all others.
#[derive(Debug)]
pub struct Watch {
    key: &'static str,
    is_read: Cell<bool>,
}

impl Any {
    /// A string.
    pub fn string(text: impl Into<Str>) -> Self {
        Self::String(text.into())
    }

    /// A `[]interface{}`.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(AnyList { elem: Elem::Any, items }))
    }

    /// A slice with the element type `elem`.
    pub fn typed_list(elem: Elem, items: Vec<Self>) -> Self {
        Self::List(Rc::new(AnyList { elem, items }))
    }

    /// A `[]string`.
    pub fn strings<T: Into<Str>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::typed_list(
            Elem::String,
            items.into_iter().map(|item| Self::String(item.into())).collect(),
        )
    }

    /// A `map[string]interface{}`.
    pub fn map(entries: BTreeMap<Str, Self>) -> Self {
        Self::typed_map(MapType::Any, entries)
    }

    /// A nil `[]interface{}`.
    pub fn nil_list() -> Self {
        Self::typed_list(Elem::Nil, Vec::new())
    }

    /// A nil `[]string`.
    pub fn nil_strings() -> Self {
        Self::typed_list(Elem::NilString, Vec::new())
    }

    /// A nil `map[string]interface{}`.
    pub fn nil_map() -> Self {
        Self::typed_map(MapType::Nil, BTreeMap::new())
    }

    /// A map of the type `map_type`.
    pub fn typed_map(map_type: MapType, entries: BTreeMap<Str, Self>) -> Self {
        Self::Map(Rc::new(AnyMap::new(map_type, entries)))
    }

    /// A host's value.
    pub fn object(object: impl Object + 'static) -> Self {
        Self::Object(Rc::new(object))
    }

    /// A fresh copy of plain data for one render: integers become `int64`, as in a custom resource's spec.
    pub fn thaw(value: &Value) -> Self {
        match value {
            Value::Null => Self::Nil,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Int(number) => Self::Int64(*number),
            Value::Float(number) => Self::Float64(*number),
            Value::String(text) => Self::String(text.clone()),
            Value::List(items) => Self::list(items.iter().map(Self::thaw).collect()),
            Value::Map(map) => Self::map(map.iter().map(|(key, item)| (key.clone(), Self::thaw(item))).collect()),
        }
    }

    /// Go's kind of the value inside the interface.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Invalid | Self::Nil => Kind::Invalid,
            Self::Bool(_) => Kind::Bool,
            Self::Int(_) => Kind::Int,
            Self::Int64(_) => Kind::Int64,
            Self::Int32(_) => Kind::Int32,
            Self::Uint8(_) => Kind::Uint8,
            Self::Uint64(_) => Kind::Uint64,
            Self::Float64(_) => Kind::Float64,
            Self::String(_) => Kind::String,
            Self::Bytes(_) | Self::List(_) => Kind::Slice,
            Self::Map(_) => Kind::Map,
            Self::Object(object) => object.kind(),
        }
    }

    /// Go's `%T`: the dynamic type's name, `<nil>` for nil.
    pub fn type_name(&self) -> &str {
        match self {
            Self::Invalid | Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) => "int64",
            Self::Int32(_) => "int32",
            Self::Uint8(_) => "uint8",
            Self::Uint64(_) => "uint64",
            Self::Float64(_) => "float64",
            Self::String(_) => "string",
            Self::Bytes(_) => "[]uint8",
            Self::List(list) => list.elem.slice_name(),
            Self::Map(map) => map.map_type.name(),
            Self::Object(object) => object.type_name(),
        }
    }

    /// The string, if this is one.
    pub fn as_string(&self) -> Option<&Str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Rc<AnyMap>> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The slice, if this is one (a `[]byte` is not).
    pub fn as_list(&self) -> Option<&Rc<AnyList>> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }
}

impl Kind {
    /// The name Go prints for it, as `kindOf` gives it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Int32 => "int32",
            Self::Uint8 => "uint8",
            Self::Uint64 => "uint64",
            Self::Float64 => "float64",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
            Self::Func => "func",
        }
    }
}

impl Elem {
    /// Whether the slice is nil.
    pub fn is_nil(self) -> bool {
        matches!(self, Self::Nil | Self::NilString)
    }

    /// The slice type's name in Go.
    pub fn slice_name(self) -> &'static str {
        match self {
            Self::Any | Self::Nil => "[]interface {}",
            Self::String | Self::NilString => "[]string",
            Self::Int => "[]int",
            Self::List => "[][]interface {}",
            Self::Named(name) => name,
        }
    }
}

impl MapType {
    /// The map type's name in Go.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any | Self::Nil => "map[string]interface {}",
            Self::String => "map[string]string",
            Self::Named(name) => name,
        }
    }
}

impl Watch {
    /// Watches the entry `key` of the maps that are given this.
    pub fn new(key: &'static str) -> Rc<Self> {
        Rc::new(Self {
            key,
            is_read: Cell::new(false),
        })
    }

    /// Whether the entry was read.
    pub fn is_read(&self) -> bool {
        self.is_read.get()
    }
}

impl AnyMap {
    /// A map with these entries.
    pub fn new(map_type: MapType, entries: BTreeMap<Str, Any>) -> Self {
        Self {
            map_type,
            entries: Rc::new(RefCell::new(entries)),
            watch: None,
        }
    }

    /// The same map, with an entry watched.
    #[must_use]
    pub fn watched(self, watch: &Rc<Watch>) -> Self {
        Self {
            watch: Some(Rc::clone(watch)),
            map_type: self.map_type,
            entries: Rc::clone(&self.entries),
        }
    }

    /// The same map under another Go type, as a conversion gives it: a change of one is seen in the other.
    #[must_use]
    pub fn retyped(&self, map_type: MapType) -> Self {
        Self {
            map_type,
            entries: Rc::clone(&self.entries),
            watch: self.watch.clone(),
        }
    }

    /// Whether both are the same map, under whatever types.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.entries, &other.entries)
    }

    /// Its Go type.
    pub fn map_type(&self) -> MapType {
        self.map_type
    }

    /// The entry `key`.
    pub fn get(&self, key: &[u8]) -> Option<Any> {
        if let Some(watch) = &self.watch
            && watch.key.as_bytes() == key
        {
            watch.is_read.set(true);
        }
        self.entries.borrow().get(key).cloned()
    }

    /// Whether there is an entry `key`.
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.entries.borrow().contains_key(key)
    }

    /// Sets the entry `key`; a key of the same name is replaced.
    pub fn insert(self: &Rc<Self>, key: Str, value: Any) {
        memory::watch(self, &value);
        self.entries.borrow_mut().insert(key, value);
    }

    /// Removes the entry `key`.
    pub fn remove(&self, key: &[u8]) -> Option<Any> {
        self.entries.borrow_mut().remove(key)
    }

    /// Removes all entries.
    pub(crate) fn take_entries(&self) -> BTreeMap<Str, Any> {
        self.entries.take()
    }

    /// The entries, if no other type of this map shares them.
    pub(crate) fn take_own_entries(&mut self) -> Option<BTreeMap<Str, Any>> {
        Rc::get_mut(&mut self.entries).map(|entries| std::mem::take(entries.get_mut()))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.borrow().is_empty()
    }

    /// The entries as they are now, in key order: what Go's `range` walks over, whatever its body changes.
    pub fn snapshot(&self) -> Vec<(Str, Any)> {
        self.with(|entries| {
            let entries = entries.iter();
            entries.map(|(key, value)| (key.clone(), value.clone())).collect()
        })
    }

    /// Calls `read` with the entries. `read` must not change this map.
    pub fn with<T>(&self, read: impl FnOnce(&BTreeMap<Str, Any>) -> T) -> T {
        if let Some(watch) = &self.watch {
            watch.is_read.set(true);
        }
        read(&self.entries.borrow())
    }

    /// As [`AnyMap::with`], for what leaves no trace in the output.
    pub(crate) fn with_unwatched<T>(&self, read: impl FnOnce(&BTreeMap<Str, Any>) -> T) -> T {
        read(&self.entries.borrow())
    }
}
