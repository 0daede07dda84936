//! Programs that are broken off and go on.
//!
//! A run is a list of [`Item`](item::Item)s: fits, searches for a rate, passes over pictures for features. A program that is run again asks
//! for the same items again; those that are done are answered from the record, and the one that was broken off goes on at its step.

mod ahead;
mod checkpoints;
mod conditions;
mod item;
mod log;
mod record;
mod recorder;

pub use checkpoints::Checkpoints;
pub(crate) use item::{Outcome, Rows, Work};
pub(crate) use recorder::{Entered, Runs};
