//! Known data sets and pretrained weights: fetched once, checked, unpacked, kept.
//!
//! ```no_run
//! use firelight_datablock::download::{datasets, weights};
//!
//! let pets = datasets::oxford_pets()?; // a folder with images/ and annotations/
//! let resnet = weights::torchvision("resnet34")?; // a .pth file
//! # Ok::<(), firelight_datablock::download::DownloadError>(())
//! ```
//!
//! Everything lands below [`home`], in this shape:
//!
//! ```text
//! FIRELIGHT_HOME/
//!   archives/oxford-iiit-pet/images.tar.gz       what the server sent, its digest checked
//!   datasets/oxford-iiit-pet/images/…            what was in it
//!   weights/resnet34-b627a593.pth
//! ```
//!
//! - A file counts as present only under its full name and with the right digest; until then it is called
//!   `….part`, and a later run goes on where an earlier one stopped.
//! - A folder appears whole or not at all: it is unpacked beside its place and then renamed.
//! - Nothing in an archive is written outside that folder, whatever its entries say.
//! - Several processes that want the same file take turns: one fetches, the others find it there.
//! - On a machine without a network, place the file by hand under the path that the error names.

mod fetch;

mod checksum;
mod patience;

mod transfer;

mod answer;

mod unpack;

mod tree;

mod meter;

mod home;
mod lock;
mod progress;

mod error;

pub mod datasets;
pub mod weights;

pub use checksum::Checksum;
pub use error::DownloadError;
pub use fetch::Download;
pub use home::{home, home_in};
pub use patience::Patience;
pub use unpack::{Unpacking, unpack_tar_gz};
