//! What a host adds to the language: functions, objects, limits, templates within templates.
#![expect(clippy::unwrap_used, reason = "a test ends by panicking")]

mod functions;
mod limits;
mod nested;
mod objects;
