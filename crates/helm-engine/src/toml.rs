//! TOML as Go's github.com/BurntSushi/toml 1.6 writes and reads it.

mod number;
mod read;
mod scan;
mod text;
mod tree;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;
