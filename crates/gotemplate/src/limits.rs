//! What an execution may use: steps, output, depth, stack, time.

use std::time::Instant;

/// What one execution may use. Go has no such limits (but for the depth): a template that never ends never ends there.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Commands and nodes evaluated.
    pub steps: u64,
    /// Bytes written, the buffers of nested executions included.
    pub output: usize,
    /// Templates within templates, as Go counts them.
    pub depth: usize,
    /// Bytes of the thread's stack, counted from where the execution started.
    pub stack: usize,
    /// When to give up.
    pub deadline: Option<Instant>,
}

impl Default for Limits {
    /// Generous limits that fit a thread with Rust's default stack of 2 MiB.
    fn default() -> Self {
        Self {
            steps: 500_000_000,
            output: 256 << 20,
            depth: 100_000,
            stack: 1 << 20,
            deadline: None,
        }
    }
}
