//! The shape of an object's table of methods.

/// Methods of a host's object: `methods! { read; "Name"(Params) -> Result, |value, args| body; ... }`.
///
/// `read` turns the receiver into the Rust value that the bodies get, or fails.
macro_rules! methods {
    ($read:path; $(
        $name:literal ( $($param:ident $(($named:literal))?),* ) -> $returns:ident $(($returned:literal))?,
        |$value:pat_param, $args:pat_param| $body:expr;
    )*) => {
        &[$(
            gotemplate::Method {
                name: $name,
                params: &[$(gotemplate::Type::$param $(($named))?),*],
                variadic: None,
                returns: gotemplate::Type::$returns $(($returned))?,
                call: |receiver, args| {
                    let ($value, $args) = ($read(receiver)?, args);
                    Ok($body)
                },
            },
        )*]
    };
}

pub(crate) use methods;
