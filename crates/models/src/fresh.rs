use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};

use crate::noise::mix;

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
pub struct Fresh {
    state: Option<u64>,
    spare: Option<f64>,
}

impl Fresh {
    /// Random weights that depend on `seed` alone.
    pub fn seeded(seed: u64) -> Self {
        Self { state: Some(seed), spare: None }
    }

    /// Zeros instead of random numbers: for a module that is about to be loaded from a file.
    pub fn zeros() -> Self {
        Self { state: None, spare: None }
    }

    /// A parameter drawn from the normal distribution with mean 0 and standard deviation `std`.
    pub(crate) fn normal<const D: usize>(&mut self, shape: [usize; D], std: f64, device: &Device) -> Param<Tensor<D>> {
        self.draw(shape, device, |fresh| std * fresh.standard_normal())
    }

    /// A parameter drawn evenly from `-bound..bound`.
    pub(crate) fn uniform<const D: usize>(
        &mut self,
        shape: [usize; D],
        bound: f64,
        device: &Device,
    ) -> Param<Tensor<D>> {
        self.draw(shape, device, |fresh| bound * (2.0 * fresh.unit() - 1.0))
    }

    fn draw<const D: usize>(
        &mut self,
        shape: [usize; D],
        device: &Device,
        mut next: impl FnMut(&mut Self) -> f64,
    ) -> Param<Tensor<D>> {
        let values: Vec<f32> = match self.state {
            None => vec![0.0; shape.iter().product()],
            Some(_) => (0..shape.iter().product::<usize>()).map(|_| next(self) as f32).collect(),
        };
        Param::from_data(TensorData::new(values, shape), device)
    }

    fn standard_normal(&mut self) -> f64 {
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
        let state = self.state.get_or_insert(0);
        let mixed = mix(*state);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}
