//! Templates against real Go: fixtures as folders, and generated templates.
//!
//! Expected values come from the oracle (`hack/build-oracle.sh`), never from this crate. `CHARTWRIGHT_ORACLE` names the
//! folder that the script prints. With it:
//!
//! * `CHARTWRIGHT_BLESS=1 cargo test -p gotemplate --test parity` writes the expected part of each fixture anew;
//! * `CHARTWRIGHT_CASES=100000 CHARTWRIGHT_SEED=7 cargo test -p gotemplate --test parity generated -- --nocapture`
//!   compares that many generated templates.
//!
//! Without it the fixtures and the committed answers to generated templates are compared.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends by panicking")]

mod differential;
mod fixtures;
mod generate;
mod oracle;
mod render;
mod tagged;
