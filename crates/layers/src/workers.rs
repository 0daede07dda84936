use burn::backend::DispatchDevice;
use burn::tensor::{Device, Tensor};

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

/// Whether a device does what it is asked by itself, while the host goes on: all do, graphics cards and those of other processes, but
/// flex and ndarray. Of these, a number is there as soon as the operation returns, and reading it costs nothing; of the others the host waits
/// for all that was asked before.
///
/// Flex and ndarray are known where this crate's features of these names are on.
///
/// ```
/// use burn::tensor::Device;
///
/// assert!(!firelight_layers::works_by_itself(&Device::flex().autodiff()));
/// ```
pub fn works_by_itself(device: &Device) -> bool {
    match device.clone().inner().as_dispatch() {
        #[cfg(feature = "flex")]
        DispatchDevice::Flex(_) => false,
        #[cfg(feature = "ndarray")]
        DispatchDevice::NdArray(_) => false,
        #[allow(unreachable_patterns, reason = "there may be no other backend")]
        _ => true,
    }
}

/// What `work` makes of the rows of `input`, in their order. For flex it gets `rows` of them at a time, on rayon's threads, so
/// that a layer's output stays near the processor's caches; elsewhere all of them in one go.
///
/// It is for work that treats each row for itself: inference, not batch norm in training.
///
/// # Panics
///
/// If `work` does, or if `rows` is 0.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
///
/// let pictures = Tensor::<4>::ones([10, 3, 8, 8], &Device::flex());
/// let features: Tensor<2> = firelight_layers::in_chunks(pictures, 4, |some| some.mean_dims(&[2, 3]).flatten(1, 3));
/// assert_eq!(features.dims(), [10, 3]);
/// ```
pub fn in_chunks<const D: usize, const E: usize>(
    input: Tensor<D>,
    rows: usize,
    work: impl Fn(Tensor<D>) -> Tensor<E> + Sync + Send,
) -> Tensor<E> {
    let mut parts = in_parts(input, rows, work);
    if parts.len() == 1 { parts.swap_remove(0) } else { Tensor::cat(parts, 0) }
}

/// [`in_chunks`] for work that gives something else than one tensor: what it makes of each chunk, in their order. On other devices than
/// flex that is one part, of the whole input.
///
/// # Panics
///
/// As [`in_chunks`].
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
///
/// let pictures = Tensor::<4>::ones([10, 3, 8, 8], &Device::flex());
/// let counts = firelight_layers::in_parts(pictures, 4, |some| some.dims()[0]);
/// assert_eq!(counts, [4, 4, 2]);
/// ```
pub fn in_parts<const D: usize, R: Send>(
    input: Tensor<D>,
    rows: usize,
    work: impl Fn(Tensor<D>) -> R + Sync + Send,
) -> Vec<R> {
    let device = input.device();
    #[cfg(feature = "flex")]
    if input.dims()[0] > rows && crate::flex::runs_on(&device) {
        use rayon::prelude::*;
        return input.split(rows, 0).into_par_iter().map(work).collect();
    }
    let _ = rows;
    vec![on_workers(&device, || work(input))]
}
