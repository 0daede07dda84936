//! Many items in parallel, with one result whatever the number of threads.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::DataError;

/// Runs `read` over parts of `items`, in parallel, each with the number of its first item; what comes of them is in order.
/// The error is that of the first part that has one. What stands after it may or may not have been read, but nothing twice.
pub(crate) fn in_parts<P: Sync, T: Send>(
    items: &[P],
    read: impl Fn(usize, &[P]) -> Result<T, DataError> + Sync,
) -> Result<Vec<T>, DataError> {
    // Few items may be slow ones, and of many each part is long enough to be worth its vocab.
    let length = items.len().div_ceil(8 * rayon::current_num_threads()).clamp(1, 4096);
    let failed = AtomicUsize::new(usize::MAX);
    let part = |(number, items): (usize, &[P])| {
        if number > failed.load(Ordering::Relaxed) {
            return None;
        }
        let result = read(number * length, items);
        if result.is_err() {
            failed.fetch_min(number, Ordering::Relaxed);
        }
        Some(result)
    };
    let parts: Vec<_> = items.par_chunks(length).enumerate().map(part).collect();
    // What was passed over stands behind an error.
    parts.into_iter().flatten().collect()
}
