//! From probabilities to scores, and back.

/// Logarithms of probabilities; that of 0 is the logarithm of the least number above it, so that each is finite.
pub(crate) fn log_probabilities(probabilities: &[f32]) -> Vec<f64> {
    let least = f64::from(f32::from_bits(1));
    let log = |probability: &f32| match f64::from(*probability) {
        probability if probability >= 0.0 => probability.max(least).ln(),
        _ => f64::NAN,
    };
    probabilities.iter().map(log).collect()
}

/// `exp(x) / Σ exp(x)`, of finite numbers and −∞; NaN where there is any other, or nothing else than −∞.
pub(crate) fn softmax(scores: &[f64]) -> Vec<f64> {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The first of the highest; 0 where there is none.
pub(crate) fn likeliest<T: PartialOrd>(numbers: &[T]) -> usize {
    (1..numbers.len()).fold(0, |best, class| if numbers[class] > numbers[best] { class } else { best })
}

/// In single precision, as outputs are.
pub(crate) fn single(probabilities: Vec<f64>) -> Vec<f32> {
    probabilities.into_iter().map(|probability| probability as f32).collect()
}
