//! Which files a set has, and where.

use std::path::{Path, PathBuf};

use super::breed::{BREEDS, Species};
use super::manifest;

/// The names within the folder of annotations, as in the Oxford-IIIT Pet set; `EYES` has no model there.
pub const TRIMAPS: &str = "trimaps";
pub const BOXES: &str = "xmls";
pub const LIST: &str = "list.txt";
pub const EYES: &str = "eyes.csv";

/// The folder of the annotations of the pictures in `folder`: beside it, and called like it with `-annotations` behind. Beside, since whoever
/// looks for pictures looks below a folder too and would take the trimaps for some.
pub fn annotations(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{name}-annotations"))
}

/// One picture of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// A place in [`BREEDS`].
    pub breed: usize,
    /// The picture's number in its breed, counted from 0.
    pub index: usize,
}

impl Item {
    /// All pictures of a set, breed by breed.
    pub fn all(per_breed: usize) -> impl Iterator<Item = Self> {
        (0..BREEDS.len()).flat_map(move |breed| (0..per_breed).map(move |index| Self { breed, index }))
    }

    pub fn species(self) -> Species {
        BREEDS[self.breed].1
    }

    /// `Bengal_1`, and what each of its files is called by.
    pub fn stem(self) -> String {
        format!("{}_{}", BREEDS[self.breed].0, self.index + 1)
    }

    /// `Bengal_1.jpg`.
    pub fn picture(self) -> String {
        format!("{}.jpg", self.stem())
    }

    /// The picture's trimap below the folder of annotations.
    pub fn trimap(self, annotations: &Path) -> PathBuf {
        annotations.join(TRIMAPS).join(format!("{}.png", self.stem()))
    }

    /// The box around the head.
    pub fn boxes(self, annotations: &Path) -> PathBuf {
        annotations.join(BOXES).join(format!("{}.xml", self.stem()))
    }
}

/// All files of a set but its manifest.
pub fn files(folder: &Path, per_breed: usize) -> impl Iterator<Item = PathBuf> {
    let annotations = annotations(folder);
    let tables = [LIST, EYES].map(|name| annotations.join(name));
    let of_item = move |item: Item| [folder.join(item.picture()), item.trimap(&annotations), item.boxes(&annotations)];
    Item::all(per_breed).flat_map(of_item).chain(tables)
}

/// A folder of a set.
pub struct Place {
    pub path: PathBuf,
    /// What it is for: `picture` or `annotation`.
    pub what: &'static str,
    /// Whether a file of this name in it may be ours.
    pub ours: fn(&str) -> bool,
}

/// The folders that a set has.
pub fn places(folder: &Path) -> [Place; 4] {
    let annotations = annotations(folder);
    let of_annotations = |path, ours| Place { path, what: "annotation", ours };
    [
        Place {
            path: folder.to_owned(),
            what: "picture",
            ours: |name| name == manifest::NAME || of_picture(name, ".jpg"),
        },
        of_annotations(annotations.join(TRIMAPS), |name| of_picture(name, ".png")),
        of_annotations(annotations.join(BOXES), |name| of_picture(name, ".xml")),
        of_annotations(annotations, |name| [TRIMAPS, BOXES, LIST, EYES].contains(&name)),
    ]
}

/// Whether this is a picture's stem with `ending`.
fn of_picture(name: &str, ending: &str) -> bool {
    let stem = name.strip_suffix(ending).and_then(|stem| stem.rsplit_once('_'));
    stem.is_some_and(|(breed, number)| {
        BREEDS.iter().any(|(known, _)| *known == breed) && number.bytes().all(|b| b.is_ascii_digit())
    })
}
