//! What blocks take of PASCAL VOC's files.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Beside, VocAnnotation, VocObject};
use crate::{Box4, DataError, Item, Labeller};

/// Finds the XML file of an item by its name, and what of it a block takes: of `images/pug_1.jpg` what `xmls/pug_1.xml` says.
///
/// | given to | gives |
/// |---|---|
/// | [`BoxBlock::some`](crate::BoxBlock::some), by [`largest_box`](Self::largest_box) | the box of the largest object |
/// | [`LabelledBoxBlock::new`](crate::LabelledBoxBlock::new), by [`boxes`](Self::boxes) | the classes and boxes of all objects |
/// | [`CategoryBlock::new`](crate::CategoryBlock::new), by [`name`](Self::name) | the class of the largest object |
/// | [`MultiCategoryBlock::new`](crate::MultiCategoryBlock::new), by [`names`](Self::names) | the classes of all objects |
/// | a labeller of your own, by [`label`](Labeller::label) | all objects |
///
/// An item without a file is an error, unless [`or_none`](Self::or_none) says that some have none, as half of Oxford-IIIT Pet.
///
/// ```
/// use firelight_datablock::{BoxBlock, CategoryBlock, DataBlock, ImageBlock, Voc};
///
/// let xmls = Voc::in_folder("oxford-iiit-pet/annotations/xmls").or_none();
/// let heads = DataBlock::new(ImageBlock::rgb(), BoxBlock::some(xmls.largest_box()));
///
/// let both = (CategoryBlock::new(Voc::in_folder("VOC2007/Annotations").name()),
///             BoxBlock::some(Voc::in_folder("VOC2007/Annotations").largest_box()));
/// let largest = DataBlock::new(ImageBlock::rgb(), both);
/// ```
#[derive(Debug, Clone)]
pub struct Voc {
    files: Beside,
    all: bool,
}

impl Voc {
    /// The XML files of this folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { files: Beside::new(folder, "xml"), all: true }
    }

    /// An item without a file has no objects.
    pub fn or_none(mut self) -> Self {
        self.all = false;
        self
    }

    /// The box of the largest object, the first of equals; `None` where there is no object.
    pub fn largest_box(self) -> VocBox {
        VocBox(self)
    }

    /// The class and box of each object, in the file's order, difficult ones too; none where there is no object.
    pub fn boxes(self) -> VocBoxes {
        VocBoxes(self)
    }

    /// The class of the largest object, the first of equals. An item without objects is an error.
    pub fn name(self) -> VocName {
        VocName(self)
    }

    /// The classes of all objects, in the file's order, each once, whatever their boxes are.
    pub fn names(self) -> VocNames {
        VocNames(self)
    }

    /// What the file of an item says; `None` where it has none and [`or_none`](Self::or_none) allows it.
    ///
    /// # Errors
    ///
    /// [`AnnotationError::NoFile`](crate::AnnotationError::NoFile) for an item without a file, [`DataError::NoFolder`] without the folder, and those of
    /// [`VocAnnotation::read`].
    pub fn read<I: Item + ?Sized>(&self, item: &I) -> Result<Option<VocAnnotation>, DataError> {
        self.read_by(item, |file| VocAnnotation::read(file))
    }

    fn read_by<I: Item + ?Sized, T>(
        &self,
        item: &I,
        read: impl FnOnce(&Path) -> Result<T, DataError>,
    ) -> Result<Option<T>, DataError> {
        let file = self.files.file_of(&item.path())?;
        match read(&file) {
            Err(DataError::Unreadable { why, .. }) if why.kind() == ErrorKind::NotFound => {
                if !self.files.folder().is_dir() {
                    Err(DataError::NoFolder { path: self.files.folder().to_path_buf() })
                } else if self.all {
                    Err(crate::AnnotationError::NoFile { item: item.path().into_owned(), file }.into())
                } else {
                    Ok(None)
                }
            }
            read => read.map(Some),
        }
    }
}

impl<I: Item + ?Sized> Labeller<Vec<VocObject>, I> for Voc {
    fn label(&self, item: &I) -> Result<Vec<VocObject>, DataError> {
        Ok(self.read(item)?.map(|annotation| annotation.objects).unwrap_or_default())
    }
}

/// The box of an item's largest object; see [`Voc::largest_box`].
#[derive(Debug, Clone)]
pub struct VocBox(Voc);

impl<I: Item + ?Sized> Labeller<Option<Box4>, I> for VocBox {
    fn label(&self, item: &I) -> Result<Option<Box4>, DataError> {
        Ok(self.0.read(item)?.and_then(|annotation| annotation.largest().map(|object| object.area)))
    }
}

/// The classes and boxes of an item's objects; see [`Voc::boxes`].
#[derive(Debug, Clone)]
pub struct VocBoxes(Voc);

impl<I: Item + ?Sized> Labeller<Vec<(String, Box4)>, I> for VocBoxes {
    fn label(&self, item: &I) -> Result<Vec<(String, Box4)>, DataError> {
        let objects: Vec<VocObject> = self.0.label(item)?;
        Ok(objects.into_iter().map(|object| (object.name, object.area)).collect())
    }
}

/// The class of an item's largest object; see [`Voc::name`].
#[derive(Debug, Clone)]
pub struct VocName(Voc);

impl<I: Item + ?Sized> Labeller<String, I> for VocName {
    fn label(&self, item: &I) -> Result<String, DataError> {
        let name = self.0.read(item)?.and_then(|annotation| annotation.largest().map(|object| object.name.clone()));
        name.ok_or_else(|| DataError::NoLabel {
            labeller: format!("the largest object of the XML files in {}", self.0.files.folder().display()),
            path: item.path().into_owned(),
        })
    }
}

/// The classes of an item's objects; see [`Voc::names`].
#[derive(Debug, Clone)]
pub struct VocNames(Voc);

impl<I: Item + ?Sized> Labeller<Vec<String>, I> for VocNames {
    fn label(&self, item: &I) -> Result<Vec<String>, DataError> {
        Ok(self.0.read_by(item, VocAnnotation::names)?.unwrap_or_default())
    }
}
