//! Sprig's functions, called through templates, against what the Go library answers.
//!
//! The answers in `tests/fixtures` are written by real Sprig: `UPDATE_GOLDENS=1 cargo test -p sprig` asks it again.

mod coverage;
mod data;
mod differential;
mod fixtures;
mod keys;
mod layouts;
mod oracle;
mod patterns;
mod render;
