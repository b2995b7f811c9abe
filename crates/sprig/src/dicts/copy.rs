//! Deep copies.

use gotemplate::{Any, FuncError};

use crate::text::too_deep;

/// How deep values are copied; deeper ones are maps that contain themselves.
const MAX_DEPTH: usize = 2_000;

pub(super) fn deep_copy(value: &Any) -> Result<Any, FuncError> {
    match value {
        Any::Nil | Any::Invalid => Err(FuncError::new("reflect: call of reflect.Value.Type on zero Value")),
        other => copy(other, MAX_DEPTH),
    }
}

fn copy(value: &Any, depth: usize) -> Result<Any, FuncError> {
    let depth = depth.checked_sub(1).ok_or_else(too_deep)?;
    Ok(match value {
        Any::List(list) => {
            let items = list
                .items
                .iter()
                .map(|item| copy(item, depth))
                .collect::<Result<_, _>>()?;
            Any::typed_list(list.elem, items)
        }
        Any::Map(map) => {
            let entries = map
                .snapshot()
                .into_iter()
                .map(|(key, item)| Ok((key, copy(&item, depth)?)));
            Any::typed_map(map.map_type(), entries.collect::<Result<_, FuncError>>()?)
        }
        other => other.clone(),
    })
}
