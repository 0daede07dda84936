use burn::tensor::{Device, Tensor, TensorData};

/// Flex, which has the kernels, and with the feature `ndarray` a device that has burn's operations.
#[allow(deprecated, reason = "the backend is kept for comparison")]
pub fn devices() -> Vec<Device> {
    vec![
        Device::flex(),
        #[cfg(feature = "ndarray")]
        Device::ndarray(),
    ]
}

/// Numbers between -1 and 1 that look like chance.
pub fn numbers<const D: usize>(shape: [usize; D], seed: u32, device: &Device) -> Tensor<D> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let numbers: Vec<f32> = (0..shape.iter().product())
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 * 2.0 - 1.0
        })
        .collect();
    Tensor::from_data(TensorData::new(numbers, shape), device)
}

pub fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("f32 numbers")
}

/// Asserts that two tensors agree to `1e-4`, relative to each number or to the root mean square where that is larger.
#[track_caller]
pub fn assert_close<const D: usize>(what: &str, ours: Tensor<D>, theirs: Tensor<D>) {
    assert_eq!(ours.dims(), theirs.dims(), "{what}");
    let (ours, theirs) = (values(ours), values(theirs));
    let mean_square = theirs.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / theirs.len() as f64;
    for (index, (a, b)) in ours.iter().zip(&theirs).enumerate() {
        let scale = f64::from(b.abs()).max(mean_square.sqrt()).max(1e-6);
        let error = f64::from((a - b).abs()) / scale;
        assert!(error <= 1e-4, "{what}: number {index} is {a}, burn's is {b}");
    }
}
