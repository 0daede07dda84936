use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Where the weights of a new module come from: a seed, or zeros where trained weights follow.
///
/// The numbers depend on the seed and on the order of construction, and on nothing else: `SplitMix64` and the
/// Box-Muller transform on the host, so every backend and thread count gets the same weights.
///
/// ```
/// use firelight_models::Fresh;
/// let mut fresh = Fresh::seeded(42);
/// # let _ = &mut fresh;
/// ```
#[derive(Debug, Clone)]
pub struct Fresh(Option<Stream>);

impl Fresh {
    /// Random weights that depend on `seed` alone.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Stream { words: SplitMix64::seed_from_u64(seed), spare: None }))
    }

    /// Zeros instead of random numbers: for a module that is about to be loaded from a file.
    pub fn zeros() -> Self {
        Self(None)
    }

    /// A parameter drawn from the normal distribution with mean 0 and standard deviation `std`.
    pub(crate) fn normal<const D: usize>(&mut self, shape: [usize; D], std: f64, device: &Device) -> Param<Tensor<D>> {
        self.draw(shape, device, |stream| std * stream.normal())
    }

    /// A parameter drawn evenly from `-bound..bound`.
    pub(crate) fn uniform<const D: usize>(
        &mut self,
        shape: [usize; D],
        bound: f64,
        device: &Device,
    ) -> Param<Tensor<D>> {
        self.draw(shape, device, |stream| bound * (2.0 * stream.unit() - 1.0))
    }

    /// [`normal`](Self::normal) with `times` equal rows, one after the other, of each that is drawn. `shape` is that of the parameter, whose
    /// first axis has the rows.
    pub(crate) fn normal_alike<const D: usize>(
        &mut self,
        shape: [usize; D],
        times: usize,
        std: f64,
        device: &Device,
    ) -> Param<Tensor<D>> {
        let row: usize = shape[1..].iter().product();
        let drawn = self.numbers(shape[0] / times * row, |stream| std * stream.normal());
        let values: Vec<f32> = drawn.chunks(row).flat_map(|row| row.repeat(times)).collect();
        Param::from_data(TensorData::new(values, shape), device)
    }

    fn draw<const D: usize>(
        &mut self,
        shape: [usize; D],
        device: &Device,
        next: impl Fn(&mut Stream) -> f64,
    ) -> Param<Tensor<D>> {
        let values = self.numbers(shape.iter().product(), next);
        Param::from_data(TensorData::new(values, shape), device)
    }

    fn numbers(&mut self, count: usize, next: impl Fn(&mut Stream) -> f64) -> Vec<f32> {
        match &mut self.0 {
            None => vec![0.0; count],
            Some(stream) => (0..count).map(|_| next(stream) as f32).collect(),
        }
    }
}

/// Random numbers, one after the other.
#[derive(Debug, Clone)]
struct Stream {
    words: SplitMix64,
    /// The second of the two that Box and Muller's transform gives.
    spare: Option<f64>,
}

impl Stream {
    /// The next number of the standard normal distribution.
    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.unit()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// The next number of `[0, 1)`, 53 bits.
    fn unit(&mut self) -> f64 {
        (self.words.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out apart from this code, by `SplitMix64` and Box and Muller in a few lines of Python: cosine first, then sine.
    #[test]
    fn the_stream_is_this() {
        let mut stream = Stream { words: SplitMix64::seed_from_u64(42), spare: None };
        for expected in
            [0.882_248_906_222_268_8, 1.388_473_285_287_707, -0.450_849_875_718_860_1, 0.670_716_440_902_429_1]
        {
            let found = stream.normal();
            assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
        }
        assert!((stream.unit() - 0.038_030_168_540_246_21).abs() < 1e-15);
    }
}
