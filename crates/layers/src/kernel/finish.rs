use super::bounds::{Bounds, clamp};
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
    /// What happens to the sums of a channel.
    #[inline(always)]
    pub fn of(&self, channel: usize) -> FinishChannel {
        FinishChannel { bias: self.bias.map_or(0.0, |bias| bias[channel]), bounds: self.activation.bounds() }
    }
}

/// What happens to the sums of a channel before they are written.
#[derive(Debug, Clone, Copy)]
pub struct FinishChannel {
    bias: f32,
    bounds: Bounds,
}

impl FinishChannel {
    #[inline(always)]
    pub fn row(self, sums: &[f32], target: &mut [Blank]) {
        for (target, sum) in target.iter_mut().zip(sums) {
            target.write(clamp(sum + self.bias, self.bounds));
        }
    }

    /// The same for two rows of sums that take turns.
    #[inline(always)]
    pub fn pairs(self, left: &[f32], right: &[f32], target: &mut [Blank]) {
        let finish = |sum: f32| Blank::new(clamp(sum + self.bias, self.bounds));
        let (pairs, last) = target.as_chunks_mut::<2>();
        for ((pair, left), right) in pairs.iter_mut().zip(left).zip(right) {
            *pair = [finish(*left), finish(*right)];
        }
        if let [last] = last {
            *last = finish(left[left.len() - 1]);
        }
    }
}
