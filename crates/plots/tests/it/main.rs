//! What the pictures promise.

mod marks;
mod numbers;
mod pictures;
