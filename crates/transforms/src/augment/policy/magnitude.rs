//! How strong an operation is at a level, as torchvision counts it.

#![allow(clippy::cast_possible_wrap, reason = "levels are few")]

use super::super::rotate_matrix;
use crate::{ColourOperation, Map, Size};

/// The operations, in torchvision's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Saturation,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}

pub(super) const ALL: [Operation; 14] = [
    Operation::Identity,
    Operation::ShearX,
    Operation::ShearY,
    Operation::TranslateX,
    Operation::TranslateY,
    Operation::Rotate,
    Operation::Brightness,
    Operation::Saturation,
    Operation::Contrast,
    Operation::Sharpness,
    Operation::Posterize,
    Operation::Solarize,
    Operation::AutoContrast,
    Operation::Equalize,
];

impl Operation {
    pub fn has_levels(self) -> bool {
        !matches!(self, Self::Identity | Self::AutoContrast | Self::Equalize)
    }

    pub fn has_sign(self) -> bool {
        self.has_levels() && !matches!(self, Self::Posterize | Self::Solarize)
    }
}

/// The strongest of each operation, and in how many levels it is reached.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strength {
    pub levels: u32,
    pub shear: f64,
    translate: Translate,
    rotate: f64,
    enhance: f64,
    /// Bits kept at the lowest level, and how many fewer at the highest.
    posterize: (u32, u32),
}

#[derive(Debug, Clone, Copy)]
enum Translate {
    Pixels(f64),
    OfSide(f64),
}

pub(super) const TRIVIAL: Strength = Strength {
    levels: 31,
    shear: 0.99,
    translate: Translate::Pixels(32.0),
    rotate: 135.0,
    enhance: 0.99,
    posterize: (8, 6),
};

pub(super) const RAND: Strength = Strength {
    levels: 31,
    shear: 0.3,
    translate: Translate::OfSide(150.0 / 331.0),
    rotate: 30.0,
    enhance: 0.9,
    posterize: (8, 4),
};

pub(super) const AUG_MIX: Strength = Strength {
    levels: 10,
    shear: 0.3,
    translate: Translate::OfSide(1.0 / 3.0),
    rotate: 30.0,
    enhance: 0.9,
    posterize: (4, 4),
};

/// What an operation of some strength does.
#[derive(Debug, Clone, Copy)]
pub(super) enum Act {
    Move(Map),
    Colour(ColourOperation),
}

impl Strength {
    /// The operation at a level from 0, on a picture of this size; `None` where nothing changes.
    pub fn act(&self, operation: Operation, level: u32, negative: bool, size: Size) -> Option<Act> {
        let signed = |most: f64| {
            let amount = f64::from(spaced(0.0, most, self.levels, level));
            if negative { -amount } else { amount }
        };
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        let moved = |map: Map| (map != Map::IDENTITY).then_some(Act::Move(map));
        let colour = |operation: ColourOperation| Some(Act::Colour(operation));
        match operation {
            Operation::Identity => None,
            Operation::ShearX => moved(Map([[1.0, signed(self.shear), 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])),
            Operation::ShearY => moved(Map([[1.0, 0.0, 0.0], [signed(self.shear), 1.0, 0.0], [0.0, 0.0, 1.0]])),
            Operation::TranslateX => moved(Map::translate(-signed(self.translate.most(width)).trunc(), 0.0)),
            Operation::TranslateY => moved(Map::translate(0.0, -signed(self.translate.most(height)).trunc())),
            Operation::Rotate => {
                let (to, from) =
                    (Map::translate(width / 2.0, height / 2.0), Map::translate(-width / 2.0, -height / 2.0));
                let degrees = signed(self.rotate);
                // Counter-clockwise for positive angles, as torchvision's `rotate`.
                (degrees != 0.0).then(|| Act::Move(to.after(rotate_matrix(-degrees)).after(from)))
            }
            Operation::Brightness => colour(ColourOperation::Brightness(1.0 + signed(self.enhance))),
            Operation::Saturation => colour(ColourOperation::Saturation(1.0 + signed(self.enhance))),
            Operation::Contrast => colour(ColourOperation::Contrast(1.0 + signed(self.enhance))),
            Operation::Sharpness => colour(ColourOperation::Sharpness(1.0 + signed(self.enhance))),
            Operation::Posterize => {
                let (most, by) = self.posterize;
                let steps = self.levels - 1;
                // To the nearest; there are no halves.
                colour(ColourOperation::Posterize(most - (2 * level * by + steps) / (2 * steps)))
            }
            Operation::Solarize => {
                let share = f64::from(spaced(1.0, 0.0, self.levels, level));
                colour(ColourOperation::Solarize((255.0 * share) as f32))
            }
            Operation::AutoContrast => colour(ColourOperation::AutoContrast),
            Operation::Equalize => colour(ColourOperation::Equalize),
        }
    }

    /// How far a shear or a translation up to a level moves the middle of a picture of this size.
    pub fn shift(&self, level: u32, size: Size) -> (f64, f64) {
        let share = f64::from(level) / f64::from(self.levels - 1);
        let shift = |side: f64, across: f64| share * self.translate.most(side).max(self.shear * across / 2.0);
        let (width, height) = (f64::from(size.width), f64::from(size.height));
        (shift(width, height), shift(height, width))
    }
}

impl Translate {
    fn most(self, side: f64) -> f64 {
        match self {
            Self::Pixels(pixels) => pixels,
            Self::OfSide(share) => share * side,
        }
    }
}

/// Number `at` of `count` evenly spaced from `from` to `to`: `torch.linspace` to the bit, which counts from the nearer end, fused.
fn spaced(from: f64, to: f64, count: u32, at: u32) -> f32 {
    let (from, to, last) = (from as f32, to as f32, count - 1);
    let step = (to - from) / last as f32;
    if at < count / 2 { libm::fmaf(step, at as f32, from) } else { libm::fmaf(-step, (last - at) as f32, to) }
}
