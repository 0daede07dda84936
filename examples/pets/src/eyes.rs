//! The table of eyes, and how near a model comes to them.

use std::collections::HashMap;
use std::path::Path;

use firelight::datablock::{Point, Points, Table, Voc};
use firelight::models::PositionNet;
use firelight::prelude::*;

/// Where the eyes of each picture are: `file,left_x,left_y,right_x,right_y` in pixels, empty where an eye is not seen.
#[derive(Debug, Clone)]
pub struct Eyes(HashMap<String, Vec<Point>>);

impl Eyes {
    pub fn read(file: &Path) -> Result<Self> {
        let mut eyes = HashMap::new();
        for row in Table::read(file)?.into_rows() {
            let number = |column: &str| -> Result<Option<f32>> {
                let cell = row.get(column)?;
                Ok(if cell.is_empty() {
                    None
                } else {
                    Some(cell.parse().map_err(|why| format!("{}: {cell:?}: {why}", file.display()))?)
                })
            };
            let eye = |side: &str| -> Result<Point> {
                let (x, y) = (number(&format!("{side}_x"))?, number(&format!("{side}_y"))?);
                Ok(x.zip(y).map(|(x, y)| [x, y]))
            };
            eyes.insert(row.get("file")?.to_owned(), vec![eye("left")?, eye("right")?]);
        }
        Ok(Self(eyes))
    }

    /// Of a picture file.
    pub fn of(&self, picture: &Path) -> Result<Vec<Point>, DataError> {
        let name = picture.file_name().and_then(|name| name.to_str());
        let missing = || DataError::NoLabel { labeller: "the table of eyes".into(), path: picture.to_path_buf() };
        name.and_then(|name| self.0.get(name)).cloned().ok_or_else(missing)
    }
}

/// The share of eyes that the model finds within a twentieth of the head's size, by the boxes of the heads.
pub fn near(learn: &Learner<Points, PositionNet>, heads: &Voc) -> Result<Vec<(String, f64)>> {
    let (predictions, valid) = (learn.predictions()?, learn.data().valid().dataset());
    let (mut all, mut near) = (0_usize, 0_usize);
    for (row, &item) in predictions.items.iter().enumerate() {
        let Some(annotation) = heads.read::<Path>(&valid.path(item))? else { continue };
        let (Some(head), Some(size)) = (annotation.largest(), annotation.size) else { continue };
        let [left, top, right, bottom] = head.area;
        let within = 0.05 * (right - left).max(bottom - top);
        let half = [size.width, size.height].map(|side| side as f32 / 2.0);
        for (eye, said) in predictions.targets[row].iter().zip(predictions.row(row).chunks_exact(2)) {
            let Some(eye) = eye else { continue };
            let apart = [0, 1].map(|axis| (eye[axis] - said[axis]) * half[axis]);
            all += 1;
            near += usize::from(apart[0].hypot(apart[1]) <= within);
        }
    }
    Ok(vec![("eyes within 5 % of the head".into(), near as f64 / all.max(1) as f64)])
}
