//! Threads with stacks large enough for templates nested a thousand deep.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The stack of a render thread in bytes. The system commits a page only when it is touched.
pub const RENDER_STACK: usize = 256 << 20;

type Job = Box<dyn FnOnce() + Send>;

/// A few threads that render. Clones share them; they end with the last clone.
#[derive(Clone)]
pub struct RenderPool {
    jobs: Sender<Job>,
}

impl RenderPool {
    /// A pool of `threads` threads.
    ///
    /// # Errors
    /// The system's, if it grants no thread.
    pub fn new(threads: usize) -> std::io::Result<Self> {
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        for index in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name(format!("render-{index}"))
                .stack_size(RENDER_STACK)
                .spawn(move || {
                    loop {
                        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        match job {
                            Ok(job) => job(),
                            Err(_) => break,
                        }
                    }
                })?;
        }
        Ok(Self { jobs })
    }

    /// Runs `work` on one of the threads and calls `done` there with its result; `done` must not block. `done` is
    /// dropped uncalled if `work` panics.
    pub fn spawn<T>(&self, work: impl FnOnce() -> T + Send + 'static, done: impl FnOnce(T) + Send + 'static) {
        let job: Job = Box::new(move || {
            if let Ok(result) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)) {
                done(result);
            }
        });
        // The threads live as long as a sender does, so that there is a receiver.
        let _ = self.jobs.send(job);
    }

    /// Runs `work` on one of the threads and waits for it. `None` if it panicked.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (result, outcome) = channel();
        self.spawn(work, move |value| {
            let _ = result.send(value);
        });
        outcome.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_takes_neither_the_pool_nor_the_caller_down() {
        let pool = RenderPool::new(1).unwrap();
        assert_eq!(pool.run(|| -> u32 { panic!("a bug") }), None);
        assert_eq!(pool.run(|| 2), Some(2));
    }
}
