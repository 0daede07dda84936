//! What the vocab, the groups and the taxonomy promise.

mod groups;
mod taxonomy;
mod vocab;
