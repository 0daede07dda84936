//! What the pictures promise.

mod pictures;
