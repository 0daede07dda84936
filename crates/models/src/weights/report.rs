use std::fmt;
use std::path::PathBuf;

use super::stem::COLOURS;
use crate::Arch;

/// What a load took from a file and what it left.
///
/// ```no_run
/// # use burn::tensor::Device;
/// # use firelight_models::{Arch, weights::load_body};
/// let (_, report) = load_body(Arch::ResNet18, "resnet18-f37072fd.pth", &Device::flex())?;
/// println!("{} tensors from {}", report.tensors, report.path.display());
/// assert!(report.digest_checked); // the file's name has the first digits of its digest
/// # Ok::<(), firelight_models::weights::WeightsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoadReport {
    /// The file.
    pub path: PathBuf,
    /// The architecture it was loaded into.
    pub arch: Arch,
    /// Number of tensors loaded, running statistics included.
    pub tensors: usize,
    /// Number of values in them.
    pub values: usize,
    /// The channels that the first convolution was adapted to; `None` where the file has one of the body's own.
    pub adapted: Option<usize>,
    /// Names of the tensors that were left: the published last layer when a body is loaded, optimizer state and the like.
    pub unused: Vec<String>,
    /// Whether the file's name carried its digest, which then was right.
    pub digest_checked: bool,
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millions = self.values as f64 / 1e6;
        write!(f, "{}: {} tensors ({millions:.1} M values) from {}", self.arch, self.tensors, self.path.display())?;
        if self.digest_checked {
            write!(f, ", digest right")?;
        }
        if let Some(channels) = self.adapted {
            write!(f, ", the first convolution adapted from {COLOURS} channels to {channels}")?;
        }
        match self.unused.as_slice() {
            [] => Ok(()),
            [one] => write!(f, "; not used: {one}"),
            [first, .., last] => write!(f, "; {} not used: {first} … {last}", self.unused.len()),
        }
    }
}
