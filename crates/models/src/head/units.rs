use serde::{Deserialize, Serialize};

/// In which units a head tells values: each of its numbers is multiplied by the spread and added to the mean of what is to be told, so that the layers learn
/// numbers about 0 of about 1, whatever is measured. Without, a last layer that has no bias would have to find both.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::{HeadConfig, Units};
///
/// let prices = Units::new([250_000.0], [80_000.0]);
/// let head = HeadConfig::new(8, 1).with_units(prices).init(42, &Device::flex());
/// let told: f32 = head.forward(Tensor::ones([1, 8, 4, 4], &Device::flex())).into_scalar();
/// assert!((told - 250_000.0).abs() < 400_000.0);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Units {
    pub(super) mean: Vec<f32>,
    pub(super) spread: Vec<f32>,
}

impl Units {
    /// Of each number its mean and its spread, such as the standard deviation, which is over 0.
    pub fn new(mean: impl Into<Vec<f32>>, spread: impl Into<Vec<f32>>) -> Self {
        Self { mean: mean.into(), spread: spread.into() }
    }

    /// Of two rows side by side, which have so many numbers; one without units is told as it is. `None` for two such.
    pub fn side_by_side(first: Option<Self>, firsts: usize, second: Option<Self>, seconds: usize) -> Option<Self> {
        if first.is_none() && second.is_none() {
            return None;
        }
        let plain = |numbers| Self { mean: vec![0.0; numbers], spread: vec![1.0; numbers] };
        let (mut row, second) = (first.unwrap_or_else(|| plain(firsts)), second.unwrap_or_else(|| plain(seconds)));
        row.mean.extend(second.mean);
        row.spread.extend(second.spread);
        Some(row)
    }

    /// What makes no sense in them for so many numbers, if anything does.
    pub(super) fn problem(&self, outputs: usize) -> Option<String> {
        let Self { mean, spread } = self;
        if mean.len() != outputs || spread.len() != outputs {
            return Some(format!(
                "its units are of {} means and {} spreads, and it has {outputs} numbers",
                mean.len(),
                spread.len()
            ));
        }
        let fit =
            mean.iter().all(|mean| mean.is_finite()) && spread.iter().all(|spread| spread.is_normal() && *spread > 0.0);
        (!fit).then(|| "its units are not finite, or have no spread".into())
    }
}
