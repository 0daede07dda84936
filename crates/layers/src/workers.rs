use burn::tensor::Device;

/// Runs `work`, that is many operations on a device, where they begin fastest: for flex on a thread of rayon's pool.
///
/// A parallel loop that another thread asks for wakes a thread of the pool and sleeps until that is done; asked for by one of
/// the pool, it begins at once. A training step has hundreds of loops, which take 5 to 10 % longer from outside.
///
/// # Panics
///
/// If `work` does.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
///
/// let device = Device::flex();
/// let sum = firelight_layers::on_workers(&device, || Tensor::<1>::ones([1000], &device).sum().into_scalar::<f32>());
/// assert_eq!(sum, 1000.0);
/// ```
pub fn on_workers<R: Send>(device: &Device, work: impl FnOnce() -> R + Send) -> R {
    #[cfg(feature = "flex")]
    if crate::flex::runs_on(device) {
        return rayon::scope(|_| work());
    }
    // Other devices may order operations by the thread that asks for them.
    let _ = device;
    work()
}
