use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use burn::store::burn_pack::Tensor as StoredTensor;
use burn::store::{ModuleStore, PytorchStore, SafetensorsStore, bridge};
use burn::tensor::TensorData;
use firelight_files::open_regular;

use super::{WeightsError, digest, pickle};

/// The tensors of a file of weights, not yet read.
///
/// ```no_run
/// use firelight_models::weights::Checkpoint;
///
/// for (name, shape) in Checkpoint::open("resnet18.pth")?.tensors() {
///     println!("{name} {shape:?}");
/// }
/// # Ok::<(), firelight_models::weights::WeightsError>(())
/// ```
#[derive(Debug)]
pub struct Checkpoint {
    path: PathBuf,
    tensors: BTreeMap<String, StoredTensor>,
    digest_checked: bool,
}

impl Checkpoint {
    /// Opens a `PyTorch` or safetensors file, whatever its name, and checks the digest that the name may carry.
    ///
    /// Tensors in nested dictionaries have their keys joined by dots.
    ///
    /// # Errors
    ///
    /// [`WeightsError::Unreadable`], [`NotWeights`](WeightsError::NotWeights), [`Damaged`](WeightsError::Damaged) and
    /// [`WrongDigest`](WeightsError::WrongDigest).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, WeightsError> {
        let path = path.as_ref();
        let format = recognise(path)?;
        let digest_checked = digest::check(path)?;
        let damaged = |cause: String| WeightsError::Damaged { path: path.to_owned(), cause };
        if matches!(format, Format::Pytorch) && pickle::is_long(path) {
            return Err(WeightsError::NotWeights {
                path: path.to_owned(),
                content: "a pickle of over a megabyte beside its numbers, more than tensors take",
                remedy: "save its `state_dict()` alone, or as safetensors",
            });
        }
        let tensors = match format {
            Format::Safetensors => read_all(&mut SafetensorsStore::from_file(path).map_indices_contiguous(false)),
            Format::Pytorch => read_all(&mut PytorchStore::from_file(path).map_indices_contiguous(false)),
        };
        let tensors = tensors.map_err(|cause| match first_of_zip(path) {
            // Torch writes the pickle first.
            Some(first) if !first.ends_with("data.pkl") => WeightsError::NotWeights {
                path: path.to_owned(),
                content: "a zip archive of other things (a Python package, perhaps)",
                remedy: "unpack it and give the PyTorch or safetensors file in it",
            },
            _ => damaged(cause),
        })?;
        let length =
            std::fs::metadata(path).map_err(|why| WeightsError::Unreadable { path: path.to_owned(), why })?.len();
        match tensors.iter().find(|(_, tensor)| bytes_of(tensor).is_none_or(|bytes| bytes > length)) {
            Some((name, tensor)) => {
                Err(damaged(format!("{name} is {:?}, and the file has {length} bytes", tensor.shape.to_vec())))
            }
            None => Ok(Self { path: path.to_owned(), tensors, digest_checked }),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file's name carries its digest, which then is right.
    pub fn digest_checked(&self) -> bool {
        self.digest_checked
    }

    /// Names and shapes, sorted by name.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, Vec<usize>)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor.shape.to_vec()))
    }

    /// The shape of one tensor, if it is there.
    pub fn shape(&self, name: &str) -> Option<Vec<usize>> {
        self.tensors.get(name).map(|tensor| tensor.shape.to_vec())
    }

    /// Reads one tensor as `f32`.
    ///
    /// # Errors
    ///
    /// [`WeightsError::Damaged`] where it is absent or cannot be read, [`WeightsError::NotNumbers`] where it is not
    /// made of finite floating-point numbers.
    pub fn read(&self, name: &str) -> Result<TensorData, WeightsError> {
        let damaged = |cause: String| WeightsError::Damaged { path: self.path.clone(), cause };
        let not_numbers =
            |found: String| WeightsError::NotNumbers { path: self.path.clone(), tensor: name.to_owned(), found };
        let tensor = self.tensors.get(name).ok_or_else(|| damaged(format!("{name} is not in it")))?;
        if !tensor.dtype.is_float() {
            return Err(not_numbers(format!("{} values where weights should be", tensor.dtype.name())));
        }
        let data = bridge::to_data(tensor).map_err(|error| damaged(format!("{name}: {error}")))?.convert::<f32>();
        let values = data.as_slice::<f32>().map_err(|error| damaged(format!("{name}: {error}")))?;
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(not_numbers(value.to_string())),
            None => Ok(data),
        }
    }
}

/// The most bytes of what a safetensors file says of its tensors: some 60 a tensor.
const MOST_OF_HEADER: u64 = 8 << 20;

/// What a tensor takes in memory. It may say that it is larger than all that is stored of it, where its numbers are told to be one and the
/// same again and again.
fn bytes_of(tensor: &StoredTensor) -> Option<u64> {
    let numbers = tensor.shape.to_vec().iter().try_fold(1_u64, |product, &side| product.checked_mul(side as u64))?;
    numbers.checked_mul(tensor.dtype.size() as u64)
}

fn read_all<S: ModuleStore>(store: &mut S) -> Result<BTreeMap<String, StoredTensor>, String> {
    store.get_all_tensors().cloned().map_err(|error| error.to_string())
}

/// The name of the first file of a zip archive.
fn first_of_zip(path: &Path) -> Option<String> {
    let mut start = [0; 30];
    let mut file = open_regular(path).ok()?;
    file.read_exact(&mut start).ok()?;
    let length = start.starts_with(b"PK\x03\x04").then(|| u16::from_le_bytes([start[26], start[27]]))?;
    let mut name = vec![0; length.into()];
    file.read_exact(&mut name).ok()?;
    Some(String::from_utf8_lossy(&name).into_owned())
}

enum Format {
    Pytorch,
    Safetensors,
}

/// Looks at the first bytes.
fn recognise(path: &Path) -> Result<Format, WeightsError> {
    let unreadable = |why| WeightsError::Unreadable { path: path.to_owned(), why };
    let not_weights = |content, remedy| Err(WeightsError::NotWeights { path: path.to_owned(), content, remedy });
    let mut start = Vec::new();
    open_regular(path).and_then(|file| file.take(512).read_to_end(&mut start)).map_err(unreadable)?;

    let text = start.trim_ascii_start().to_ascii_lowercase();
    let tar = start.get(257..262) == Some(b"ustar");
    if start.is_empty() {
        not_weights("empty", "download it again")
    } else if start.len() > 8
        && start[8] == b'{'
        && u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|i| start[i])) <= MOST_OF_HEADER
    {
        Ok(Format::Safetensors)
    } else if start.starts_with(b"PK") || start.starts_with(&[0x80]) || tar {
        Ok(Format::Pytorch)
    } else if text.starts_with(b"<!doctype") || text.starts_with(b"<html") || text.starts_with(b"<?xml") {
        not_weights(
            "a web page",
            "open the address in a browser to see what the server says, and download the file itself",
        )
    } else if start.starts_with(b"version https://git-lfs") {
        not_weights("a Git LFS pointer", "fetch the file itself with `git lfs pull`")
    } else {
        not_weights("something else", "give a PyTorch file (.pth, .pt) or a safetensors file")
    }
}
