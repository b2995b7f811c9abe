//! Lets the JSON and YAML encoders walk over a template's values.

use govalue::{Tree, View};

use crate::{Any, MapType};

impl Tree for Any {
    fn view<R>(&self, read: impl FnOnce(View<'_, Self>) -> R) -> R {
        match self {
            Self::Invalid | Self::Nil => read(View::Null),
            Self::Bool(flag) => read(View::Bool(*flag)),
            Self::Int(number) | Self::Int64(number) => read(View::Int(*number)),
            Self::Int32(number) => read(View::Int(i64::from(*number))),
            Self::Uint8(number) => read(View::Uint(u64::from(*number))),
            Self::Uint64(number) => read(View::Uint(*number)),
            Self::Float64(number) => read(View::Float(*number)),
            Self::String(text) => read(View::String(text)),
            Self::Bytes(bytes) => read(View::Bytes(bytes)),
            Self::List(list) if list.elem.is_nil() => read(View::Null),
            Self::Map(map) if map.map_type() == MapType::Nil => read(View::Null),
            Self::List(list) => read(View::List(&list.items)),
            Self::Map(map) => map.with(|entries| read(View::Map(entries))),
            Self::Object(object) => read(match object.json_fields() {
                Some(fields) => View::Fields(fields),
                None => View::Plain(object.to_value()),
            }),
        }
    }
}
