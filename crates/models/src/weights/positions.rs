//! Learned positions of a file whose pictures had another size than the body's.

use burn::tensor::{DataError, Device, Tensor, TensorData};

use crate::bodies::vit::resampled;

/// How many positions `[1, count, width]` are wanted where a file has another number of them, both of a square grid with the same few before it.
pub(super) fn fit(name: &str, found: &[usize], wanted: &[usize]) -> Option<usize> {
    match (found, wanted) {
        (&[1, theirs, width], &[1, ours, same]) if name == "pos_embed" && width == same && theirs != ours => {
            (grid(theirs)?.0 == grid(ours)?.0).then_some(ours)
        }
        _ => None,
    }
}

/// `count` positions from those of a file, resampled as timm does it; what stands before the grid stays.
pub(super) fn of_another_grid(data: TensorData, count: usize, device: &Device) -> Result<TensorData, DataError> {
    let shape = data.shape().to_vec();
    let (Some((first, old)), Some((_, new))) = (grid(shape[1]), grid(count)) else { return Ok(data) };
    let width = shape[2];
    let mut numbers: Vec<f32> = data.try_to_vec()?;
    let seen = numbers.split_off(first * width);
    let rows = Tensor::from_data(TensorData::new(seen, [old * old, width]), device);
    numbers.extend(resampled(rows, [old; 2], [new; 2]).into_data().try_to_vec::<f32>()?);
    Ok(TensorData::new(numbers, [1, count, width]))
}

/// How many positions stand before a square grid, none or one, and its side.
fn grid(count: usize) -> Option<(usize, usize)> {
    [0, 1].into_iter().find_map(|first| {
        let side = count.checked_sub(first)?.isqrt();
        (side > 0 && side * side + first == count).then_some((first, side))
    })
}
