//! Learned positions of a grid of patches, for a grid of another size.

use burn::tensor::{Device, Tensor, TensorData};

/// Rows `[old, channels]` of a grid, row by row, as those of another one: bicubic, with antialiasing.
///
/// Each axis is a product with fixed numbers, so that gradients reach the learned ones. Source: timm's `resample_abs_pos_embed`, which asks
/// `PyTorch`'s bicubic interpolation with antialiasing.
pub(crate) fn resampled(rows: Tensor<2>, old: [usize; 2], new: [usize; 2]) -> Tensor<2> {
    if old == new {
        return rows;
    }
    let ([_, channels], device) = (rows.dims(), rows.device());
    let [down, across] = [0, 1].map(|axis| weights(old[axis], new[axis], &device));
    let columns = down.matmul(rows.reshape([old[0], old[1] * channels])).reshape([new[0], old[1], channels]);
    let columns = across.unsqueeze::<3>().matmul(columns);
    columns.reshape([new[0] * new[1], channels])
}

/// `[new, old]`: how much of each old position each new one takes.
fn weights(old: usize, new: usize, device: &Device) -> Tensor<2> {
    let scale = old as f64 / new as f64;
    // Where there are fewer positions than before, the kernel is as much wider.
    let wide = scale.max(1.0);
    let mut numbers = Vec::with_capacity(new * old);
    for position in 0..new {
        let centre = scale * (position as f64 + 0.5);
        let first = ((centre - 2.0 * wide + 0.5) as usize).min(old);
        let end = ((centre + 2.0 * wide + 0.5) as usize).min(old);
        let taken = |index: usize| {
            if (first..end).contains(&index) { cubic((index as f64 - centre + 0.5) / wide) } else { 0.0 }
        };
        let sum: f64 = (0..old).map(taken).sum();
        numbers.extend((0..old).map(|index| (taken(index) / sum) as f32));
    }
    Tensor::from_data(TensorData::new(numbers, [new, old]), device)
}

/// Keys' cubic kernel with a = -0.5.
fn cubic(x: f64) -> f64 {
    const A: f64 = -0.5;
    let x = x.abs();
    if x < 1.0 {
        ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
    } else if x < 2.0 {
        (((x - 5.0) * x + 8.0) * x - 4.0) * A
    } else {
        0.0
    }
}
