//! Trained weights from files: `PyTorch`'s `.pth` (zip and legacy) and safetensors.
//!
//! ```no_run
//! use burn::tensor::Device;
//! use firelight_models::Arch;
//! use firelight_models::weights;
//!
//! let (body, report) = weights::load_body(Arch::ResNet18, "resnet18-f37072fd.pth", &Device::flex())?;
//! println!("{report}");
//! # drop(body);
//! # Ok::<(), weights::WeightsError>(())
//! ```
//!
//! A file is judged by its content, not by its name; where the name ends in eight hex digits that are no date, as torchvision's do, they
//! must be the first of its SHA-256. Tensors are looked up by the names torchvision and the `EfficientNet`-Lite ports use,
//! whatever prefix they stand under (`module.`, `state_dict.`). Everything is read and compared before a module
//! is made from it: a load gives a whole module or none.

mod bytes;
mod checkpoint;
mod digest;
mod error;
mod fit;
mod load;
mod names;
mod pickle;
mod positions;
mod preset;
mod recognize;
mod report;
mod save;
mod stem;

pub use bytes::{filled, from_bytes, not_finite, shapes, to_bytes};
pub use checkpoint::Checkpoint;
pub use error::{Misshapen, WeightsError};
pub use load::{load_body, load_classifier};
pub use preset::Preset;
pub use recognize::recognize;
pub use report::LoadReport;
pub use save::{Names, to_safetensors};
