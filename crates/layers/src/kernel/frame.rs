//! Padded planes, sorted so that each tap of a kernel is a shift.

use super::Window;
use super::remainder::halve;
use super::vectorized::vectorized;

/// A padded plane, sorted by remainder of rows and columns by the stride: then each tap is a shift of a flat array.
pub struct Frame {
    /// Rows and columns of the part of each remainder.
    pub rows: usize,
    pub pitch: usize,
    parts: usize,
    /// Numbers behind it, which kernels may read.
    room: usize,
}

impl Frame {
    /// The frame of input planes, with `room` numbers behind each.
    pub fn of_input(window: &Window, room: usize) -> Self {
        let whole = [0, 1].map(|axis| window.size[axis] + window.padding[axis].0 + window.padding[axis].1);
        let [rows, pitch] = [0, 1].map(|axis| whole[axis].div_ceil(window.stride[axis]));
        Self { rows, pitch, parts: window.stride[0] * window.stride[1], room }
    }

    /// Where each tap finds output position 0.
    pub fn offsets(&self, window: &Window) -> Vec<usize> {
        let place = |tap: usize| {
            let (y, x) = (tap / window.kernel[1], tap % window.kernel[1]);
            self.place(window.stride, y * window.dilation[0], x * window.dilation[1])
        };
        (0..window.taps()).map(place).collect()
    }

    /// Numbers, with the room.
    pub fn len(&self) -> usize {
        self.parts * self.rows * self.pitch + self.room
    }

    /// Where the padded plane's row `y` has its column `x`.
    #[inline(always)]
    pub fn place(&self, [down, right]: [usize; 2], y: usize, x: usize) -> usize {
        ((y % down * right + x % right) * self.rows + y / down) * self.pitch + x / right
    }

    pub fn fill(&self, window: &Window, plane: &[f32], target: &mut [f32]) {
        target.fill(0.0);
        fill(self, window, plane, target);
    }
}

vectorized! {
    fn fill<'a>(frame: &'a Frame, window: &'a Window, plane: &'a [f32], target: &'a mut [f32]) -> () {
        let [_, right] = window.stride;
        let [(top, _), (left, _)] = window.padding;
        for (y, row) in plane.chunks_exact(window.size[1]).enumerate() {
            if right == 1 {
                let start = frame.place(window.stride, y + top, left);
                target[start..][..row.len()].copy_from_slice(row);
                continue;
            }
            // The usual stride has both parts written at once, which compiles to shuffles of vectors.
            if right == 2 {
                let [first, second] = [left, left + 1].map(|x| frame.place(window.stride, y + top, x));
                let (low, high) = target.split_at_mut(first.max(second));
                if first < second {
                    halve(row, &mut low[first..], high);
                } else {
                    halve(row, high, &mut low[second..]);
                }
                continue;
            }
            for skip in 0..right.min(row.len()) {
                let start = frame.place(window.stride, y + top, left + skip);
                for (target, value) in target[start..].iter_mut().zip(row[skip..].iter().step_by(right)) {
                    *target = *value;
                }
            }
        }
    }
}
