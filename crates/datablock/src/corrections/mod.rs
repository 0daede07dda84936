//! Labels as somebody has corrected them, without a file being changed.

mod changes;
mod relabelling;

pub use changes::Changes;
pub use relabelling::Relabelling;
