#![doc = include_str!("../README.md")]

mod fetch;
mod remote;

mod checksum;
mod digest;
mod patience;
mod transfer;

mod answer;

mod unpack;

mod meter;
mod tree;

mod home;
mod lock;

mod error;

pub mod datasets;

pub mod hub;

pub mod weights;

pub use checksum::Checksum;
pub use error::DownloadError;
pub use firelight_progress::Progress;
pub use home::home;
pub use patience::Patience;
pub use remote::Download;
pub use unpack::{Unpacking, unpack_tar_gz};
