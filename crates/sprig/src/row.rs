//! The shape of a table row: how `entries!` turns one line into a function that a template can call.

use std::cell::Cell;
use std::rc::Rc;

use gotemplate::{Any, AnyMap, Args, FuncError};
use govalue::Str;

/// Hands out a call's arguments one after another, each as its row says its type is.
pub(crate) struct Cursor<'a> {
    args: Args<'a>,
    next: Cell<usize>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(args: Args<'a>) -> Self {
        Self {
            args,
            next: Cell::new(0),
        }
    }

    fn advance(&self) -> usize {
        self.next.replace(self.next.get() + 1)
    }

    pub(crate) fn any(&self) -> &'a Any {
        self.args.any(self.advance())
    }

    pub(crate) fn string(&self) -> Result<&'a Str, FuncError> {
        self.args.string(self.advance())
    }

    pub(crate) fn bool(&self) -> Result<bool, FuncError> {
        self.args.bool(self.advance())
    }

    pub(crate) fn int(&self) -> Result<i64, FuncError> {
        self.args.int(self.advance())
    }

    pub(crate) fn map(&self) -> Result<Option<&'a Rc<AnyMap>>, FuncError> {
        self.args.map(self.advance())
    }

    pub(crate) fn rest(&self) -> &'a [Any] {
        self.args.rest(self.next.get())
    }
}

/// A module's rows: `entries! { Group; "name"(Params; ..Rest) -> Result, body, "Summary."; ... }`.
///
/// Types are [`gotemplate::Type`]'s variants. Parameters after `;` are variadic. `[RANDOM]` after the result names an
/// effect. The body is a plain Rust function of the parameters' Rust types: `Int`, `Int64`, `Uint32` are `i64`, `String`
/// is `&Str`, a map is `Option<&Rc<AnyMap>>` (`None` is Go's nil), everything else `&Any`, and the variadic rest
/// `&[Any]`. It returns the result's Rust type (anything that turns into a `Str` for `String`, an `Any` for composites);
/// `try body` says that it returns a `Result` of that. `raw body` is a `gotemplate::Native` as it stands, for functions
/// that need the call.
macro_rules! entries {
    ($group:ident; $(
        $name:literal ( $($param:ident $(($named:literal))?),* $(; .. $rest:ident)? )
        -> $returns:ident $(($returned:literal))? $([$($effect:ident)+])?, $($body:ident $(:: $tail:ident)*)+, $summary:literal;
    )*) => {
        /// This module's rows of the table.
        pub(crate) const ENTRIES: &[$crate::table::Entry] = &[$(
            $crate::table::Entry {
                function: gotemplate::Function {
                    name: $name,
                    params: &[$(gotemplate::Type::$param $(($named))?),*],
                    variadic: entries!(@variadic $($rest)?),
                    returns: gotemplate::Type::$returns $(($returned))?,
                    effects: gotemplate::Effects::NONE $($(.union(gotemplate::Effects::$effect))+)?,
                    call: entries!(@call [$($body $(:: $tail)*)+] $returns $($param)* $(; $rest)?),
                },
                group: $crate::table::Group::$group,
                summary: $summary,
            },
        )*];
    };

    (@variadic) => { None };
    (@variadic $rest:ident) => { Some(gotemplate::Type::$rest) };

    (@call [raw $($body:tt)+] $($signature:tt)*) => { $($body)+ };
    (@call [try $($body:tt)+] $returns:ident) => {
        |_, _| {
            let result = $($body)+()?;
            Ok(entries!(@result $returns result))
        }
    };
    (@call [$($body:tt)+] $returns:ident) => {
        |_, _| {
            let result = $($body)+();
            Ok(entries!(@result $returns result))
        }
    };
    (@call [try $($body:tt)+] $returns:ident $($param:ident)* $(; $rest:ident)?) => {
        |_, args| {
            let args = $crate::row::Cursor::new(args);
            let result = $($body)+($(entries!(@arg $param args),)* $(entries!(@rest $rest args))?)?;
            Ok(entries!(@result $returns result))
        }
    };
    (@call [$($body:tt)+] $returns:ident $($param:ident)* $(; $rest:ident)?) => {
        |_, args| {
            let args = $crate::row::Cursor::new(args);
            let result = $($body)+($(entries!(@arg $param args),)* $(entries!(@rest $rest args))?);
            Ok(entries!(@result $returns result))
        }
    };

    (@arg String $args:ident) => { $args.string()? };
    (@arg Bool $args:ident) => { $args.bool()? };
    (@arg Int $args:ident) => { $args.int()? };
    (@arg Int64 $args:ident) => { $args.int()? };
    (@arg Uint32 $args:ident) => { $args.int()? };
    (@arg AnyMap $args:ident) => { $args.map()? };
    (@arg StringMap $args:ident) => { $args.map()? };
    (@arg $other:ident $args:ident) => { $args.any() };

    (@rest $rest:ident $args:ident) => { $args.rest() };

    (@result String $result:ident) => { gotemplate::Any::String(govalue::Str::from($result)) };
    (@result Bool $result:ident) => { gotemplate::Any::Bool($result) };
    (@result Int $result:ident) => { gotemplate::Any::Int($result) };
    (@result Int64 $result:ident) => { gotemplate::Any::Int64($result) };
    (@result Float64 $result:ident) => { gotemplate::Any::Float64($result) };
    (@result $other:ident $result:ident) => { $result };
}
