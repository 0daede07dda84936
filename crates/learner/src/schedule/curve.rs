//! Curves made of pieces.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// A function of the position in a fit, made of pieces one after the other.
///
/// ```
/// use firelight_learner::{Curve, Piece};
///
/// let curve = Curve::of([(0.25, Piece::cosine(0.0, 1.0)), (0.75, Piece::flat(1.0))]);
/// assert!((curve.at(0.125) - 0.5).abs() < 1e-12);
/// assert_eq!(curve.at(0.9), 1.0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    pieces: Vec<(f64, Piece)>,
}

impl Curve {
    /// Pieces with the share of the fit that each takes; shares are divided by their sum. Without pieces the curve is 1.
    ///
    /// A fit refuses a curve with a share below 0, with shares that sum to 0, and with values that its purpose has no use for.
    pub fn of(pieces: impl IntoIterator<Item = (f64, Piece)>) -> Self {
        let mut pieces: Vec<_> = pieces.into_iter().filter(|(share, _)| *share != 0.0).collect();
        let sum: f64 = pieces.iter().map(|(share, _)| share).sum();
        if sum > 0.0 && sum.is_finite() {
            for (share, _) in &mut pieces {
                *share /= sum;
            }
        }
        Self { pieces }
    }

    /// What makes no sense in a curve of `what`, whose values are to be `fit`.
    pub(super) fn problem(&self, what: &str, fit: impl Fn(f64) -> bool) -> Option<String> {
        let share = self.pieces.iter().map(|(share, _)| *share).find(|share| !(share.is_finite() && *share > 0.0));
        if let Some(share) = share {
            return Some(format!("a piece of {what} that takes {share} of the fit"));
        }
        let values = self
            .pieces
            .iter()
            .flat_map(|(_, piece)| [piece.from, piece.to, piece.at(0.0), piece.at(0.5), piece.at(1.0)]);
        let value = values.into_iter().find(|value| !fit(*value));
        value.map(|value| format!("{what} at {value}"))
    }

    /// The value at `position`, from 0 to 1; beyond them that of the nearest end.
    pub fn at(&self, position: f64) -> f64 {
        let mut start = 0.0;
        for (index, &(share, piece)) in self.pieces.iter().enumerate() {
            if position < start + share || index + 1 == self.pieces.len() {
                return piece.at(((position - start) / share).clamp(0.0, 1.0));
            }
            start += share;
        }
        1.0
    }
}

/// One piece of a [`Curve`]: from a value to another in a certain shape.
///
/// ```
/// use firelight_learner::{Curve, Piece};
///
/// let warm_up = Curve::of([(0.1, Piece::linear(0.0, 1.0)), (0.9, Piece::cosine(1.0, 0.0))]);
/// assert_eq!(warm_up.at(0.1), 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    from: f64,
    to: f64,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Shape {
    Line,
    Cosine,
    Ratio,
    Power(f64),
}

impl Piece {
    /// One value throughout (fastai's `SchedNo`).
    pub fn flat(value: f64) -> Self {
        Self::linear(value, value)
    }

    /// A straight line (`SchedLin`).
    pub fn linear(from: f64, to: f64) -> Self {
        Self { from, to, shape: Shape::Line }
    }

    /// Half a cosine: level at both ends (`SchedCos`).
    pub fn cosine(from: f64, to: f64) -> Self {
        Self { from, to, shape: Shape::Cosine }
    }

    /// Equal ratios in equal times (`SchedExp`); both ends must be over 0.
    pub fn exponential(from: f64, to: f64) -> Self {
        Self { from, to, shape: Shape::Ratio }
    }

    /// Along `xᵖᵒʷᵉʳ` (`SchedPoly`).
    pub fn polynomial(from: f64, to: f64, power: f64) -> Self {
        Self { from, to, shape: Shape::Power(power) }
    }

    fn at(self, x: f64) -> f64 {
        let Self { from, to, shape } = self;
        match shape {
            Shape::Line => from + (to - from) * x,
            Shape::Cosine => from + (1.0 + (PI * (1.0 - x)).cos()) * (to - from) / 2.0,
            Shape::Ratio => from * (to / from).powf(x),
            Shape::Power(power) => from + (to - from) * x.powf(power),
        }
    }
}
