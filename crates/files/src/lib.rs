#![doc = include_str!("../README.md")]

mod atomic;
mod error;
mod regular;
mod stored;
mod text;

pub use atomic::{AtomicFile, can_write, write_json, write_whole};
pub use error::FileError;
pub use regular::{open_regular, read_regular, what_else};
pub use stored::{Format, Versions, hex};
pub use text::shortened;
