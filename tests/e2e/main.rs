//! End to end: the real binary against a real API server.
//!
//! Each test has a namespace of its own and its own operator, which watches that namespace only, with a project folder
//! that the test may edit. All share one control plane, which ends with this process.
#![expect(clippy::unwrap_used, reason = "a test ends by panicking, wherever it is")]

mod access;
#[expect(dead_code, reason = "what `tests/corpus` alone needs")]
mod adoption;
mod cluster;
mod harness;
mod oracle;
#[expect(dead_code, reason = "what `tests/corpus` alone needs")]
mod parity;
mod project;
mod proxy;
mod snapshot;
mod stability;
mod templates;

mod acceptance;
mod annotations;
mod apply;
mod beside_helm;
mod chaos;
mod command_line;
mod connection;
mod diff;
mod drift;
mod failures;
mod helm;
mod hooks;
mod identity;
mod leader;
mod lifecycle;
mod lifecycle_policies;
mod metrics;
mod patches;
mod records;
mod reload;
mod restart;
mod rights;
mod samples;
mod scaffold;
mod scale;
mod scale_subresource;
mod sources;
mod start;
mod top;
mod uninstall;
mod values_from;
mod watches;
mod web;
