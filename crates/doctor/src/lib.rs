#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod findings;

mod corrections;

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
mod fit;
mod groups;
mod near;

mod look;

#[cfg(feature = "page")]
mod page;

mod error;

pub use alike::AlikeClasses;
pub use corrections::{Action, Correction, Corrections};
pub use duplicates::{NearDuplicates, Pair, Twin};
pub use error::DoctorError;
pub use features::{Features, Neighbour};
pub use findings::{Findings, LeakEffect, MetricEffect, Part, PictureFault};
pub use fingerprint::Fingerprint;
pub use groups::{Group, groups};
pub use joint::ConfidentJoint;
pub use label_errors::{LabelError, LabelErrors, Order, Rule};
pub use look::{Fault, FaultLimits, Look};
pub use outliers::{Outlier, outliers};
#[cfg(feature = "page")]
pub use page::Page;
pub use several::SeveralError;
