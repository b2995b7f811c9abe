//! `gotemplate::fmt` against Go's package `fmt`.
//!
//! `*.jsonl` are requests to `goracle` (see `tests/oracle`), one per line, and `*.want.jsonl` are its answers:
//! `goracle < sprintf.jsonl > sprintf.want.jsonl`. With `CHARTWRIGHT_ORACLE` naming its folder, [`parity`] also compares random
//! calls; `CHARTWRIGHT_CASES` says how many.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a case that can't be read is a failed test"
)]

mod golden;
mod hosts;
mod parity;
mod random;
mod tagged;
