//! Lists. None is ever changed: each function that adds or removes gives a new one.

use std::borrow::Cow;
use std::collections::HashSet;

use gotemplate::{Any, AnyList, Elem, FuncError};
use govalue::Str;

use crate::defaults::empty;
use crate::equal::deep_equal;
use crate::text::{check_items, items_of, nil_dereference};
use crate::types::number::{float_to_int, to_int};

entries! { Lists;
    "list"(; ..Any) -> AnyList, list, "Makes a list of its arguments.";
    "tuple"(; ..Any) -> AnyList, list, "Old name of `list`.";
    "first"(Any) -> Any, try first, "The first item; nil if there is none.";
    "mustFirst"(Any) -> Any, try first, "As `first`.";
    "rest"(Any) -> AnyList, try rest, "All items but the first.";
    "mustRest"(Any) -> AnyList, try rest, "As `rest`.";
    "last"(Any) -> Any, try last, "The last item; nil if there is none.";
    "mustLast"(Any) -> Any, try last, "As `last`.";
    "initial"(Any) -> AnyList, try initial, "All items but the last.";
    "mustInitial"(Any) -> AnyList, try initial, "As `initial`.";
    "append"(Any, Any) -> AnyList, try append, "The list with an item added at its end.";
    "mustAppend"(Any, Any) -> AnyList, try append, "As `append`.";
    "push"(Any, Any) -> AnyList, try append, "Other name of `append`.";
    "mustPush"(Any, Any) -> AnyList, try append, "As `append`.";
    "prepend"(Any, Any) -> AnyList, try prepend, "The list with an item added at its start.";
    "mustPrepend"(Any, Any) -> AnyList, try prepend, "As `prepend`.";
    "concat"(; ..Any) -> Any, try concat, "All lists as one.";
    "reverse"(Any) -> AnyList, try reverse, "The list backwards.";
    "mustReverse"(Any) -> AnyList, try reverse, "As `reverse`.";
    "uniq"(Any) -> AnyList, try uniq, "The list without repetitions.";
    "mustUniq"(Any) -> AnyList, try uniq, "As `uniq`.";
    "without"(Any; ..Any) -> AnyList, try without, "The list without the items that follow it.";
    "mustWithout"(Any; ..Any) -> AnyList, try without, "As `without`.";
    "has"(Any, Any) -> Bool, try has, "Tells whether the list, which comes second, has an item of the same type and value.";
    "mustHas"(Any, Any) -> Bool, try has, "As `has`.";
    "compact"(Any) -> AnyList, try compact, "The list without empty items.";
    "mustCompact"(Any) -> AnyList, try compact, "As `compact`.";
    "slice"(Any; ..Any) -> Any, try slice, "The items from one position up to another, by default the end.";
    "mustSlice"(Any; ..Any) -> Any, try slice, "As `slice`.";
    "chunk"(Int, Any) -> Named("[][]interface {}"), try chunk, "Lists of so many items each.";
    "mustChunk"(Int, Any) -> Named("[][]interface {}"), try chunk, "As `chunk`.";
}

/// The items of a list, or what Sprig says of anything else: `complaint` and the kind.
fn items<'a>(list: &'a Any, complaint: &str) -> Result<Cow<'a, [Any]>, FuncError> {
    if matches!(list, Any::Nil | Any::Invalid) {
        return Err(nil_dereference());
    }
    items_of(list).ok_or_else(|| FuncError::new(format!("{complaint} {}", list.kind().name())))
}

fn list(items: &[Any]) -> Any {
    Any::list(items.to_vec())
}

fn first(list: &Any) -> Result<Any, FuncError> {
    Ok(items(list, "Cannot find first on type")?
        .first()
        .cloned()
        .unwrap_or_default())
}

fn last(list: &Any) -> Result<Any, FuncError> {
    Ok(items(list, "Cannot find last on type")?
        .last()
        .cloned()
        .unwrap_or_default())
}

fn rest(list: &Any) -> Result<Any, FuncError> {
    let items = items(list, "Cannot find rest on type")?;
    Ok(items
        .split_first()
        .map_or_else(Any::nil_list, |(_, rest)| Any::list(rest.to_vec())))
}

fn initial(list: &Any) -> Result<Any, FuncError> {
    let items = items(list, "Cannot find initial on type")?;
    Ok(items
        .split_last()
        .map_or_else(Any::nil_list, |(_, initial)| Any::list(initial.to_vec())))
}

fn append(list: &Any, item: &Any) -> Result<Any, FuncError> {
    let items = items(list, "Cannot push on type")?;
    Ok(Any::list(items.iter().chain([item]).cloned().collect()))
}

