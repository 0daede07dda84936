//! A picture of a COCO file as an item.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use firelight_transforms::{Mask, Size};
use firelight_vocab::Vocab;

use super::outline::Outline;
use crate::formats::refusal;
use crate::{Box4, DataError, Item, Point};

/// A picture of a [`Coco`](crate::Coco) file with its objects, which is an item of a recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct CocoPicture {
    file: PathBuf,
    id: i64,
    size: Size,
    pub(super) objects: Vec<CocoObject>,
}

/// One object of a [`CocoPicture`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CocoObject {
    /// The name of its category.
    pub label: String,
    /// Left, top, right and bottom in pixels; (0, 0) is the outer corner of the first pixel, as COCO has it. COCO itself has a few boxes
    /// without width or height; one outside its picture is as the file has it, and a block of boxes refuses it.
    pub area: Box4,
    /// Whether it is many of its kind in one (`iscrowd`).
    pub crowd: bool,
    /// Its keypoints in pixels, `None` for one that is not labelled (visibility 0); empty of objects without. COCO's are numbers of pixels,
    /// from 0, and the centre of pixel 0 is at 0.5 here.
    pub points: Vec<Point>,
    pub(super) outline: Outline,
}

impl CocoPicture {
    pub(super) fn new(file: PathBuf, id: i64, size: Size) -> Self {
        Self { file, id, size, objects: Vec::new() }
    }

    pub(super) fn with_file(self, file: PathBuf) -> Self {
        Self { file, ..self }
    }

    /// The picture's file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Its number in the file, or its place among the images where that is text and no number.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Its size in pixels.
    pub fn size(&self) -> Size {
        self.size
    }

    /// What is in it, in the file's order; there may be nothing.
    pub fn objects(&self) -> &[CocoObject] {
        &self.objects
    }

    /// The object of the largest box, the first of equals. A crowd is none, nor is a box without width or height.
    pub fn largest(&self) -> Option<&CocoObject> {
        // `max_by` has the last of equals.
        self.single().rev().max_by(|a, b| a.pixels().total_cmp(&b.pixels()))
    }

    /// The box of [`largest`](Self::largest).
    pub fn largest_box(&self) -> Option<Box4> {
        self.largest().map(|object| object.area)
    }

    /// The one category of its objects, crowds too, for [`CategoryBlock`](crate::CategoryBlock).
    ///
    /// # Errors
    ///
    /// [`AnnotationError::Unfit`](crate::AnnotationError::Unfit) for a picture without objects, or with those of several categories.
    pub fn class(&self) -> Result<String, DataError> {
        let mut names = self.names();
        match (names.pop(), names.is_empty()) {
            (Some(one), true) => Ok(one),
            (None, _) => Err(refusal(&self.file, None, "it has no object to tell its class", "leave it out")),
            (Some(last), false) => {
                names.push(last);
                let what = format!("it has objects of {} categories: {}", names.len(), names.join(", "));
                Err(refusal(&self.file, None, what, "leave it out, or learn any number of classes a picture"))
            }
        }
    }

    /// The box of its only object, for [`BoxBlock`](crate::BoxBlock). A crowd is none, nor is a box without width or height.
    ///
    /// ```
    /// use firelight_datablock::{BoxBlock, CocoPicture};
    ///
    /// let place = BoxBlock::new(|picture: &CocoPicture| picture.only_box());
    /// ```
    ///
    /// # Errors
    ///
    /// [`AnnotationError::Unfit`](crate::AnnotationError::Unfit) for a picture with none or several.
    pub fn only_box(&self) -> Result<Box4, DataError> {
        let single: Vec<Box4> = self.single().map(|object| object.area).collect();
        if let [one] = single[..] {
            return Ok(one);
        }
        let what = format!("it has {} boxes, and one is learned", single.len());
        Err(refusal(&self.file, None, what, "leave it out, or take the objects of fewer categories"))
    }

    /// Objects with a box of their own.
    fn single(&self) -> impl DoubleEndedIterator<Item = &CocoObject> {
        self.objects.iter().filter(|object| !object.crowd && object.pixels() > 0.0)
    }

