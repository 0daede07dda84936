//! Convolutions of few channels a group, summed where they stand: depthwise ones, grouped ones, and the first of a network. A product
//! would write each input out once for every tap, for few outputs to read.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::finish::FinishPlane;
use super::frame::Frame;
use super::planes::Planes;
use super::scratch::{Blank, with_scratch};
use super::{Finish, Window};

/// Output rows summed at once.
const ROWS: usize = 4;

/// Numbers of a row that a block reads: a vector, and as many more as a kernel is wide.
const READABLE: usize = 24;

/// Numbers behind a frame that are read, and belong to nothing.
const ROOM: usize = 64;

/// Inputs of a group up to which a product does not pay.
const MOST: usize = 16;

/// Numbers of the inputs of a band: half of the first-level cache.
const CACHED: usize = 6 << 10;

/// Numbers of the inputs of a task.
const TASK: usize = 8 << 10;

/// Whether these are convolutions for [`forward`].
pub fn fits(window: &Window) -> bool {
    let square = window.kernel[0] == window.kernel[1] && window.stride[0] == window.stride[1];
    let few = window.groups > 1 && window.inputs() <= MOST;
    square && few && matches!(window.kernel[0], 3 | 5 | 7) && window.stride[0] <= 2 && window.dilation == [1, 1]
}

/// The convolution of `input` with `weight`, both as burn has them, all groups.
pub fn forward(window: &Window, input: &[f32], weight: &[f32], finish: &Finish, output: &mut [Blank]) {
    let planes = &Planes::new(output, window.output_plane(), window.channels[1]);
    let [height, width] = window.output_size();
    let band = rows_of_band(window);
    let bands = height.div_ceil(band);
    // Several groups a task where they are small.
    let groups = (TASK / (window.inputs() * window.input_plane())).clamp(1, window.groups);
    let parts = window.groups.div_ceil(groups);
    (0..window.batch * parts * bands).into_par_iter().for_each(|task| {
        let (task, first) = (task / bands, task % bands * band);
        let (picture, part) = (task / parts, task % parts);
        let groups = [part * groups, ((part + 1) * groups).min(window.groups)];
        let rows = [first, (first + band).min(height)];
        let (band, from) = window.band(rows);
        let frame = Frame::of_input(&band, ROOM);
        // Not within the task: what it does is too much to be inlined in a closure, and would be compiled for the oldest processor there.
        with_scratch(window.inputs() * frame.len() + ROWS * width + ROOM, |scratch| {
            let (frames, held) = scratch.split_at_mut(window.inputs() * frame.len());
            let task =
                Task { window, input, weight, finish, planes, picture, groups, rows, band, from, frame, frames, held };
            match (window.kernel[0], window.stride[0]) {
                (3, 1) => Arch::new().dispatch(OfSize::<3, 1, 6>(task)),
                (3, _) => Arch::new().dispatch(OfSize::<3, 2, 9>(task)),
                (5, 1) => Arch::new().dispatch(OfSize::<5, 1, 8>(task)),
                (5, _) => Arch::new().dispatch(OfSize::<5, 2, 11>(task)),
                (_, 1) => Arch::new().dispatch(OfSize::<7, 1, 10>(task)),
                (..) => Arch::new().dispatch(OfSize::<7, 2, 13>(task)),
            }
        });
    });
    planes.done();
}

/// The input gradient as a convolution of the output's with kernels that are turned, where it is one for [`forward`].
pub fn turned(window: &Window, weight: &[f32]) -> Option<(Window, Vec<f32>)> {
    let back = |axis: usize, (before, after): (usize, usize)| {
        let reach = window.kernel[axis] - 1;
        Some((reach.checked_sub(before)?, reach.checked_sub(after)?))
    };
    let (rows, columns) = (back(0, window.padding[0])?, back(1, window.padding[1])?);
    let channels = [window.channels[1], window.channels[0]];
    let turned = Window { channels, size: window.output_size(), padding: [rows, columns], ..*window };
    if window.stride != [1, 1] || !fits(&turned) {
        return None;
    }
    let (inputs, outputs, taps) = (window.inputs(), window.outputs(), window.taps());
    let mut kernels = Vec::with_capacity(weight.len());
    for group in weight.chunks_exact(outputs * inputs * taps) {
        for input in 0..inputs {
            for output in 0..outputs {
                kernels.extend(group[(output * inputs + input) * taps..][..taps].iter().rev());
            }
        }
    }
    Some((turned, kernels))
}

