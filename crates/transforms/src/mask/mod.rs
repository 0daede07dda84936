//! Pictures whose pixels are class codes: what they are, how files and runs are read, and how they move.

mod codes;

mod numbers;
mod reader;
mod rle;

pub use codes::Mask;
pub use reader::MaskReader;
pub use rle::RleOrder;
