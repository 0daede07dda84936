//! A queue of which several threads take, each what it has room for.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What waits, in the order in which it came, and the bytes that those who took some may take together.
pub struct Lane<T> {
    waiting: Mutex<Receiver<(T, u64)>>,
    room: u64,
    free: Mutex<u64>,
    freed: Condvar,
}

/// Room that was taken; it is free again when this is dropped.
pub struct Taken<'a> {
    free: &'a Mutex<u64>,
    freed: &'a Condvar,
    bytes: u64,
}

impl<T> Lane<T> {
    /// With the way in, for things with the bytes that each takes: at most so many wait.
    pub fn new(most: usize, room: u64) -> (SyncSender<(T, u64)>, Self) {
        let (entrance, waiting) = sync_channel(most);
        (entrance, Self { waiting: Mutex::new(waiting), room, free: Mutex::new(room), freed: Condvar::new() })
    }

    /// The next, once there is one and room for it; what takes more than all of it is alone. `None` when nothing will come.
    pub fn next(&self) -> Option<(T, Taken<'_>)> {
        // Held until there is room, so that nothing is passed by smaller ones forever.
        let waiting = locked(&self.waiting);
        let (next, bytes) = waiting.recv().ok()?;
        let bytes = bytes.min(self.room);
        let mut free = locked(&self.free);
        while *free < bytes {
            free = self.freed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= bytes;
        Some((next, Taken { free: &self.free, freed: &self.freed, bytes }))
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *locked(self.free) += self.bytes;
        self.freed.notify_one();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn what_is_taken_at_once_fits_and_nothing_is_lost() {
        let (entrance, lane) = Lane::new(100, 10);
        let sizes = [3, 9, 1, 1, 4, 40, 2, 10, 6, 5];
        for round in 0..10 {
            for (number, bytes) in sizes.iter().enumerate() {
                entrance.try_send((10 * round + number, *bytes)).expect("a place");
            }
        }
        assert!(entrance.try_send((0, 0)).is_err());
        drop(entrance);
        let (taken, most, done) = (AtomicU64::new(0), AtomicU64::new(0), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some((number, room)) = lane.next() {
                        most.fetch_max(taken.fetch_add(room.bytes, Ordering::SeqCst) + room.bytes, Ordering::SeqCst);
                        thread::yield_now();
                        taken.fetch_sub(room.bytes, Ordering::SeqCst);
                        drop(room);
                        done.lock().expect("a list").push(number);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 10);
        let mut done = done.into_inner().expect("a list");
        done.sort_unstable();
        assert_eq!(done, (0..100).collect::<Vec<_>>());
    }
}
