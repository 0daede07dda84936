#![doc = include_str!("../README.md")]

mod label_errors;
mod several;

mod alike;
mod joint;
mod probabilities;
mod rounding;

mod features;
mod outliers;

mod duplicates;
mod fingerprint;
mod near;

mod error;

pub use alike::AlikeClasses;
pub use duplicates::{NearDuplicates, Pair, Twin};
pub use error::DoctorError;
pub use features::{Features, Neighbour};
pub use fingerprint::Fingerprint;
pub use joint::ConfidentJoint;
pub use label_errors::{LabelError, LabelErrors, Order, Rule};
pub use outliers::{Outlier, outliers};
pub use several::SeveralError;
