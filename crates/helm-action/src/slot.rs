//! A place among the operations that run at once.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

/// A place among the operations that run at once. Waiting for the cluster gives it back, so that releases that wait
/// hold up nobody.
#[derive(Clone)]
pub struct Slot {
    places: Arc<Semaphore>,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Slot {
    /// Takes a place, waiting for one if need be.
    pub async fn take(places: Arc<Semaphore>) -> Self {
        let held = Arc::clone(&places).acquire_owned().await.ok();
        Self {
            places,
            held: Arc::new(Mutex::new(held)),
        }
    }

    /// Gives the place back, waits for `wait`, and takes a place again.
    pub async fn released<T>(&self, wait: impl Future<Output = T>) -> T {
        drop(self.held.lock().await.take());
        let result = wait.await;
        *self.held.lock().await = Arc::clone(&self.places).acquire_owned().await.ok();
        result
    }
}