fn prepend(list: &Any, item: &Any) -> Result<Any, FuncError> {
    let items = items(list, "Cannot prepend on type")?;
    Ok(Any::list([item].into_iter().chain(items.iter()).cloned().collect()))
}

fn concat(lists: &[Any]) -> Result<Any, FuncError> {
    let mut all = Vec::new();
    for list in lists {
        if matches!(list, Any::Nil | Any::Invalid) {
            return Err(nil_dereference());
        }
        let items = items_of(list);
        let items =
            items.ok_or_else(|| FuncError::new(format!("Cannot concat type {} as list", list.kind().name())))?;
        all.extend_from_slice(&items);
    }
    Ok(if all.is_empty() {
        Any::nil_list()
    } else {
        Any::list(all)
    })
}

fn reverse(list: &Any) -> Result<Any, FuncError> {
    Ok(Any::list(
        items(list, "Cannot find reverse on type")?
            .iter()
            .rev()
            .cloned()
            .collect(),
    ))
}

fn uniq(list: &Any) -> Result<Any, FuncError> {
    let items = items(list, "Cannot find uniq on type")?;
    let mut strings: HashSet<&Str> = HashSet::new();
    let mut others: Vec<&Any> = Vec::new();
    let mut kept = Vec::new();
    for item in items.iter() {
        let new = match item {
            Any::String(text) => strings.insert(text),
            other if others.iter().any(|seen| deep_equal(other, seen)) => false,
            other => {
                others.push(other);
                true
            }
        };
        if new {
            kept.push(item.clone());
        }
    }
    Ok(Any::list(kept))
}

fn without(list: &Any, omitted: &[Any]) -> Result<Any, FuncError> {
    let items = items(list, "Cannot find without on type")?;
    let kept = items
        .iter()
        .filter(|item| !omitted.iter().any(|omitted| deep_equal(item, omitted)));
    Ok(Any::list(kept.cloned().collect()))
}

fn has(needle: &Any, list: &Any) -> Result<bool, FuncError> {
    if matches!(list, Any::Nil | Any::Invalid) {
        return Ok(false);
    }
    Ok(items(list, "Cannot find has on type")?
        .iter()
        .any(|item| deep_equal(needle, item)))
}

fn compact(list: &Any) -> Result<Any, FuncError> {
    let items = items(list, "Cannot compact on type")?;
    Ok(Any::list(items.iter().filter(|item| !empty(item)).cloned().collect()))
}

/// A part of the list, of the list's own type.
fn slice(list: &Any, bounds: &[Any]) -> Result<Any, FuncError> {
    let items = items(list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Any::Nil);
    }
    let start = bounds.first().map_or(Ok(0), |bound| usize::try_from(to_int(bound)));
    let end = bounds
        .get(1)
        .map_or(Ok(items.len()), |bound| usize::try_from(to_int(bound)));
    let (Ok(start), Ok(end)) = (start, end) else {
        return Err(out_of_bounds());
    };
    let part = items.get(start..end).ok_or_else(out_of_bounds)?;
    Ok(match list {
        Any::Bytes(bytes) => Any::Bytes(Str::from(&bytes.as_bytes()[start..end])),
        Any::List(list) => Any::typed_list(list.elem, part.to_vec()),
        _ => Any::list(part.to_vec()),
    })
}

fn out_of_bounds() -> FuncError {
    FuncError::new("reflect.Value.Slice: slice index out of bounds")
}

/// Lists of `size` items and a shorter last one. Sprig counts them in floats, which decides what a size below 1 does.
fn chunk(size: i64, list: &Any) -> Result<Any, FuncError> {
    let items = items(list, "Cannot chunk type")?;
    if size > 0 {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        return Ok(chunks(
            items.chunks(size).map(|chunk| Any::list(chunk.to_vec())).collect(),
        ));
    }
    let too_long = || FuncError::runtime("makeslice: len out of range");
    #[expect(clippy::cast_precision_loss, reason = "Sprig loses it as well")]
    let (length, float_size) = (items.len() as f64, size as f64);
    let count = float_to_int(((length - 1.0) / float_size).floor() + 1.0);
    let count = check_items(u64::try_from(count).map_err(|_| too_long())?)?;
    let last = float_to_int((length % float_size).floor());
    match (count, usize::try_from(last)) {
        (0, _) => Ok(chunks(Vec::new())),
        (1, Ok(last @ 1..)) => Ok(chunks(vec![Any::list(items[..last.min(items.len())].to_vec())])),
        _ => Err(too_long()),
    }
}

fn chunks(chunks: Vec<Any>) -> Any {
    Any::List(
        AnyList {
            elem: Elem::List,
            items: chunks,
        }
        .into(),
    )
}
