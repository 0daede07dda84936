//! Code that a user may have written: blocks, labellers, splitters, closures.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use firelight_transforms::panic_message;

use crate::DataError;

/// Runs code of a `stage` over an `item`; a panic in it becomes an error that names both.
///
/// What the code had borrowed is dropped with it or belongs to the user, so nothing of ours is seen half changed.
pub(crate) fn guard<T>(
    stage: &'static str,
    item: impl Display,
    code: impl FnOnce() -> Result<T, DataError>,
) -> Result<T, DataError> {
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|panic| {
        Err(DataError::Panicked { stage, item: item.to_string(), why: panic_message(panic.as_ref()) })
    })
}
