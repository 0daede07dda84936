#![doc = include_str!("../README.md")]

mod alike;
mod error;
mod groups;
mod taxonomy;
mod vocab;

pub use alike::{Alike, Likeness, is_blank};
pub use error::VocabError;
pub use groups::{DefaultGroup, Groups};
pub use taxonomy::Taxonomy;
pub use vocab::Vocab;
