//! The body of an export, for files of other programs.

use std::path::Path;

use burn::tensor::Device;
use firelight_files::FileError;
use firelight_models::Body;

use crate::manifest::FORMAT;
use crate::{Manifest, PredictError};

impl Manifest {
    /// The body of the export at `path` with its batch norms, as [`to_safetensors`](firelight_models::weights::to_safetensors) writes it for `PyTorch`
    /// programs, and what the export says of itself. A [`Predictor`](crate::Predictor)'s has them in its convolutions.
    ///
    /// ```no_run
    /// use burn::tensor::Device;
    /// use firelight_models::weights::{Names, to_safetensors};
    /// use firelight_predict::Manifest;
    ///
    /// let (manifest, body) = Manifest::with_body("pets.firelight", &Device::flex())?;
    /// println!("{}: {}", manifest.network, manifest.target);
    /// std::fs::write("body.safetensors", to_safetensors(&body, Names::Timm)?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PredictError::File`] as for [`Predictor::load`](crate::Predictor::load), and for a model of the user's own, whose body only its maker knows.
    pub fn with_body(path: impl AsRef<Path>, device: &Device) -> Result<(Self, Body), PredictError> {
        let path = path.as_ref();
        let (manifest, weights) = Self::read(path)?;
        let body = manifest.network.body_with(weights, &device.clone().inner());
        let body = body.map_err(|why| FileError::unusable(path, FORMAT.what, &why))?;
        Ok((manifest, body))
    }
}
