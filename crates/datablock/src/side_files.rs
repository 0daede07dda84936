//! JSON files beside pictures.

use std::borrow::Cow;
use std::fmt::{self, Debug};
use std::marker::PhantomData;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use firelight_progress::Progress;
use rayon::prelude::*;
use serde::de::DeserializeOwned;

use crate::regular::{MOST_OF_ONE, bytes_of};
use crate::{DataError, ImageFiles, Item, Source};

/// What a JSON file says of a picture, as a value of your own, which is an item of a recipe and knows its file.
#[derive(Debug, Clone, PartialEq)]
pub struct SideFile<T> {
    value: T,
    file: PathBuf,
}

impl<T> SideFile<T> {
    /// The JSON file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The file of the same name with another ending, beside this one: `7.json` has `7.jpg`.
    pub fn beside(&self, ending: &str) -> PathBuf {
        self.file.with_extension(ending.trim_start_matches('.'))
    }
}

impl<T> Deref for SideFile<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone + Debug + Send + Sync + 'static> Item for SideFile<T> {
    fn path(&self) -> Cow<'_, Path> {
        Cow::Borrowed(&self.file)
    }
}

/// A source of items from a folder of JSON files, each of which is one item: all `.json` files below it, sorted by path.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # for (n, breed) in ["pug", "beagle", "pug", "beagle", "pug"].iter().enumerate() {
/// #     std::fs::write(folder.path().join(format!("{n}.json")), format!("{{\"breed\": {breed:?}}}"))?;
/// #     std::fs::write(folder.path().join(format!("{n}.jpg")), "")?;
/// # }
/// use burn::tensor::Device;
/// use firelight_datablock::{CategoryBlock, DataBlock, ImageBlock, JsonFiles, SideFile};
///
/// #[derive(Debug, Clone, serde::Deserialize)]
/// struct Pet {
///     breed: String,
/// }
///
/// let block = DataBlock::new(
///     ImageBlock::rgb().with_file(|pet: &SideFile<Pet>| Ok(pet.beside("jpg"))),
///     CategoryBlock::new(|pet: &SideFile<Pet>| Ok(pet.breed.clone())),
/// )
/// .with_source(JsonFiles::new());
/// let dls = block.dataloaders(folder.path(), &Device::flex())?; // 1.json and 1.jpg, 2.json and 2.jpg, …
/// assert_eq!(dls.train().dataset().len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct JsonFiles<T>(PhantomData<fn() -> T>);

impl<T> JsonFiles<T> {
    /// Of files that are each a `T`.
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Default for JsonFiles<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for JsonFiles<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JsonFiles")
    }
}

impl<T: DeserializeOwned + Send> Source<SideFile<T>> for JsonFiles<T> {
    fn items(&self, root: &Path, progress: &Progress) -> Result<Vec<SideFile<T>>, DataError> {
        let files = ImageFiles::new().with_endings(["json"]).items(root, progress)?;
        let read = |file: PathBuf| {
            let bytes = bytes_of(&file, MOST_OF_ONE)?;
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            match serde_json::from_slice(bytes) {
                Ok(value) => Ok(SideFile { value, file }),
                Err(why) => Err(crate::AnnotationError::SideFile { path: file, why }.into()),
            }
        };
        let read: Vec<_> = files.into_par_iter().map(read).collect();
        read.into_iter().collect()
    }
}
