use burn::tensor::Tensor;
use burn::tensor::module::attention;
use burn::tensor::ops::AttentionModuleOptions;

/// What each token of a picture attends to, by all heads: `softmax(q · kᵀ / √each) · v` of every head (Vaswani and others, 2017).
///
/// `all` has queries, keys and values one after the other, each of them all heads: `[pictures, tokens, 3 · heads · each]`; the result is
/// `[pictures, tokens, heads · each]`. On flex some queries of a head are looked at at a time, forward and back, so that the matrix of
/// all weights is never there.
///
/// # Panics
///
/// If the width is no multiple of `3 · heads`.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::attend;
///
/// // Two tokens of equal queries and keys see the mean of their values.
/// let all = Tensor::<3>::from_data([[[0.0, 0.0, 1.0], [0.0, 0.0, 3.0]]], &Device::flex());
/// assert_eq!(attend(all, 1).into_data().try_to_vec::<f32>()?, [2.0, 2.0]);
/// # Ok::<(), burn::tensor::DataError>(())
/// ```
pub fn attend(all: Tensor<3>, heads: usize) -> Tensor<3> {
    let [pictures, tokens, width] = all.dims();
    assert!(heads > 0 && width.is_multiple_of(3 * heads), "{width} numbers are not three parts of {heads} heads");
    #[cfg(feature = "flex")]
    if let Some(output) = crate::flex::attend(&all, heads) {
        return output;
    }
    let each = width / 3 / heads;
    let all = all.reshape([pictures, tokens, 3, heads, each]).permute([2, 0, 3, 1, 4]);
    let part = |index: usize| all.clone().narrow(0, index, 1).squeeze_dim::<4>(0);
    let seen = attention(part(0), part(1), part(2), None, None, AttentionModuleOptions::default());
    seen.swap_dims(1, 2).reshape([pictures, tokens, heads * each])
}
