//! A tree whose leaves are classes.

mod nested;
mod read;
mod stored;
mod tree;

pub use tree::Taxonomy;
