//! The file as it is written.

use serde::Deserialize;

use super::id::Id;
use super::outline::Outline;

#[derive(Deserialize)]
pub struct Instances {
    pub images: Vec<Image>,
    #[serde(default)]
    pub annotations: Vec<Annotation>,
    #[serde(default)]
    pub categories: Vec<Category>,
}

#[derive(Deserialize)]
pub struct Image {
    pub id: Id,
    pub file_name: String,
    pub width: u32,
    pub height: u32,
}

#[derive(Deserialize)]
pub struct Annotation {
    pub id: Option<Id>,
    pub image_id: Id,
    pub category_id: Id,
    /// Left, top, width and height in pixels; sets of classes have none.
    pub bbox: Option<[f64; 4]>,
    #[serde(default)]
    pub iscrowd: u8,
    /// x, y and visibility: 0 is not labelled, 1 hidden, 2 visible.
    #[serde(default)]
    pub keypoints: Vec<f32>,
    #[serde(default)]
    pub segmentation: Outline,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Category {
    pub id: Id,
    pub name: String,
    #[serde(default)]
    pub keypoints: Vec<String>,
}
