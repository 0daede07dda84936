//! From the body of a request to bytes in memory, which are counted as long as they are there.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};

use crate::refusal::{self, Refusal};

/// Room for uploads of more than [`SMALL`] bytes, and for the others, in KiB: whatever the large ones do, a small one passes them.
const ROOM: [usize; 2] = [96 << 10, 64 << 10];
const SMALL: usize = 1 << 20;
/// How long an upload may keep still. After it, bytes come at least as fast as they have to for all to be there in time.
const GRACE: Duration = Duration::from_secs(2);

/// The memory that uploads may take together.
#[derive(Clone)]
pub struct Room {
    large: Arc<Semaphore>,
    small: Arc<Semaphore>,
    /// The largest upload, in bytes.
    pub largest: usize,
    /// How long one may take, and wait for room.
    pub patience: Duration,
}

/// An upload in memory, with its room. Whoever sent it may hang up before it is looked at: then both go at once, wherever it waits.
#[derive(Clone)]
pub struct Upload(Arc<Mutex<Option<Held>>>);

pub struct Held {
    pub bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl Upload {
    /// What `look` makes of its bytes; of none where it was let go of.
    pub fn look<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        look(self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(&[], |held| &held.bytes))
    }

    /// What is left of it.
    pub fn take(&self) -> Option<Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Lets go of an upload when it is dropped, as with the future of a request.
pub struct LetGo(pub Upload);

impl Drop for LetGo {
    fn drop(&mut self) {
        drop(self.0.take());
    }
}

impl Room {
    pub fn new(largest: usize, patience: Duration) -> Self {
        let [large, small] = ROOM.map(|room| Arc::new(Semaphore::new(room)));
        Self { large, small, largest, patience }
    }

    /// Reads a body that announces its length, or does not.
    pub async fn receive(&self, body: Body, announced: Option<usize>) -> Result<Upload, Refusal> {
        let length = announced.unwrap_or(self.largest);
        if length > self.largest {
            return Err(Refusal::TooLarge { largest: self.largest });
        }
        let room = if length > SMALL { &self.large } else { &self.small };
        let space = u32::try_from(length >> 10).unwrap_or(u32::MAX).saturating_add(1);
        let room = timeout(self.patience, room.clone().acquire_many_owned(space)).await;
        let Ok(Ok(room)) = room else { return Err(Refusal::Busy) };
        let bytes = self.read(body, length).await?;
        if bytes.is_empty() {
            return Err(Refusal::Empty);
        }
        if let Some(wrapping) = refusal::wrapping(&bytes) {
            return Err(Refusal::Wrapped { wrapping });
        }
        Ok(Upload(Arc::new(Mutex::new(Some(Held { bytes, _room: room })))))
    }

    async fn read(&self, mut body: Body, length: usize) -> Result<Vec<u8>, Refusal> {
        // Not grown, which would take twice as much for a moment; what does not come takes nothing.
        let (begun, mut bytes) = (Instant::now(), Vec::with_capacity(length));
        loop {
            let share = bytes.len() as f64 / length.max(1) as f64;
            let due = begun + self.patience.min(GRACE + self.patience.mul_f64(share));
            let frame = timeout_at(due, poll_fn(|cx| Pin::new(&mut body).poll_frame(cx))).await;
            match frame.map_err(|_| Refusal::Slow { seconds: self.patience.as_secs() })? {
                None => return Ok(bytes),
                Some(Err(_)) => return Err(Refusal::Cut),
                Some(Ok(frame)) => {
                    let data = frame.into_data().unwrap_or_default();
                    if bytes.len() + data.len() > self.largest {
                        return Err(Refusal::TooLarge { largest: self.largest });
                    }
                    bytes.extend_from_slice(&data);
                }
            }
        }
    }
}
