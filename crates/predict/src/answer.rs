//! What a model says of a picture, in words and in the picture's own pixels.

use std::fmt;

use firelight_costs::{Decision, decided_codes};
use firelight_transforms::{Draw, Mask};
use firelight_vocab::Vocab;

use crate::{HowSure, Manifest, TargetKind, Trust};

/// What a model says of a picture, whatever it was trained for. Positions are pixels of the picture that was given, upright.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// One class.
    Category(Prediction),
    /// Any number of classes.
    Categories(Tags),
    /// Numbers.
    Values(Vec<f32>),
    /// A class for every pixel; [`Mask::VOID`] where the model did not look, as beyond a crop.
    Mask(Mask),
    /// Points, in the order of their names, x and y.
    Points(Vec<[f32; 2]>),
    /// A box: left, top, right and bottom.
    Box([f32; 4]),
    /// Two answers.
    Pair(Box<Self>, Box<Self>),
}

/// What a model says of one picture.
///
/// ```
/// use firelight_predict::Prediction;
///
/// let prediction = Prediction { class: "pug".into(), index: 1, probabilities: vec![0.3, 0.6, 0.1], sure: Default::default() };
/// assert_eq!(prediction.probability(), 0.6);
/// assert_eq!(prediction.likeliest(2), [(1, 0.6), (0, 0.3)]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The class that the decision rule picks.
    pub class: String,
    /// Its number.
    pub index: usize,
    /// Probability of every class, in the vocab's order; they sum to 1. Calibrated where the model has a calibration.
    pub probabilities: Vec<f32>,
    /// How sure that is.
    pub sure: HowSure,
}

impl Prediction {
    /// Probability of the picked class.
    pub fn probability(&self) -> f32 {
        self.probabilities[self.index]
    }

    /// The `k` likeliest class numbers with their probabilities, likeliest first.
    pub fn likeliest(&self, k: usize) -> Vec<(usize, f32)> {
        let mut ranked: Vec<(usize, f32)> = self.probabilities.iter().copied().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(k);
        ranked
    }
}

/// The classes of a picture that may have several.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tags {
    /// The classes that the decision takes, in the order of the vocab.
    pub classes: Vec<String>,
    /// Their numbers.
    pub indices: Vec<usize>,
    /// The probability of each class of the vocab, taken or not.
    pub probabilities: Vec<f32>,
}

/// In words, without the names of points: `pug 91.2 %`, `a box 12 30 80 95`.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = |numbers: &[f32], digits: usize| {
            numbers.iter().map(|number| format!("{number:.digits$}")).collect::<Vec<_>>().join(" ")
        };
        match self {
            Self::Category(told) => write!(f, "{} {:.1} %{}", told.class, 100.0 * told.probability(), told.sure),
            Self::Categories(tags) if tags.classes.is_empty() => f.write_str("none of the classes"),
            Self::Categories(tags) => f.write_str(&tags.classes.join(", ")),
            Self::Values(values) => f.write_str(&listed(values, 4)),
            Self::Mask(mask) => {
                let pixels = mask.codes().len().max(1) as f64;
                let share = |(code, count): (u8, usize)| format!("{code}: {:.1} %", 100.0 * count as f64 / pixels);
                let counts = mask.counts().into_iter().map(share).collect::<Vec<_>>().join(", ");
                write!(f, "a mask of {}, {counts}", mask.size())
            }
            Self::Points(points) => {
                let points: Vec<String> = points.iter().map(|point| format!("({})", listed(point, 1))).collect();
                f.write_str(&points.join(", "))
            }
            Self::Box(area) => write!(f, "a box {}", listed(area, 1)),
            Self::Pair(first, second) => write!(f, "{first}; {second}"),
        }
    }
}

/// What there is of one kind, without a match; `None` of every other kind.
///
/// ```
/// use firelight_predict::Answer;
///
/// let head = Answer::Box([12.0, 30.0, 80.0, 95.0]);
/// let [left, _, right, _] = head.as_box().expect("a box");
/// assert_eq!(right - left, 68.0);
/// assert_eq!(head.as_mask(), None);
/// ```
impl Answer {
    /// One class.
    pub fn as_category(&self) -> Option<&Prediction> {
        if let Self::Category(prediction) = self { Some(prediction) } else { None }
    }

    /// Any number of classes.
    pub fn as_categories(&self) -> Option<&Tags> {
        if let Self::Categories(tags) = self { Some(tags) } else { None }
    }

    /// Numbers.
    pub fn as_values(&self) -> Option<&[f32]> {
        if let Self::Values(values) = self { Some(values) } else { None }
    }

    /// A class for every pixel.
    pub fn as_mask(&self) -> Option<&Mask> {
        if let Self::Mask(mask) = self { Some(mask) } else { None }
    }

    /// Points, x and y in pixels.
    pub fn as_points(&self) -> Option<&[[f32; 2]]> {
        if let Self::Points(points) = self { Some(points) } else { None }
    }

    /// A box: left, top, right and bottom, in pixels.
    pub fn as_box(&self) -> Option<[f32; 4]> {
        if let Self::Box(area) = self { Some(*area) } else { None }
    }

