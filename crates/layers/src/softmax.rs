use burn::tensor::{Tensor, activation};

/// What [`softmax`] makes of `[batch, classes]` scores.
#[derive(Debug, Clone)]
pub struct Softmax {
    /// `exp(score - highest) / Σ exp(score - highest)`: `[batch, classes]`.
    pub probabilities: Tensor<2>,
    /// The highest score of each row: `[batch, 1]`.
    pub highest: Tensor<2>,
    /// `ln Σ exp(score - highest)`, from 0 to `ln classes`: `[batch, 1]`.
    pub log_sum: Tensor<2>,
}

/// The softmax of each row and the parts that losses are made of, in one parallel pass on flex.
///
/// Scores below `least` count as `least`, so that a row of nothing but `-inf` has equal probabilities instead of none; with
/// `f32::NEG_INFINITY` they stay as they are. No gradient flows through the result: it is for formulas whose gradient is
/// known, see [`with_gradient`].
///
/// # Panics
///
/// If a gradient is asked for, that is if `scores` are on a graph.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
///
/// let scores = Tensor::<2>::from_floats([[0.0, 0.0], [200.0, 0.0]], &Device::flex());
/// let parts = firelight_layers::softmax(scores, -1e37);
/// let probabilities: Vec<f32> = parts.probabilities.into_data().try_to_vec()?;
/// assert_eq!(probabilities, [0.5, 0.5, 1.0, 0.0]);
/// # Ok::<(), burn::tensor::DataError>(())
/// ```
pub fn softmax(scores: Tensor<2>, least: f32) -> Softmax {
    assert!(!scores.is_tracked(), "firelight_layers::softmax has no gradient: pass `scores.detach()`");
    #[cfg(feature = "flex")]
    if let Some([probabilities, highest, log_sum]) = crate::flex::softmax(&scores, least) {
        return Softmax { probabilities, highest, log_sum };
    }
    let scores = if least > f32::NEG_INFINITY { scores.clamp_min(least) } else { scores };
    let highest = scores.clone().max_dim(1);
    let probabilities = activation::softmax(scores, 1);
    // The highest probability is `1 / Σ exp(score - highest)`: one pass less than the sum itself.
    let log_sum = probabilities.clone().max_dim(1).log().neg();
    Softmax { probabilities, highest, log_sum }
}

/// Of each row the sum of `weight · score`, or with `offsets` (`[batch, 1]`) of `weight · max(score - offset, least)`:
/// `[batch, 1]`, in one parallel pass on flex.
///
/// `scores` and `weights` are `[batch, classes]`. With a finite `least` a weight of 0 takes out a score of `-inf`. No gradient
/// flows through the result.
///
/// # Panics
///
/// If the shapes do not fit.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
///
/// let device = Device::flex();
/// let scores = Tensor::<2>::from_floats([[1.0, 2.0, f32::NEG_INFINITY]], &device);
/// let weights = Tensor::<2>::from_floats([[0.5, 0.5, 0.0]], &device);
/// let highest = scores.clone().max_dim(1);
/// let sum = firelight_layers::weigh(scores, weights, Some(highest), -1e37);
/// assert_eq!(sum.into_scalar::<f32>(), -0.5);
/// ```
pub fn weigh(scores: Tensor<2>, weights: Tensor<2>, offsets: Option<Tensor<2>>, least: f32) -> Tensor<2> {
    let [scores, weights] = [scores, weights].map(Tensor::detach);
    #[cfg(feature = "flex")]
    if let Some(sums) = crate::flex::weigh(&scores, &weights, offsets.as_ref(), least) {
        return sums;
    }
    let scores = match offsets {
        Some(offsets) => (scores - offsets).clamp_min(least),
        None => scores,
    };
    (scores * weights).sum_dim(1)
}

/// Joins values that were computed outside the graph to it: the result is `values` (`[batch]`), and its gradient with
/// respect to row `i` of `input` (`[batch, classes]`) is row `i` of `gradient`.
///
/// For losses whose gradient has a closed form. On other backends than flex the graph holds a product with the input, in
/// which entries beyond ±1e37, or that are not numbers, get no gradient.
///
/// # Panics
///
/// If the shapes do not fit.
///
/// # Example
///
/// ```
/// use burn::tensor::{Device, Tensor};
///
/// let input = Tensor::<2>::from_floats([[3.0, 4.0]], &Device::flex().autodiff()).require_grad();
/// let plain = input.clone().inner();
/// // Half the square of each row's length, whose gradient is the row.
/// let values = plain.clone().square().sum_dim(1).reshape([1]) / 2.0;
/// let loss = firelight_layers::with_gradient(input.clone(), values, plain);
/// assert_eq!(loss.clone().into_scalar::<f32>(), 12.5);
/// let gradient = input.grad(&loss.backward()).unwrap();
/// assert_eq!(gradient.into_data().try_to_vec::<f32>()?, [3.0, 4.0]);
/// # Ok::<(), burn::tensor::DataError>(())
/// ```
pub fn with_gradient(input: Tensor<2>, values: Tensor<1>, gradient: Tensor<2>) -> Tensor<1> {
    #[cfg(feature = "flex")]
    if let Some(joined) = crate::flex::with_gradient(&input, &values, &gradient) {
        return joined;
    }
    let [batch, _] = input.dims();
    let [values, gradient] = [values.unsqueeze_dim::<2>(1), gradient].map(|tensor| beside(&input, tensor));
    // A sum of zeros, whose gradient is what is asked for.
    let none = input.clone().inner().is_nan();
    let inside = input.mask_fill(none, 0.0).clamp(-1e37, 1e37);
    let zeros = inside.clone() - inside.detach();
    ((zeros * gradient).sum_dim(1) + values).reshape([batch])
}

/// On the device of another tensor, without a graph.
fn beside(like: &Tensor<2>, tensor: Tensor<2>) -> Tensor<2> {
    if like.device().is_autodiff() && !tensor.device().is_autodiff() { Tensor::from_inner(tensor) } else { tensor }
}
