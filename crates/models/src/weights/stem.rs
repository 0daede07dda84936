//! The first convolution of a file, which sees three colours, for pictures of other channels.

use burn::tensor::TensorData;

/// Channels of the pictures that published weights saw.
pub(super) const COLOURS: usize = 3;

/// `[outputs, channels, height, width]` where a file has a convolution of three colours and another number of channels is wanted, if
/// nothing else differs.
pub(super) fn adapted_shape(found: &[usize], wanted: &[usize]) -> Option<[usize; 4]> {
    match (found, wanted) {
        (&[theirs, COLOURS, ref kernel @ ..], &[outputs, channels, height, width])
            if theirs == outputs && *kernel == [height, width] && channels != COLOURS =>
        {
            Some([outputs, channels, height, width])
        }
        _ => None,
    }
}

/// Weights `[outputs, 3, height, width]` for `shape`. Of one channel they are the sum of the three, so that a grey picture gives what it gives
/// as a coloured one; of more the three in turn, times 3 over the channels, so that maps stay as large as they were.
///
/// Source: timm's `adapt_input_conv`.
pub(super) fn adapted(weights: &[f32], shape: [usize; 4]) -> TensorData {
    let [_, channels, height, width] = shape;
    let kernel = height * width;
    let filters = weights.chunks_exact(COLOURS * kernel);
    let values: Vec<f32> = if channels == 1 {
        filters.flat_map(|filter| (0..kernel).map(|at| filter.iter().skip(at).step_by(kernel).sum::<f32>())).collect()
    } else {
        let factor = COLOURS as f32 / channels as f32;
        filters
            .flat_map(|filter| filter.chunks_exact(kernel).cycle().take(channels).flatten())
            .map(|weight| weight * factor)
            .collect()
    };
    TensorData::new(values, shape)
}
