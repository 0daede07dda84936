//! What is known about a picture: where the animal, its head and its eyes are, in the file formats of the Oxford-IIIT Pet set.

mod figure;
mod tables;
mod trimap;
mod voc;

pub use figure::{Figure, Head};
pub use tables::{EYES_HEADER, LIST_HEADER, eyes_row, list_row};
pub use trimap::trimap;
pub use voc::voc;