/// Output rows whose inputs stay in the first-level cache.
fn rows_of_band(window: &Window) -> usize {
    let ([height, _], stride) = (window.output_size(), window.stride[0]);
    let row = window.inputs() * (window.size[1] + window.padding[1].0 + window.padding[1].1);
    let rows = (CACHED / row).saturating_sub(window.kernel[0]) / stride;
    (rows / ROWS * ROWS).clamp(ROWS, height.next_multiple_of(ROWS))
}

/// A loop whose index is a constant in each turn: what is indexed by it can stay in registers.
macro_rules! unrolled {
    ($index:ident in [$($turn:literal)*] $body:block) => {$({
        const $index: usize = $turn;
        $body
    })*};
}

/// Some output rows of some groups of a picture.
struct Task<'a, 'p> {
    window: &'a Window,
    input: &'a [f32],
    weight: &'a [f32],
    finish: &'a Finish<'a>,
    planes: &'a Planes<'p>,
    picture: usize,
    /// From one to another, as the rows.
    groups: [usize; 2],
    rows: [usize; 2],
    /// The convolution of those rows alone, and its first input row.
    band: Window,
    from: usize,
    frame: Frame,
    /// Room for the frames of a group's inputs, and for a block of output rows.
    frames: &'a mut [f32],
    held: &'a mut [f32],
}

/// A task of one size of kernel and stride, of which a block of rows reads so many.
struct OfSize<'a, 'p, const KERNEL: usize, const STRIDE: usize, const READ: usize>(Task<'a, 'p>);

impl<const KERNEL: usize, const STRIDE: usize, const READ: usize> WithSimd for OfSize<'_, '_, KERNEL, STRIDE, READ> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.0.run::<S, KERNEL, STRIDE, READ>(simd);
    }
}

impl Task<'_, '_> {
    #[inline(always)]
    fn run<S: Simd, const KERNEL: usize, const STRIDE: usize, const READ: usize>(self, simd: S) {
        let Self { window, band, frame, input, weight, frames, held, .. } = self;
        let (inputs, outputs, [height, width]) = (window.inputs(), window.outputs(), band.output_size());
        let of_output = inputs * KERNEL * KERNEL;
        for group in self.groups[0]..self.groups[1] {
            for (channel, target) in frames.chunks_exact_mut(frame.len()).enumerate() {
                let plane = (self.picture * window.channels[0] + group * inputs + channel) * window.input_plane();
                frame.fill(&band, &input[plane + self.from * window.size[1]..][..band.input_plane()], target);
            }
            for channel in group * outputs..(group + 1) * outputs {
                let range = self.rows[0] * width..self.rows[1] * width;
                #[expect(unsafe_code, reason = "tasks share out the planes")]
                // SAFETY: tasks have rows of the planes of a picture and a group of their own.
                let strip = unsafe { self.planes.strip(self.picture, channel, range) };
                let sums = Sums { frame: &frame, frames, weights: &weight[channel * of_output..][..of_output] };
                let finish = &self.planes.finish(self.finish, self.picture, channel);
                let from = self.rows[0] * width;
                if height < ROWS {
                    sums.plane::<S, KERNEL, STRIDE, 1, KERNEL>(simd, [height, width], finish, from, held, strip);
                } else {
                    sums.plane::<S, KERNEL, STRIDE, ROWS, READ>(simd, [height, width], finish, from, held, strip);
                }
            }
        }
    }
}

/// What an output channel is summed from.
struct Sums<'a> {
    frame: &'a Frame,
    /// Of the group's inputs.
    frames: &'a [f32],
    /// For each input the taps.
    weights: &'a [f32],
}

