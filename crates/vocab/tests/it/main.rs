//! What the vocab and the groups promise.

mod groups;
mod vocab;
