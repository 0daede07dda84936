//! What the files promise.

mod containers;
mod others;
mod whole;
