//! Which pixels an object has.

use std::fmt;

use firelight_transforms::Size;
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// COCO's `segmentation`: polygons as x, y, x, y, …, of which an object has the pixels of all, or how many pixels it has not and has in
/// turn, down each column.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Outline {
    #[default]
    None,
    Polygons(Vec<Vec<f32>>),
    Counts {
        size: Size,
        counts: Vec<u32>,
    },
}

impl Outline {
    /// What is wrong with it as that of a picture of this size, and what to change.
    pub fn check(&self, picture: Size) -> Result<(), (String, &'static str)> {
        match self {
            Self::Polygons(polygons) => match polygons.iter().find(|polygon| polygon.len() % 2 == 1) {
                Some(polygon) => {
                    Err((format!("has a polygon of {} numbers", polygon.len()), "give x and y of each corner"))
                }
                None => Ok(()),
            },
            Self::Counts { size, counts } => {
                let pixels: u64 = counts.iter().map(|&count| u64::from(count)).sum();
                if *size != picture {
                    return Err((format!("has runs for {size}, and the image is {picture}"), "mend one of them"));
                }
                if pixels != size.pixels() {
                    let what = format!("has runs of {pixels} pixels, and the image has {}", size.pixels());
                    return Err((what, "mend them"));
                }
                Ok(())
            }
            Self::None => Ok(()),
        }
    }

    /// Left, top, width and height of the box around its polygons; 0 without any.
    pub fn around(&self) -> [f64; 4] {
        let Self::Polygons(polygons) = self else { return [0.0; 4] };
        let corners = || polygons.iter().flat_map(|polygon| polygon.as_chunks::<2>().0);
        let span = |axis: usize| {
            let places = || corners().map(|corner| f64::from(corner[axis]));
            (places().fold(f64::INFINITY, f64::min), places().fold(f64::NEG_INFINITY, f64::max))
        };
        let ((left, right), (top, bottom)) = (span(0), span(1));
        if corners().next().is_some() { [left, top, right - left, bottom - top] } else { [0.0; 4] }
    }

    /// Gives its pixels a code. A polygon has those whose centres it goes around an odd number of times.
    pub fn paint(&self, code: u8, codes: &mut [u8], width: usize) {
        match self {
            Self::Polygons(polygons) => {
                for polygon in polygons {
                    fill(polygon, code, codes, width);
                }
            }
            Self::Counts { size, counts } => {
                let height = size.height as usize;
                let mut start = 0;
                for (run, &count) in counts.iter().enumerate() {
                    let end = start + count as usize;
                    if run % 2 == 1 {
                        for place in start..end {
                            codes[place % height * width + place / height] = code;
                        }
                    }
                    start = end;
                }
            }
            Self::None => {}
        }
    }
}

fn fill(polygon: &[f32], code: u8, codes: &mut [u8], width: usize) {
    let (corners, _) = polygon.as_chunks::<2>();
    let Some(last) = corners.last() else { return };
    let (top, bottom) = corners.iter().fold((f32::MAX, 0_f32), |(top, bottom), &[_, y]| (top.min(y), bottom.max(y)));
    let rows =
        codes.chunks_exact_mut(width).enumerate().skip(top.max(0.0) as usize).take_while(|(y, _)| *y as f32 <= bottom);
    let mut crossings = Vec::new();
    for (y, row) in rows {
        let middle = y as f32 + 0.5;
        crossings.clear();
        let mut from = last;
        for to in corners {
            if (from[1] <= middle) != (to[1] <= middle) {
                crossings.push(from[0] + (middle - from[1]) / (to[1] - from[1]) * (to[0] - from[0]));
            }
            from = to;
        }
        crossings.sort_by(f32::total_cmp);
        for pair in crossings.as_chunks::<2>().0 {
            // The first pixel whose centre is not left of a crossing.
            let [start, end] = pair.map(|x| ((x - 0.5).ceil().max(0.0) as usize).min(width));
            row[start..end].fill(code);
        }
    }
}

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of polygons, or `size` and `counts`")
    }

    fn visit_unit<E>(self) -> Result<Outline, E> {
        Ok(Outline::None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, polygons: A) -> Result<Outline, A::Error> {
        let mut polygons: Vec<Vec<f32>> = Vec::deserialize(SeqAccessDeserializer::new(polygons))?;
        polygons.retain(|polygon| !polygon.is_empty());
        Ok(if polygons.is_empty() { Outline::None } else { Outline::Polygons(polygons) })
    }

    fn visit_map<A: MapAccess<'de>>(self, runs: A) -> Result<Outline, A::Error> {
        let Runs { size: [height, width], counts } = Runs::deserialize(MapAccessDeserializer::new(runs))?;
        let counts = match counts {
            Counts::Numbers(counts) => counts,
            Counts::Text(text) => counts_in(&text).ok_or_else(|| A::Error::custom("`counts` is no text of runs"))?,
        };
        Ok(Outline::Counts { size: Size::new(width, height), counts })
    }
}

#[derive(Deserialize)]
struct Runs {
    /// Height first.
    size: [u32; 2],
    counts: Counts,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Counts {
    Numbers(Vec<u32>),
    Text(String),
}

/// COCO's compressed counts: each number in digits of 5 bits, the lowest first, a character from `0` each, whose sixth bit says that more
/// follow; the last digit's highest bit is the sign. From the fourth, a number is the difference to the one before the last.
fn counts_in(text: &str) -> Option<Vec<u32>> {
    let mut counts = Vec::<u32>::new();
    let (mut number, mut shift) = (0_i64, 0_u32);
    for character in text.bytes() {
        let digit = i64::from(character.checked_sub(b'0').filter(|digit| *digit < 64)?);
        if shift > 30 {
            return None;
        }
        number |= (digit & 31) << shift;
        shift += 5;
        if digit & 32 == 0 {
            if digit & 16 != 0 {
                number -= 1 << shift;
            }
            let before = if counts.len() > 2 { i64::from(counts[counts.len() - 2]) } else { 0 };
            counts.push(u32::try_from(before + number).ok()?);
            (number, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(counts)
}