    /// Two answers.
    pub fn as_pair(&self) -> Option<(&Self, &Self)> {
        if let Self::Pair(first, second) = self { Some((first, second)) } else { None }
    }

    /// The number of the model's output that [`Predictor::explain`](crate::Predictor::explain) shows the evidence for where it is told none:
    /// the class; the likeliest of several; of a mask the class with most pixels, but the first, mostly the ground, only where it is
    /// alone; the first number or coordinate; of a pair that of its first.
    pub fn output(&self) -> usize {
        match self {
            Self::Category(told) => told.index,
            Self::Categories(tags) => largest(tags.probabilities.iter().copied().enumerate()),
            Self::Mask(mask) => {
                let seen = mask.counts().into_iter().filter(|&(code, _)| code != 0 && code != Mask::VOID);
                largest(seen.map(|(code, pixels)| (usize::from(code), pixels as f32)))
            }
            Self::Values(_) | Self::Points(_) | Self::Box(_) => 0,
            Self::Pair(first, _) => first.output(),
        }
    }
}

/// The number with the largest value, the first of equal ones, 0 of none.
fn largest(numbers: impl Iterator<Item = (usize, f32)>) -> usize {
    numbers.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map_or(0, |(number, _)| number)
}

impl Answer {
    /// Reads a row of activated and calibrated outputs, which has no NaN, of a picture that was drawn so.
    pub(crate) fn of(manifest: &Manifest, row: &[f32], draw: &Draw) -> Self {
        let Manifest { target, decision, trust, .. } = manifest;
        Self::of_kind(target, row, draw, decision, trust)
    }

    fn of_kind(kind: &TargetKind, row: &[f32], draw: &Draw, decision: &Decision, trust: &Trust) -> Self {
        match kind {
            TargetKind::Category(vocab) => Self::Category(category(vocab, row, decision, trust)),
            TargetKind::Categories(vocab) => {
                let indices = decision.about(vocab, &Decision::Threshold(0.5)).decide(row);
                let classes = indices.iter().map(|&class| vocab[class].to_string()).collect();
                Self::Categories(Tags { classes, indices, probabilities: row.to_vec() })
            }
            TargetKind::Values(_) => Self::Values(row.to_vec()),
            TargetKind::Mask(vocab) => {
                let codes = decided_codes(row, vocab.len(), decision.about(vocab, &Decision::Argmax));
                Self::Mask(back(&codes, draw))
            }
            TargetKind::Points(_) => {
                Self::Points(row.chunks_exact(2).map(|point| position(draw, [point[0], point[1]])).collect())
            }
            TargetKind::Box => Self::Box(area(draw, row)),
            TargetKind::Pair(first, second) => {
                let (firsts, seconds) = row.split_at(first.columns().min(row.len()));
                let [first, second] = [(first, firsts), (second, seconds)]
                    .map(|(kind, row)| Box::new(Self::of_kind(kind, row, draw, decision, &Trust::default())));
                Self::Pair(first, second)
            }
        }
    }
}

fn category(vocab: &Vocab, row: &[f32], decision: &Decision, trust: &Trust) -> Prediction {
    let index = decision.about(vocab, &Decision::Argmax).best(row).unwrap_or_default();
    Prediction { class: vocab[index].to_string(), index, probabilities: row.to_vec(), sure: trust.told(row) }
}

/// A mask of the final picture as it lies in the picture.
fn back(codes: &[u8], draw: &Draw) -> Mask {
    let (size, seen, map) = (draw.picture, draw.size, draw.map.inverse());
    let code = |x: u32, y: u32| {
        let (x, y) = map?.point(f64::from(x) + 0.5, f64::from(y) + 0.5);
        let inside = x >= 0.0 && y >= 0.0 && x < f64::from(seen.width) && y < f64::from(seen.height);
        inside.then(|| codes.get(y as usize * seen.width as usize + x as usize).copied()).flatten()
    };
    let places = (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y)));
    let codes = places.map(|(x, y)| code(x, y).unwrap_or(Mask::VOID)).collect();
    Mask::new(size, codes).unwrap_or_else(|_| unreachable!("a code a pixel"))
}

/// The picture's pixel position of a point; not finite beyond a tilt's horizon.
fn position(draw: &Draw, point: [f32; 2]) -> [f32; 2] {
    draw.picture_point(point).map_or([f32::NAN; 2], |(x, y)| [x as f32, y as f32])
}

/// The upright box, in the picture's pixels and cut to it, around a box of the final picture, whose corners may be in any order.
fn area(draw: &Draw, row: &[f32]) -> [f32; 4] {
    let [left, top, right, bottom] = std::array::from_fn(|side| row.get(side).copied().unwrap_or_default());
    let ordered = |a: f32, b: f32| if b < a { (b, a) } else { (a, b) };
    let ((left, right), (top, bottom)) = (ordered(left, right), ordered(top, bottom));
    let Some(sides) = draw.picture_box([left, top, right, bottom]) else { return [f32::NAN; 4] };
    let most = [draw.picture.width, draw.picture.height].map(f64::from);
    std::array::from_fn(|side| sides[side].clamp(0.0, most[side % 2]) as f32)
}
