//! Compares govalue with what Go answered; `generate.go` in this folder wrote the expectations.
//!
//! `GOVALUE_GOLDEN` names another folder with such files, for a run over many more random cases.
#![allow(clippy::unwrap_used, reason = "a case that can't be read is a failed test")]

mod fixture;
mod json;
mod strconv;