    /// The class and box of each object in the file's order, for [`LabelledBoxBlock`](crate::LabelledBoxBlock). Crowds are left out: their box is
    /// around many of a kind.
    ///
    /// ```
    /// use firelight_datablock::{CocoPicture, LabelledBoxBlock};
    ///
    /// let objects = LabelledBoxBlock::new(|picture: &CocoPicture| Ok(picture.boxes()));
    /// ```
    pub fn boxes(&self) -> Vec<(String, Box4)> {
        let single = self.objects.iter().filter(|object| !object.crowd);
        single.map(|object| (object.label.clone(), object.area)).collect()
    }

    /// The class of each pixel, for [`MaskBlock::made`](crate::MaskBlock::made): codes are the places in `names`, and 0 is what no object has,
    /// or one of a category that is not among them. Of objects one over the other the one with the smaller box is seen; crowds are below.
    /// A polygon has the pixels whose centres lie in it; COCO's own program also gives it some of those that its line goes through.
    ///
    /// ```
    /// # let folder = tempfile::tempdir()?;
    /// # let file = folder.path().join("instances.json");
    /// # std::fs::write(&file, r#"{"images": [{"id": 9, "file_name": "9.jpg", "width": 4, "height": 2}], "annotations": [{"id": 1,
    /// #     "image_id": 9, "category_id": 18, "bbox": [1, 0, 2, 2], "segmentation": [[1, 0, 3, 0, 3, 2, 1, 2]]}], "categories":
    /// #     [{"id": 18, "name": "dog"}]}"#)?;
    /// use firelight_datablock::{Coco, CocoPicture, MaskBlock};
    /// use firelight_vocab::Vocab;
    ///
    /// let names = Vocab::ordered(["ground", "dog"])?;
    /// let picture = &Coco::read(&file)?.into_items("images")[0]; // 4 × 2 pixels, "segmentation": [[1, 0, 3, 0, 3, 2, 1, 2]]
    /// assert_eq!(picture.mask(&names)?.codes(), [0, 1, 1, 0, 0, 1, 1, 0]);
    ///
    /// let block = MaskBlock::made(names.clone(), move |picture: &CocoPicture| picture.mask(&names));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AnnotationError::Unfit`](crate::AnnotationError::Unfit) if an object of these categories has no outline, or there are more than 255 names.
    pub fn mask(&self, names: &Vocab) -> Result<Mask, DataError> {
        let mut objects = Vec::new();
        for object in &self.objects {
            let Some(code) = names.find(&object.label) else { continue };
            let refuse = |what: String, remedy: &str| refusal(&self.file, None, what, remedy);
            if object.outline == Outline::None {
                let what = format!("its {:?} has no outline", object.label);
                return Err(refuse(what, "take the picture out, or its category out of the names"));
            }
            let code = u8::try_from(code).ok().filter(|&code| code != Mask::VOID).ok_or_else(|| {
                refuse(format!("its {:?} is class {code}, and codes end at 254", object.label), "give fewer names")
            })?;
            objects.push((object, code));
        }
        objects.sort_by(|(a, _), (b, _)| b.crowd.cmp(&a.crowd).then(b.pixels().total_cmp(&a.pixels())));
        let mut codes = vec![0; self.size.pixels() as usize];
        for (object, code) in objects {
            object.outline.paint(code, &mut codes, self.size.width as usize);
        }
        Mask::new(self.size, codes)
            .map_err(|why| refusal(&self.file, None, why.to_string(), "mend the size in the file"))
    }

    /// The names of the categories of all objects, crowds too, in the file's order, each once.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for object in &self.objects {
            if !names.contains(&object.label) {
                names.push(object.label.clone());
            }
        }
        names
    }
}

impl CocoObject {
    /// Whether its pixels are told (`segmentation`).
    pub fn has_outline(&self) -> bool {
        self.outline != Outline::None
    }

    /// How large its box is.
    fn pixels(&self) -> f32 {
        let [left, top, right, bottom] = self.area;
        (right - left) * (bottom - top)
    }
}

impl Item for CocoPicture {
    /// The picture's file.
    fn path(&self) -> Cow<'_, Path> {
        Cow::Borrowed(&self.file)
    }
}