impl Sums<'_> {
    /// Blocks of rows and columns, the last of each as far back as is needed to be whole: what is summed twice is the same.
    ///
    /// `held` has room for a block of rows, which then are written in one stretch.
    #[inline(always)]
    fn plane<S: Simd, const KERNEL: usize, const STRIDE: usize, const HEIGHT: usize, const READ: usize>(
        &self,
        simd: S,
        [height, width]: [usize; 2],
        finish: &FinishPlane,
        from: usize,
        held: &mut [f32],
        strip: &mut [Blank],
    ) {
        for y in (0..height).step_by(HEIGHT) {
            let y = y.min(height - HEIGHT);
            for x in (0..width).step_by(S::F32_LANES) {
                let x = x.min(width.saturating_sub(S::F32_LANES));
                let sums = self.block::<S, KERNEL, STRIDE, HEIGHT, READ>(simd, y, x);
                for row in 0..HEIGHT {
                    // Where rows are shorter than a vector it runs over into the next, which is put there after.
                    let held = &mut held[row * width + x..][..S::F32_LANES];
                    S::as_mut_simd_f32s(held).0[0] = sums[row];
                }
            }
            finish.row(from + y * width, &held[..HEIGHT * width], &mut strip[y * width..][..HEIGHT * width]);
        }
    }

    /// The sums of `HEIGHT` rows of a vector.
    #[inline(always)]
    fn block<S: Simd, const KERNEL: usize, const STRIDE: usize, const HEIGHT: usize, const READ: usize>(
        &self,
        simd: S,
        y: usize,
        x: usize,
    ) -> [S::f32s; HEIGHT] {
        // Two sums of each row take turns, since a sum has to wait for the one before.
        let mut sums = [[simd.splat_f32s(0.0); HEIGHT]; 2];
        let taps = KERNEL * KERNEL;
        let (pitch, part) = (self.frame.pitch, self.frame.rows * self.frame.pitch);
        let start = y * pitch + x;
        for (frame, weights) in self.frames.chunks_exact(self.frame.len()).zip(self.weights.chunks_exact(taps)) {
            unrolled!(PHASE in [0 1] {
                if PHASE < STRIDE {
                    let mut rows = [&[0.0; READABLE]; READ];
                    unrolled!(DOWN in [0 1 2 3 4 5 6 7 8 9 10 11 12] {
                        if DOWN < READ {
                            let place = (DOWN % STRIDE * STRIDE + PHASE) * part + DOWN / STRIDE * pitch + start;
                            rows[DOWN] = frame[place..].first_chunk().expect("room behind a frame");
                        }
                    });
                    unrolled!(RIGHT in [0 1 2 3 4 5 6] {
                        if RIGHT < KERNEL && RIGHT % STRIDE == PHASE {
                            let mut source = [simd.splat_f32s(0.0); READ];
                            unrolled!(DOWN in [0 1 2 3 4 5 6 7 8 9 10 11 12] {
                                if DOWN < READ {
                                    let row = &rows[DOWN][RIGHT / STRIDE..][..S::F32_LANES];
                                    source[DOWN] = S::as_simd_f32s(row).0[0];
                                }
                            });
                            unrolled!(DOWN in [0 1 2 3 4 5 6] {
                                if DOWN < KERNEL {
                                    let weight = simd.splat_f32s(weights[DOWN * KERNEL + RIGHT]);
                                    unrolled!(ROW in [0 1 2 3] {
                                        if ROW < HEIGHT {
                                            let sum = &mut sums[DOWN % 2][ROW];
                                            *sum = simd.mul_add_f32s(weight, source[ROW * STRIDE + DOWN], *sum);
                                        }
                                    });
                                }
                            });
                        }
                    });
                }
            });
        }
        let mut rows = sums[0];
        for row in 0..HEIGHT {
            rows[row] = simd.add_f32s(rows[row], sums[1][row]);
        }
        rows
    }
}
