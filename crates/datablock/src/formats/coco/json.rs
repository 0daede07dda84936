//! The file as it is written.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

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
    #[serde(deserialize_with = "whole")]
    pub width: u32,
    #[serde(deserialize_with = "whole")]
    pub height: u32,
}

#[derive(Deserialize)]
pub struct Annotation {
    pub id: Option<Id>,
    pub image_id: Id,
    pub category_id: Id,
    /// Left, top, width and height in pixels; sets of classes have none, or an empty list.
    #[serde(default, deserialize_with = "four_or_none")]
    pub bbox: Option<[f64; 4]>,
    #[serde(default, deserialize_with = "flag")]
    pub iscrowd: bool,
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

/// A whole number, which some programs write as `60.0`.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    deserializer.deserialize_any(Whole)
}

/// 0 or 1, or false or true, or nothing.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    deserializer.deserialize_any(Flag)
}

fn four_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<[f64; 4]>, D::Error> {
    let sides = Option::<Vec<f64>>::deserialize(deserializer)?.unwrap_or_default();
    match sides.as_slice() {
        [] => Ok(None),
        &[left, top, width, height] => Ok(Some([left, top, width, height])),
        other => Err(D::Error::invalid_length(other.len(), &"an array of length 4")),
    }
}

struct Whole;

impl Visitor<'_> for Whole {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of pixels")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        u32::try_from(number).map_err(|_| E::custom(format!("{number} pixels are too many")))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<u32, E> {
        u32::try_from(number).map_err(|_| E::custom(format!("{number} is no number of pixels")))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<u32, E> {
        let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        if is_whole { Ok(number as u32) } else { Err(E::custom(format!("{number} is no whole number of pixels"))) }
    }
}

struct Flag;

impl Visitor<'_> for Flag {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("0 or 1")
    }

    fn visit_bool<E>(self, is_so: bool) -> Result<bool, E> {
        Ok(is_so)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, number: u64) -> Result<bool, E> {
        Ok(number != 0)
    }

    fn visit_i64<E>(self, number: i64) -> Result<bool, E> {
        Ok(number != 0)
    }

    fn visit_f64<E>(self, number: f64) -> Result<bool, E> {
        Ok(number != 0.0)
    }
}
