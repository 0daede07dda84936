//! A sample set for the pets program without arguments, and for tests: ten breeds of stylised cats and dogs, drawn on the spot.
//!
//! The way of a picture: a look of the breed, in a pose, on a backdrop, with things around it, through
//! a camera with its faults, into a JPEG file under the naming of the Oxford-IIIT Pet data set. Most traits belong
//! to several breeds, and place, light and pose say nothing about the breed, so a model has to combine traits.
//!
//! What is painted is known: the figure that grows with the picture becomes the annotations,
//! in that data set's formats.

mod animal;
mod annotation;
mod backdrop;
mod breed;
mod brush;
mod camera;
mod chance;
mod draft;
mod error;
mod layout;
mod manifest;
mod props;
mod scene;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::Path;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use rayon::prelude::*;

use annotation::{EYES_HEADER, LIST_HEADER};
pub use breed::BREEDS;
use draft::Draft;
pub use error::SampleError;
pub use layout::annotations;
use layout::{Item, Place};
use manifest::Manifest;
use scene::Scene;

/// Draws `per_breed` pictures of each of the [`BREEDS`] into `folder` and returns how many pictures there are.
///
/// Files are called `Bengal_1.jpg`, `beagle_1.jpg`, … (cats capitalised, dogs not) and are 96 to 160 pixels a side. The
/// same seed gives the same bytes, whatever the number of threads. The set is drawn into temporary folders beside
/// `folder` and renamed, so a run that breaks off leaves `folder` as it was. A complete set with the same parameters is
/// used again; another sample set at the place is replaced.
///
/// # Annotations
///
/// The folder `folder` + `-annotations` says what is in the pictures, in the files of the Oxford-IIIT Pet data set:
///
/// - `trimaps/Bengal_1.png`: 8-bit grey of the picture's size, 1 the animal (with its collar, without whiskers), 2 the ground and what
///   stands before the animal (but blades of grass, through which it is seen), 3 a band of three pixels along the outline, one of them inside.
///   A pixel is the animal's where more than half of it is.
/// - `xmls/Bengal_1.xml`: PASCAL VOC, the box of the head with its ears (and a tongue that hangs out) as far as it is in the picture, hidden or
///   not; pixels count from 1, the last ones included. No object where the head is outside.
/// - `list.txt`: name, class, species (1 cat, 2 dog) and breed within the species, numbers from 1 in the order of the [`BREEDS`].
/// - `eyes.csv`, which Oxford's set does not have: the middles of both eyes in pixels, (0, 0) the outer corner of the first one. The left eye is the
///   one on the viewer's left. Cells of an eye that is outside or hidden are empty.
///
/// # Errors
///
/// [`SampleError::Empty`] for no pictures, [`SampleError::Occupied`] where one of the folders holds anything but a sample set
/// (which is then left alone), and the others where the file system refuses.
pub fn draw(folder: &Path, per_breed: usize, seed: u64) -> Result<usize, SampleError> {
    if per_breed == 0 {
        return Err(SampleError::Empty);
    }
    let count = per_breed * BREEDS.len();
    if Manifest::complete(folder, per_breed, seed) {
        return Ok(count);
    }
    layout::places(folder).iter().try_for_each(refuse_foreign)?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|why| SampleError::MakeFolder { path: parent.to_owned(), why })?;
    let draft = Draft::new(folder)?;
    let items: Vec<Item> = Item::all(per_breed).collect();
    let drawn: Vec<Drawn> = items.par_iter().map(|item| item.draw(&draft, seed)).collect::<Result<_, _>>()?;
    let tables = [
        (layout::LIST, drawn.iter().fold(LIST_HEADER.to_owned(), |all, row| all + &row.list)),
        (layout::EYES, drawn.iter().fold(EYES_HEADER.to_owned(), |all, row| all + &row.eyes)),
    ];
    let mut bytes = drawn.iter().map(|drawn| drawn.bytes).sum::<u64>();
    for (name, table) in &tables {
        bytes += write(&draft.annotations.join(name), table.as_bytes())?;
    }
    write(&draft.pictures.join(manifest::NAME), Manifest { per_breed, seed, bytes }.to_string().as_bytes())?;
    draft.publish(folder)?;
    Ok(count)
}

/// What is left of a picture when its files are written.
struct Drawn {
    /// Their size.
    bytes: u64,
    /// Its row in each table.
    list: String,
    eyes: String,
}

impl Item {
    /// Draws one picture and writes it and what it shows.
    fn draw(self, draft: &Draft, seed: u64) -> Result<Drawn, SampleError> {
        let (picture, trimap) = (draft.pictures.join(self.picture()), self.trimap(&draft.annotations));
        let failed = |path: &Path, why| SampleError::Encode { path: path.to_owned(), why };
        let scene = Scene::paint(seed, self.breed, self.index).map_err(|why| failed(&picture, why))?;
        let mut png = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::NoFilter);
        annotation::trimap(&scene.figure).write_with_encoder(encoder).map_err(|why| failed(&trimap, why))?;
        let voc = annotation::voc(&scene.figure, &self.picture(), self.species());
        let bytes = write(&picture, &scene.jpeg)?
            + write(&trimap, &png)?
            + write(&self.boxes(&draft.annotations), voc.as_bytes())?;
        let list = annotation::list_row(&self.stem(), self.breed);
        Ok(Drawn { bytes, list, eyes: annotation::eyes_row(&self.picture(), &scene.figure) })
    }
}

/// Writes a file and returns its size.
fn write(path: &Path, bytes: &[u8]) -> Result<u64, SampleError> {
    fs::write(path, bytes).map_err(|why| SampleError::Write { path: path.to_owned(), why })?;
    Ok(bytes.len() as u64)
}

/// Nothing that the program did not draw is ever replaced.
fn refuse_foreign(place: &Place) -> Result<(), SampleError> {
    let failed = |why| SampleError::List { path: place.path.clone(), why };
    let entries = match fs::read_dir(&place.path) {
        Ok(entries) => entries,
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(failed(why)),
    };
    for entry in entries {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if !(place.ours)(&name) {
            return Err(SampleError::Occupied { path: place.path.clone(), entry: name, what: place.what });
        }
    }
    Ok(())
}
