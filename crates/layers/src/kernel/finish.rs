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
        let [low, high] = self.activation.bounds();
        for (target, sum) in target.iter_mut().zip(sums) {
            target.write((sum + bias).max(low).min(high));
        }
    }

    /// The same for two rows of sums that take turns.
    #[inline(always)]
    pub fn pairs(&self, channel: usize, left: &[f32], right: &[f32], target: &mut [Blank]) {
        let bias = self.bias.map_or(0.0, |bias| bias[channel]);
        let [low, high] = self.activation.bounds();
        let (pairs, last) = target.as_chunks_mut::<2>();
        for ((pair, left), right) in pairs.iter_mut().zip(left).zip(right) {
            *pair = [(left + bias).max(low).min(high), (right + bias).max(low).min(high)].map(Blank::new);
        }
        if let [last] = last {
            last.write((left[left.len() - 1] + bias).max(low).min(high));
        }
    }
}
