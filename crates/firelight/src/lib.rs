#![doc = include_str!("../README.md")]

mod device;
mod error;
#[cfg(feature = "remote")]
mod remote;

pub use device::{DeviceError, compiled_devices, device_by_name, device_from_env};
pub use error::Error;
#[cfg(feature = "remote")]
pub use remote::serve_devices;

#[cfg(feature = "download")]
pub use firelight_datablock::download::datasets;

pub use burn;
pub use firelight_costs as costs;
pub use firelight_datablock as datablock;
pub use firelight_files as files;
pub use firelight_layers as layers;
pub use firelight_learner as learner;
pub use firelight_losses as losses;
pub use firelight_metrics as metrics;
pub use firelight_models as models;
pub use firelight_plots as plots;
pub use firelight_predict as predict;
pub use firelight_transforms as transforms;
pub use firelight_vocab as vocab;
pub use image;

/// Everything that a usual program names.
pub mod prelude {
    pub use burn::tensor::Device;
    pub use firelight_datablock::*;
    pub use firelight_learner::optim::{Adam, Lamb, RAdam, Sgd, ranger};
    pub use firelight_learner::*;
    pub use firelight_losses::*;
    pub use firelight_models::Arch;
    pub use firelight_transforms::{CutMix, MixUp, Normalize, Resize, aug_transforms};
    pub use firelight_vocab::{Groups, Vocab};

    #[cfg(feature = "download")]
    pub use crate::datasets;
    pub use crate::{compiled_devices, device_by_name, device_from_env};

    /// What a program's `main` returns: any of the crates' errors, printed as the sentence that it is.
    pub type Result<T, E = crate::Error> = std::result::Result<T, E>;
}
