use std::ops::Range;

use super::bounds::{Bounds, clamp};
use super::scratch::Blank;
use crate::Activation;

/// What happens to a sum before it is written: it is added to what else there is, and bounded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Finish<'a> {
    /// One number an output channel.
    pub bias: Option<&'a [f32]>,
    /// One number a position.
    pub beside: Beside<'a>,
    pub activation: Activation,
}

/// What is added position by position.
#[derive(Debug, Clone, Copy, Default)]
pub enum Beside<'a> {
    #[default]
    Nothing,
    /// The same for all planes.
    Plane(&'a [f32]),
    /// As many as there are outputs.
    Planes(&'a [f32]),
}

impl<'a> Finish<'a> {
    /// What happens to the sums of a picture, whose outputs these are, where it is convolved alone.
    pub fn of_picture(&self, outputs: Range<usize>) -> Self {
        let beside = match self.beside {
            Beside::Planes(numbers) => Beside::Planes(&numbers[outputs]),
            same => same,
        };
        Self { beside, ..*self }
    }

    /// What happens to the sums of plane `index`, which is one of `channel`, of `plane` numbers.
    #[inline(always)]
    pub fn of(&self, index: usize, channel: usize, plane: usize) -> FinishPlane<'a> {
        let beside = match self.beside {
            Beside::Nothing => None,
            Beside::Plane(numbers) => Some(numbers),
            Beside::Planes(numbers) => Some(&numbers[index * plane..][..plane]),
        };
        FinishPlane { bias: self.bias.map_or(0.0, |bias| bias[channel]), beside, bounds: self.activation.bounds() }
    }
}

/// What happens to the sums of a plane before they are written.
#[derive(Debug, Clone, Copy)]
pub struct FinishPlane<'a> {
    bias: f32,
    beside: Option<&'a [f32]>,
    bounds: Bounds,
}

impl FinishPlane<'_> {
    /// For positions from `at` on.
    #[inline(always)]
    pub fn row(&self, at: usize, sums: &[f32], target: &mut [Blank]) {
        match self.beside {
            None => {
                for (target, sum) in target.iter_mut().zip(sums) {
                    target.write(clamp(sum + self.bias, self.bounds));
                }
            }
            Some(beside) => {
                for ((target, sum), beside) in target.iter_mut().zip(sums).zip(&beside[at..]) {
                    target.write(clamp(sum + self.bias + beside, self.bounds));
                }
            }
        }
    }

    /// The same for two rows of sums that take turns.
    #[inline(always)]
    pub fn pairs(&self, at: usize, left: &[f32], right: &[f32], target: &mut [Blank]) {
        let finish = |sum: f32, beside: f32| Blank::new(clamp(sum + self.bias + beside, self.bounds));
        let len = target.len();
        let (pairs, last) = target.as_chunks_mut::<2>();
        let sums = left.iter().zip(right);
        match self.beside {
            None => {
                for (pair, (left, right)) in pairs.iter_mut().zip(sums) {
                    *pair = [finish(*left, 0.0), finish(*right, 0.0)];
                }
            }
            Some(beside) => {
                let (beside, _) = beside[at..].as_chunks::<2>();
                for ((pair, (left, right)), beside) in pairs.iter_mut().zip(sums).zip(beside) {
                    *pair = [finish(*left, beside[0]), finish(*right, beside[1])];
                }
            }
        }
        if let [last] = last {
            *last = finish(left[left.len() - 1], self.beside.map_or(0.0, |beside| beside[at + len - 1]));
        }
    }
}
