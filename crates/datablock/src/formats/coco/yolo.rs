//! Labels of YOLO: a text for each picture.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use firelight_transforms::Size;
use rayon::prelude::*;

use super::id::Id;
use super::json::Category;
use super::outline::Outline;
use super::{Coco, CocoObject, CocoPicture};
use crate::formats::runs::upright_size;
use crate::formats::{refusal, text_of};
use crate::{DataError, image_files};

/// How far a share may be beyond the picture, as rounding has it.
const BEYOND: f64 = 0.01;

impl Coco {
    /// The pictures below `folder`, with the objects that YOLO's programs tell of them: of `images/a/7.jpg` the text `labels/a/7.txt`, or else
    /// `7.txt` beside it, has a line an object. A line is a class, counted from 0 among `names`, and x and y of the middle, width and height of a
    /// box, or x and y of the corners around the object, all in shares of the picture's sides. A picture without a text has no objects.
    ///
    /// ```no_run
    /// use firelight_datablock::Coco;
    ///
    /// let pictures = Coco::from_yolo("train/images", ["cat", "dog"])?.into_items("train/images");
    /// # Ok::<(), firelight_datablock::DataError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// That of [`image_files`], and [`AnnotationError::Unfit`](crate::AnnotationError::Unfit) for two classes of one name and a line that is none of these, with its
    /// number.
    pub fn from_yolo<S: Into<String>>(
        folder: impl AsRef<Path>,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, DataError> {
        let folder = folder.as_ref();
        let told = |file: PathBuf| file.strip_prefix(folder).map_or_else(|_| file.clone(), Path::to_path_buf);
        Self::from_yolo_files(folder, image_files(folder)?.into_iter().map(told), names)
    }

    /// The same of these pictures alone, told from `folder`.
    ///
    /// # Errors
    ///
    /// As of [`from_yolo`](Self::from_yolo), but for those of the folder.
    pub fn from_yolo_files<F: Into<PathBuf>, S: Into<String>>(
        folder: impl AsRef<Path>,
        files: impl IntoIterator<Item = F>,
        names: impl IntoIterator<Item = S>,
    ) -> Result<Self, DataError> {
        let folder = folder.as_ref();
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let mut known = HashSet::new();
        if let Some(name) = names.iter().find(|name| !known.insert(name.as_str())) {
            return Err(refusal(folder, None, format!("two classes are named {name:?}"), "rename one of them"));
        }
        let files: Vec<PathBuf> = files.into_iter().map(Into::into).collect();
        let read = |(place, told): (usize, &PathBuf)| {
            let file = folder.join(told);
            // A picture that cannot be read is told of when it is.
            let size = upright_size(&file).unwrap_or(Size::new(1, 1));
            let mut picture = CocoPicture::new(told.clone(), place as i64, size);
            if let Some(text) = Self::yolo_text(&file) {
                picture.objects = objects(&text, &names, size)?;
            }
            Ok(picture)
        };
        let read: Vec<Result<CocoPicture, DataError>> =
            files.par_iter().enumerate().map(|(n, file)| read((n, file))).collect();
        let pictures = read.into_iter().collect::<Result<_, _>>()?;
        let category = |(id, name): (i64, String)| Category { id: Id::Number(id), name, keypoints: Vec::new() };
        Ok(Self { pictures, categories: (0..).zip(names).map(category).collect() })
    }

    /// The text of a picture for [`from_yolo`](Self::from_yolo), where there is one.
    pub fn yolo_text(picture: &Path) -> Option<PathBuf> {
        // A path from within `images` does not name that.
        let in_labels = in_labels(picture).or_else(|| in_labels(&std::path::absolute(picture).ok()?));
        [in_labels, Some(picture.with_extension("txt"))].into_iter().flatten().find(|file| file.is_file())
    }
}

/// The path with `labels` in place of the innermost `images`.
fn in_labels(picture: &Path) -> Option<PathBuf> {
    let parts: Vec<_> = picture.components().collect();
    let images = parts.iter().rposition(|part| part.as_os_str() == "images")?;
    let (before, after) = (parts[..images].iter(), parts[images + 1..].iter());
    Some(before.collect::<PathBuf>().join("labels").join(after.collect::<PathBuf>()).with_extension("txt"))
}

fn objects(file: &Path, names: &[String], size: Size) -> Result<Vec<CocoObject>, DataError> {
    let text = text_of(file)?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(number, line)| {
            object(line, names, size).map_err(|(what, remedy)| refusal(file, Some(number), what, remedy))
        })
        .collect()
}

/// What a line says, or what is wrong with it and what to change.
fn object(line: &str, names: &[String], size: Size) -> Result<CocoObject, (String, &'static str)> {
    let form = "write a class and the middle, width and height of a box, or corners, in shares of the picture";
    let numbers: Option<Vec<f64>> = line.split_whitespace().map(|field| field.parse().ok()).collect();
    let Some([class, shares @ ..]) = numbers.as_deref() else { return Err((format!("{line:?} is no numbers"), form)) };
    let label =
        (class.fract() == 0.0 && *class >= 0.0).then(|| names.get(*class as usize)).flatten().ok_or_else(|| {
            let remedy = "mend it, or name all classes (data.yaml or classes.txt)";
            (format!("class {class} is none of the {} that are named", names.len()), remedy)
        })?;
    if let Some(share) = shares.iter().find(|share| !(-BEYOND..=1.0 + BEYOND).contains(*share)) {
        return Err((format!("{share} is no share of the picture, from 0 to 1"), form));
    }
    let (width, height) = (f64::from(size.width), f64::from(size.height));
    let (area, outline) = match shares {
        [x, y, wide, high] => {
            let area = [
                (x - wide / 2.0) * width,
                (y - high / 2.0) * height,
                (x + wide / 2.0) * width,
                (y + high / 2.0) * height,
            ];
            (area, Outline::None)
        }
        corners if corners.len() >= 6 && corners.len() % 2 == 0 => {
            let corner = |&[x, y]: &[f64; 2]| [(x * width) as f32, (y * height) as f32];
            let outline = Outline::Polygons(vec![corners.as_chunks::<2>().0.iter().flat_map(corner).collect()]);
            let [left, top, wide, high] = outline.around();
            ([left, top, left + wide, top + high], outline)
        }
        other => return Err((format!("it has {} numbers behind the class", other.len()), form)),
    };
    let area = area.map(|side| side as f32);
    Ok(CocoObject { label: label.clone(), area, crowd: false, points: Vec::new(), outline })
}
