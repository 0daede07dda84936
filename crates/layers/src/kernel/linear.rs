//! A linear layer as a product: its inputs are the weights, and its weights the one picture that they meet.

use rayon::prelude::*;

use super::{Beside, Finish, Window, forward, input_gradient};

/// The shape of a layer `[inputs, outputs]` over rows `[rows, inputs]`.
#[derive(Debug, Clone, Copy)]
pub struct LinearShape {
    pub rows: usize,
    pub inputs: usize,
    pub outputs: usize,
}

impl LinearShape {
    fn window(&self) -> Window {
        Window {
            batch: 1,
            channels: [self.inputs, self.rows],
            groups: 1,
            size: [1, self.outputs],
            kernel: [1, 1],
            stride: [1, 1],
            padding: [(0, 0); 2],
            dilation: [1, 1],
        }
    }

    /// `x · weight + bias`.
    pub fn forward(&self, x: &[f32], weight: &[f32], bias: Option<&[f32]>) -> Vec<f32> {
        let finish = Finish { beside: bias.map_or(Beside::Nothing, Beside::Plane), ..Finish::default() };
        forward(&self.window(), weight, x, &finish)
    }

    /// `gradient · weightᵀ`.
    pub fn input_gradient(&self, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
        let back = Self { inputs: self.outputs, outputs: self.inputs, ..*self };
        back.forward(gradient, &turned(weight, self.outputs), None)
    }

    /// `xᵀ · gradient`.
    pub fn weight_gradient(&self, x: &[f32], gradient: &[f32]) -> Vec<f32> {
        input_gradient(&self.window(), x, gradient)
    }
}

/// A matrix with rows of `width`, turned.
fn turned(matrix: &[f32], width: usize) -> Vec<f32> {
    let height = matrix.len() / width;
    let mut turned = vec![0.0; matrix.len()];
    // Sixteen columns at a time, which are a line of the cache in each row.
    turned.par_chunks_mut(16 * height).enumerate().for_each(|(index, turned)| {
        for (y, row) in matrix.chunks_exact(width).enumerate() {
            for (target, number) in turned[y..].iter_mut().step_by(height).zip(&row[16 * index..]) {
                *target = *number;
            }
        }
    });
    turned
}
