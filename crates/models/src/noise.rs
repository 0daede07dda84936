//! Chance in a training step.

use burn::tensor::{Device, Tensor, TensorData};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Where a training step's chance comes from: the numbers of dropout and of [stochastic depth](crate::StochasticDepth) are a function of the
/// seed, the step, the layer and the place in the batch, and of nothing else. No stream is shared, so learners that train side by side give
/// the bits that each gives alone, and several devices drop what one would.
///
/// ```
/// use burn::tensor::Device;
/// use firelight_models::Noise;
///
/// let device = Device::flex();
/// let mask = |noise: &mut Noise| noise.keep([4, 8], 0.5, &device).into_data();
/// let mut noise = Noise::new(42, 7);
/// let first = mask(&mut noise);
/// assert_eq!(first, mask(&mut Noise::new(42, 7)));
/// assert_ne!(first, mask(&mut noise), "the next layer draws others");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noise {
    seed: u64,
    layer: u64,
    first_row: u64,
}

impl Noise {
    /// The noise of step number `step`, counted over all fits of a learner.
    pub fn new(seed: u64, step: u64) -> Self {
        Self { seed: mix(mix(seed).wrapping_add(step)), layer: 0, first_row: 0 }
    }

    /// The same noise for rows of a batch from number `row` on.
    pub fn from_row(self, row: usize) -> Self {
        Self { first_row: row as u64, ..self }
    }

    /// A number for streams that can be seeded, which depends on the seed and the step alone.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// For each number of the next layer's output, `[rows, columns]`, 1 with a probability of `share` and else 0: on the device,
    /// without a graph.
    pub fn keep(&mut self, [rows, columns]: [usize; 2], share: f64, device: &Device) -> Tensor<2> {
        let layer = mix(self.seed ^ mix(self.layer));
        self.layer += 1;
        // 24 bits are as many as an `f32` between 0 and 1 tells apart.
        let limit = (share.clamp(0.0, 1.0) * f64::from(1 << 24)).round() as u64;
        let start = self.first_row.wrapping_mul(columns as u64);
        let kept = |place: u64| if mix(layer.wrapping_add(place)) >> 40 < limit { 1.0_f32 } else { 0.0 };
        let numbers: Vec<f32> = (0..(rows * columns) as u64).map(|place| kept(start.wrapping_add(place))).collect();
        Tensor::from_data(TensorData::new(numbers, [rows, columns]), &device.clone().inner())
    }
}

/// `SplitMix64`'s step from a counter to a number (Steele, Lea and Flood, *Fast Splittable Pseudorandom Number Generators*, 2014).
fn mix(counter: u64) -> u64 {
    SplitMix64::seed_from_u64(counter).next_u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(noise: &mut Noise, [rows, columns]: [usize; 2], share: f64) -> Vec<f32> {
        noise.keep([rows, columns], share, &Device::flex()).into_data().iter::<f32>().collect()
    }

    #[test]
    fn as_many_are_kept_as_are_asked_for() {
        for share in [0.0, 0.25, 0.9, 1.0] {
            let kept = drawn(&mut Noise::new(1, 2), [200, 500], share).iter().sum::<f32>() / 1e5;
            // Four standard deviations.
            let room = 4.0 * (share * (1.0 - share) / 1e5).sqrt();
            assert!((f64::from(kept) - share).abs() <= room, "{kept} instead of {share}");
        }
    }

    /// Worked out apart from this code, by `SplitMix64` in a few lines of Python: a run that goes on in a later version drops the same.
    #[test]
    fn the_noise_is_this() {
        let mut noise = Noise::new(42, 7);
        assert_eq!(noise.seed(), 0xfe2f_1081_89f8_3df6);
        for expected in ["111110000001111001110001", "011000111000111011100011"] {
            let kept = drawn(&mut noise, [4, 6], 0.5);
            let found: String = kept.iter().map(|&kept| if kept > 0.5 { '1' } else { '0' }).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn rows_of_a_share_of_the_batch_are_those_of_the_whole() {
        let whole = drawn(&mut Noise::new(3, 4), [10, 7], 0.5);
        let part = drawn(&mut Noise::new(3, 4).from_row(6), [4, 7], 0.5);
        assert_eq!(whole[42..], part[..]);
        let other = drawn(&mut Noise::new(3, 5), [10, 7], 0.5);
        assert_ne!(whole, other);
    }
}
