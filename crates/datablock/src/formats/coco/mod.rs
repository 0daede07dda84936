//! COCO's JSON files of instances.

mod id;
mod json;
mod outline;
mod picture;
mod source;
mod yolo;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use firelight_transforms::{Mask, Size};

pub use picture::{CocoObject, CocoPicture};
pub use source::CocoFile;

use self::id::Id;
use self::json::{Annotation, Category, Image, Instances};
use super::{refusal, text_of};
use crate::DataError;

/// What a JSON file of COCO's instances or keypoints says (`instances_val2017.json`): pictures with their objects. [`CocoFile`] is the source of
/// a recipe.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("instances.json");
/// # std::fs::write(&file, r#"{"images": [{"id": 9, "file_name": "9.jpg", "width": 640, "height": 480}], "annotations": [{"id": 1,
/// #     "image_id": 9, "category_id": 18, "bbox": [10, 20, 100.5, 50], "iscrowd": 0}], "categories": [{"id": 18, "name": "dog"}]}"#)?;
/// use firelight_datablock::Coco;
///
/// let coco = Coco::read(&file)?;
/// assert_eq!(coco.names(), ["dog"]); // of category 18: numbers of categories have gaps, so that labels are names
/// let objects = coco.pictures()[0].objects();
/// assert_eq!((objects[0].label.as_str(), objects[0].area), ("dog", [10.0, 20.0, 110.5, 70.0])); // "bbox": [10, 20, 100.5, 50]
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Coco {
    pictures: Vec<CocoPicture>,
    categories: Vec<Category>,
}

impl Coco {
    /// Reads a file: UTF-8, with or without a byte order mark. Without `annotations`, as of COCO's test pictures, there are no objects. Ids are
    /// whole numbers or text. Names of files have `\` as `/`. An object without `bbox` has the box around its polygons, and without these one of no size.
    ///
    /// # Errors
    ///
    /// [`DataError::Unreadable`] for a file that cannot be read, and [`AnnotationError::Unfit`](crate::AnnotationError::Unfit) for one that is no such JSON, two pictures
    /// or categories of one number or name, a picture without pixels, and an annotation of a picture or category that is not there, with a
    /// side below 0, other numbers of a keypoint than three, half a corner, or runs that are not the picture's. A
    /// box outside its picture is refused by the block that is given it.
    pub fn read(file: impl AsRef<Path>) -> Result<Self, DataError> {
        let file = file.as_ref();
        let instances: Instances = serde_json::from_str(&text_of(file)?).map_err(|why| {
            refusal(file, None, format!("it is no COCO file of instances: {why}"), "mend it, or give another file")
        })?;
        let reader = Reader { file };
        let categories = reader.categories(&instances.categories)?;
        let (mut pictures, places) = reader.pictures(instances.images)?;
        for (place, annotation) in instances.annotations.into_iter().enumerate() {
            let id = annotation.id.clone();
            let which =
                || id.as_ref().map_or_else(|| format!("annotation {place}"), |id| format!("the annotation of id {id}"));
            let Some(&picture) = places.get(&annotation.image_id) else {
                let what = format!("{} is of image {}, which is not there", which(), annotation.image_id);
                return Err(refusal(file, None, what, "list the image, or take the annotation out"));
            };
            let Some(&category) = categories.get(&annotation.category_id) else {
                let what = format!("{} is of category {}, which is not there", which(), annotation.category_id);
                return Err(refusal(file, None, what, "list the category, or take the annotation out"));
            };
            let picture: &mut CocoPicture = &mut pictures[picture];
            let object = object(annotation, category, picture.size()).map_err(|(what, remedy)| {
                refusal(file, None, format!("{} (of {}) {what}", which(), picture.file().display()), remedy)
            })?;
            picture.objects.push(object);
        }
        if pictures.is_empty() {
            return Err(refusal(file, None, "it lists no images", "check that it is the right file"));
        }
        Ok(Self { pictures, categories: instances.categories })
    }

    /// The pictures in the file's order, their files as they are written there.
    pub fn pictures(&self) -> &[CocoPicture] {
        &self.pictures
    }

    /// The pictures as items of a recipe: their files in this folder.
    pub fn into_items(self, folder: impl AsRef<Path>) -> Vec<CocoPicture> {
        let folder = folder.as_ref();
        self.pictures
            .into_iter()
            .map(|picture| {
                let file = folder.join(picture.file());
                picture.with_file(file)
            })
            .collect()
    }

    /// Calls the files otherwise than they are written, as where they were moved.
    pub fn with_files(mut self, mut place: impl FnMut(&Path) -> PathBuf) -> Self {
        self.pictures = self
            .pictures
            .into_iter()
            .map(|picture| {
                let file = place(picture.file());
                picture.with_file(file)
            })
            .collect();
        self
    }

