//! The lists of the Oxford-IIIT Pet set.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{refusal, text_of};
use crate::{DataError, Split, Splitter};

/// A list of pictures as Oxford-IIIT Pet has them, `annotations/trainval.txt`, `test.txt` or `list.txt`: a name without ending and three
/// numbers a line, `Abyssinian_100 1 1 1`. Lines that begin with `#` and empty ones are passed over. As a [`Splitter`] it validates on the
/// files that it lists, and trains on the others.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let [trainval, test] = ["trainval.txt", "test.txt"].map(|name| folder.path().join(name));
/// # std::fs::write(&trainval, "Abyssinian_100 1 1 1\npug_3 27 2 20\n")?;
/// # std::fs::write(&test, "Abyssinian_201 1 1 1\npug_7 27 2 20\n")?;
/// use std::path::Path;
/// use firelight_datablock::{CategoryBlock, DataBlock, DataError, ImageBlock, OxfordList, RegexLabeller};
///
/// let [trainval, test] = [OxfordList::read(&trainval)?, OxfordList::read(&test)?];
/// assert_eq!((trainval.pets()[0].name.as_str(), trainval.pets()[0].species), ("Abyssinian_100", 1));
/// let listed = { // leaves out the 41 pictures that are on neither list
///     let test = test.clone();
///     move |root: &Path| Ok::<_, DataError>([trainval.pictures(root), test.pictures(root)].concat())
/// };
/// let breeds = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+.jpg$")?))
///     .with_source(listed)
///     .with_splitter(test); // the split that published numbers are of
/// # let _ = breeds;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct OxfordList {
    file: PathBuf,
    pets: Vec<OxfordPet>,
}

/// A line of an [`OxfordList`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OxfordPet {
    /// The picture's name without its ending.
    pub name: String,
    /// The breed among all, from 1 to 37.
    pub class: usize,
    /// 1 of cats, 2 of dogs.
    pub species: usize,
    /// The breed among those of its species, from 1.
    pub breed: usize,
}

impl OxfordList {
    /// Reads a list: UTF-8, with or without a byte order mark.
    ///
    /// # Errors
    ///
    /// [`DataError::Unreadable`] for a file that cannot be read, and [`AnnotationError::Unfit`](crate::AnnotationError::Unfit) for one without pets, a line that is not a
    /// name and three numbers, or a name that is listed twice.
    pub fn read(file: impl AsRef<Path>) -> Result<Self, DataError> {
        let file = file.as_ref();
        let (text, mut pets, mut known) = (text_of(file)?, Vec::new(), HashSet::new());
        for (line, number) in text.lines().map(str::trim).zip(1_u64..) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let pet = pet(line).ok_or_else(|| {
                let what = format!("{line:?} is not a name and three numbers");
                refusal(file, Some(number), what, "write a line as `Abyssinian_100 1 1 1`")
            })?;
            if !known.insert(pet.name.clone()) {
                return Err(refusal(file, Some(number), format!("{} is listed twice", pet.name), "take one out"));
            }
            pets.push(pet);
        }
        if pets.is_empty() {
            return Err(refusal(file, None, "it lists no pets", "check that it is the right file"));
        }
        Ok(Self { file: file.to_path_buf(), pets })
    }

    /// The lines, from the top, at least one.
    pub fn pets(&self) -> &[OxfordPet] {
        &self.pets
    }

    /// The files of the pictures in a folder: each name with `.jpg`.
    pub fn pictures(&self, folder: impl AsRef<Path>) -> Vec<PathBuf> {
        self.pets.iter().map(|pet| folder.as_ref().join(format!("{}.jpg", pet.name))).collect()
    }
}

/// Without the pets, since errors name splitters as they print.
impl fmt::Debug for OxfordList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pets = self.pets.len();
        f.debug_struct("OxfordList").field("file", &self.file).field("pets", &pets).finish()
    }
}

fn pet(line: &str) -> Option<OxfordPet> {
    let mut fields = line.split_whitespace();
    let name = fields.next()?.to_owned();
    let mut number = || fields.next()?.parse().ok();
    let pet = OxfordPet { name, class: number()?, species: number()?, breed: number()? };
    fields.next().is_none().then_some(pet)
}

impl Splitter for OxfordList {
    fn split(&self, items: &[PathBuf]) -> Result<Split, DataError> {
        let listed: HashSet<&OsStr> = self.pets.iter().map(|pet| OsStr::new(&pet.name)).collect();
        let stem = |item: usize| items[item].file_stem().unwrap_or_default();
        let (valid, train): (Vec<_>, Vec<_>) = (0..items.len()).partition(|&item| listed.contains(stem(item)));
        let found: HashSet<&OsStr> = valid.iter().map(|&item| stem(item)).collect();
        let missing: BTreeSet<_> = listed.difference(&found).collect();
        match missing.first() {
            None => Split::new(train, valid, items.len()),
            Some(first) => Err(DataError::Split {
                what: format!(
                    "{} lists {} name(s) that no item has, as {}",
                    self.file.display(),
                    missing.len(),
                    first.display()
                ),
                remedy: "give all pictures of the list as items, or another list".into(),
            }),
        }
    }
}
