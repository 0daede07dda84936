#![doc = include_str!("../README.md")]

mod error;
mod groups;
mod vocab;

pub use error::VocabError;
pub use groups::Groups;
pub use vocab::Vocab;
