//! What the files promise.

mod containers;
mod whole;
