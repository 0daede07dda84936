use super::bounds::clamp;
use super::scratch::Blank;
use crate::Activation;

/// What happens to a sum before it is written.
#[derive(Debug, Clone, Copy, Default)]
pub struct Finish<'a> {
    /// One number an output channel.
    pub bias: Option<&'a [f32]>,
    pub activation: Activation,
}

impl Finish<'_> {
    #[inline(always)]
    pub fn row(&self, channel: usize, sums: &[f32], target: &mut [Blank]) {
        let bias = self.bias.map_or(0.0, |bias| bias[channel]);
        let bounds = self.activation.bounds();
        for (target, sum) in target.iter_mut().zip(sums) {
            target.write(clamp(sum + bias, bounds));
        }
    }

    /// The same for two rows of sums that take turns.
    #[inline(always)]
    pub fn pairs(&self, channel: usize, left: &[f32], right: &[f32], target: &mut [Blank]) {
        let bias = self.bias.map_or(0.0, |bias| bias[channel]);
        let bounds = self.activation.bounds();
        let (pairs, last) = target.as_chunks_mut::<2>();
        for ((pair, left), right) in pairs.iter_mut().zip(left).zip(right) {
            *pair = [left + bias, right + bias].map(|sum| Blank::new(clamp(sum, bounds)));
        }
        if let [last] = last {
            last.write(clamp(left[left.len() - 1] + bias, bounds));
        }
    }
}