    /// Keeps the objects of these categories alone; pictures stay, without objects where they have no others.
    ///
    /// ```no_run
    /// use firelight_datablock::Coco;
    ///
    /// let pets = Coco::read("instances.json")?.with_categories(["cat", "dog"]).into_items("images");
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    pub fn with_categories<S: AsRef<str>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        let names: HashSet<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
        for picture in &mut self.pictures {
            picture.objects.retain(|object| names.contains(&object.label));
        }
        self.categories.retain(|category| names.contains(&category.name));
        self
    }

    /// The names of the categories in the file's order.
    pub fn names(&self) -> Vec<&str> {
        self.categories.iter().map(|category| category.name.as_str()).collect()
    }

    /// What the points of a category are called, in the order of [`CocoObject::points`]; empty where it has none.
    pub fn point_names(&self, category: &str) -> &[String] {
        self.categories.iter().find(|known| known.name == category).map_or(&[], |known| &known.keypoints)
    }
}

struct Reader<'a> {
    file: &'a Path,
}

impl Reader<'_> {
    fn categories<'c>(&self, categories: &'c [Category]) -> Result<HashMap<&'c Id, &'c Category>, DataError> {
        let (mut known, mut names) = (HashMap::new(), HashMap::new());
        for category in categories {
            let (id, name) = (&category.id, category.name.as_str());
            if let Some(other) = known.insert(id, category) {
                let what = format!("two categories have id {id}: {:?} and {name:?}", other.name);
                return Err(refusal(self.file, None, what, "give each category a number of its own"));
            }
            if let Some(other) = names.insert(name, id) {
                let what = format!("two categories are named {name:?}: {other} and {id}");
                return Err(refusal(self.file, None, what, "rename one of them, since labels are names"));
            }
        }
        Ok(known)
    }

    /// The pictures, and where each number's is among them.
    fn pictures(&self, images: Vec<Image>) -> Result<(Vec<CocoPicture>, HashMap<Id, usize>), DataError> {
        let (mut pictures, mut places) = (Vec::<CocoPicture>::with_capacity(images.len()), HashMap::new());
        let mut files = HashSet::new();
        for (place, Image { id, file_name, width, height }) in images.into_iter().enumerate() {
            // As a program on Windows writes it.
            let file_name = file_name.replace('\\', "/");
            if let Some(other) = places.insert(id.clone(), place) {
                let what = format!("two images have id {id}: {} and {file_name}", pictures[other].file().display());
                return Err(refusal(self.file, None, what, "give each image a number of its own"));
            }
            if width == 0 || height == 0 {
                let what = format!("the image {file_name} is {width}×{height} pixels");
                return Err(refusal(self.file, None, what, "write its width and height"));
            }
            let size = Size::new(width, height);
            if let Err(why) = Mask::check_size(size) {
                return Err(refusal(
                    self.file,
                    None,
                    format!("of the image {file_name} {why}"),
                    "write its width and height",
                ));
            }
            if !files.insert(file_name.clone()) {
                let what = format!("two images are the file {file_name}, the second of id {id}");
                return Err(refusal(self.file, None, what, "take one out, and give its annotations to the other"));
            }
            pictures.push(CocoPicture::new(PathBuf::from(file_name), id.number().unwrap_or(place as i64), size));
        }
        Ok((pictures, places))
    }
}

/// What an annotation says, or what is wrong with it and what to change.
fn object(annotation: Annotation, category: &Category, picture: Size) -> Result<CocoObject, (String, &'static str)> {
    annotation.segmentation.check(picture)?;
    let [x, y, width, height] = annotation.bbox.unwrap_or_else(|| annotation.segmentation.around());
    if width < 0.0 || height < 0.0 {
        return Err((format!("has a box of {width}×{height} pixels"), "give its left, top, width and height"));
    }
    let area = [x, y, x + width, y + height].map(|side| side as f32);
    if !area.iter().all(|side| side.is_finite()) {
        return Err((format!("has the box {:?}, which is beyond all pictures", [x, y, width, height]), "mend it"));
    }
    let (points, rest) = annotation.keypoints.as_chunks::<3>();
    let expected = category.keypoints.len();
    if !rest.is_empty() || (expected > 0 && !points.is_empty() && points.len() != expected) {
        let what = format!(
            "has {} numbers of keypoints, and {:?} has {expected} points",
            annotation.keypoints.len(),
            category.name
        );
        return Err((what, "give x, y and visibility of each"));
    }
    // COCO's points are numbers of pixels, whose centres are half a pixel from their outer corners.
    let point = |&[x, y, visibility]: &[f32; 3]| (visibility > 0.0).then_some([x + 0.5, y + 0.5]);
    Ok(CocoObject {
        label: category.name.clone(),
        area,
        crowd: annotation.iscrowd,
        points: points.iter().map(point).collect(),
        outline: annotation.segmentation,
    })
}
