#![doc = include_str!("../README.md")]

mod atomic;
mod error;
mod stored;

pub use atomic::{AtomicFile, write_whole};
pub use error::FileError;
pub use stored::{Format, Versions, hex};
