use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::direct;
use super::frame::Frame;
use super::scratch::{Blank, with_scratch, written};
use super::vectorized::vectorized;
use super::{Finish, Window};

/// Vectors of outputs held at once.
const BLOCK: usize = 4;

/// Room behind a plane, so that blocks need not end with it.
const ROOM: usize = 16 * BLOCK;

/// The convolution of each channel with its own kernel.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn forward(window: &Window, input: &[f32], weight: &[f32], finish: &Finish) -> Vec<f32> {
    let [height, width] = window.output_size();
    let len = window.batch * window.channels[1] * height * width;
    // SAFETY: every plane has `height` rows of `width` numbers, and all are written.
    unsafe { written(len, |output| forward_into(window, input, weight, finish, output)) }
}

fn forward_into(window: &Window, input: &[f32], weight: &[f32], finish: &Finish, output: &mut [Blank]) {
    if direct::fits(window) {
        return direct::forward(window, input, weight, finish, output);
    }
    let [height, width] = window.output_size();
    let frame = Frame::of_input(window, 2 * ROOM);
    let (taps, offsets) = (window.taps(), frame.offsets(window));
    output.par_chunks_mut(height * width).enumerate().for_each(|(index, output)| {
        let channel = index % window.groups;
        let plane = &input[index * window.input_plane()..][..window.input_plane()];
        let flat = (height - 1) * frame.pitch + width;
        with_scratch(frame.len() + flat.next_multiple_of(ROOM) + ROOM, |scratch| {
            let (source, sums) = scratch.split_at_mut(frame.len());
            frame.fill(window, plane, source);
            let weights = &weight[channel * taps..][..taps];
            let sums = &mut sums[..flat.next_multiple_of(ROOM)];
            Arch::new().dispatch(Correlate { source, offsets: &offsets, weights, sums });
            write(sums, frame.pitch, width, [index, channel], finish, output);
        });
    });
}

vectorized! {
    fn write<'a>(
        sums: &'a [f32],
        pitch: usize,
        width: usize,
        place: [usize; 2],
        finish: &'a Finish<'a>,
        output: &'a mut [Blank],
    ) -> () {
        let finish = finish.of(place[0], place[1], output.len());
        for (y, (output, sums)) in output.chunks_exact_mut(width).zip(sums.chunks(pitch)).enumerate() {
            finish.row(y * width, &sums[..width], output);
        }
    }
}

/// The gradient of the input.
pub fn input_gradient(window: &Window, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
    if let Some((turned, kernels)) = direct::turned(window, weight) {
        return forward(&turned, gradient, &kernels, &Finish::default());
    }
    let mut output = vec![0.0; window.batch * window.channels[0] * window.input_plane()];
    if output.is_empty() {
        return output;
    }
    let taps = window.taps();
    let phases: Vec<Phase> = (0..window.stride[0].min(window.size[0]))
        .flat_map(|y| (0..window.stride[1].min(window.size[1])).map(move |x| Phase::new(window, [y, x])))
        .collect();
    let [rows, pitch] = window.output_size();
    output.par_chunks_mut(window.input_plane()).enumerate().for_each(|(index, output)| {
        let channel = index % window.groups;
        let plane = &gradient[index * rows * pitch..][..rows * pitch];
        for phase in &phases {
            let flat = (phase.grid[0] - 1) * phase.size[1] + phase.grid[1];
            let len = phase.size[0] * phase.size[1] + ROOM * 2;
            with_scratch(len + flat.next_multiple_of(ROOM), |scratch| {
                let (source, sums) = scratch.split_at_mut(len);
                source.fill(0.0);
                let [top, left] = phase.before;
                for (row, target) in
                    plane.chunks_exact(pitch).zip(source[top * phase.size[1]..].chunks_mut(phase.size[1]))
                {
                    target[left..left + pitch].copy_from_slice(row);
                }
                let weights: Vec<f32> = phase.taps.iter().map(|tap| weight[channel * taps + tap]).collect();
                Arch::new().dispatch(Correlate { source, offsets: &phase.offsets, weights: &weights, sums });
                let [down, right] = window.stride;
                for (y, sums) in sums.chunks(phase.size[1]).take(phase.grid[0]).enumerate() {
                    let row = &mut output[(y * down + phase.at[0]) * window.size[1]..][..window.size[1]];
                    for (target, sum) in row[phase.at[1]..].iter_mut().step_by(right).zip(sums) {
                        *target = *sum;
                    }
                }
            });
        }
    });
    output
}

/// The gradient of the weights: a dot product for every tap and plane, then a sum over the pictures.
pub fn weight_gradient(window: &Window, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let frame = Frame::of_input(window, 2 * ROOM);
    let offsets = frame.offsets(window);
    let [height, width] = window.output_size();
    let taps = window.taps();
    let mut parts = vec![0.0; window.batch * window.groups * taps];
    parts.par_chunks_mut(taps.max(1)).enumerate().for_each(|(index, part)| {
        let plane = &input[index * window.input_plane()..][..window.input_plane()];
        let gradient = &gradient[index * height * width..][..height * width];
        let flat = ((height - 1) * frame.pitch + width).next_multiple_of(ROOM);
        with_scratch(frame.len() + flat, |scratch| {
            let (source, spread) = scratch.split_at_mut(frame.len());
            frame.fill(window, plane, source);
            spread.fill(0.0);
            for (target, row) in spread.chunks_mut(frame.pitch).zip(gradient.chunks_exact(width)) {
                target[..width].copy_from_slice(row);
            }
            Arch::new().dispatch(Dots { source, offsets: &offsets, gradient: spread, results: part });
            if part.iter().any(|dot| !dot.is_finite()) {
                dots_by_rows(source, &frame, &offsets, gradient, width, part);
            }
        });
    });
    let mut result = vec![0.0; window.groups * taps];
    for part in parts.chunks_exact((window.groups * taps).max(1)) {
        for (result, part) in result.iter_mut().zip(part) {
            *result += *part;
        }
    }
    result
}

/// [`Dots`] without the gaps between the rows of the gradient, where 0 times what is not finite is not 0.
fn dots_by_rows(source: &[f32], frame: &Frame, offsets: &[usize], gradient: &[f32], width: usize, results: &mut [f32]) {
    for (offset, dot) in offsets.iter().zip(results) {
        let rows = gradient.chunks_exact(width).enumerate();
        let of_row = |(y, row): (usize, &[f32])| {
            row.iter().zip(&source[offset + y * frame.pitch..]).map(|(gradient, source)| gradient * source).sum::<f32>()
        };
        *dot = rows.map(of_row).sum();
    }
}

/// The input positions of one remainder by the stride, and how the output gradient reaches them.
struct Phase {
    at: [usize; 2],
    grid: [usize; 2],
    /// Rows and columns of zeros before the gradient, and sides of the padded whole.
    before: [usize; 2],
    size: [usize; 2],
    taps: Vec<usize>,
    offsets: Vec<usize>,
}

impl Phase {
    fn new(window: &Window, at: [usize; 2]) -> Self {
        let grid = [0, 1].map(|axis| (window.size[axis] + window.stride[axis] - 1 - at[axis]) / window.stride[axis]);
        let reach = |axis: usize, offset: isize| {
            let (reach, step) = (at[axis] as isize - offset, window.stride[axis] as isize);
            (reach.rem_euclid(step) == 0).then(|| reach.div_euclid(step))
        };
        let (taps, moves): (Vec<usize>, Vec<[isize; 2]>) =
            window.offsets().enumerate().filter_map(|(tap, [y, x])| Some((tap, [reach(0, y)?, reach(1, x)?]))).unzip();
        let least = |axis: usize| moves.iter().map(|at| at[axis]).min().unwrap_or(0).min(0).unsigned_abs();
        let most = |axis: usize| moves.iter().map(|at| at[axis]).max().unwrap_or(0).max(0) as usize;
        let before = [0, 1].map(least);
        let output = window.output_size();
        let size = [0, 1].map(|axis| before[axis] + output[axis].max(grid[axis] + most(axis)));
        let offsets = moves
            .iter()
            .map(|[y, x]| {
                let (y, x) = (y + before[0] as isize, x + before[1] as isize);
                y as usize * size[1] + x as usize
            })
            .collect();
        Self { at, grid, before, size, taps, offsets }
    }
}

/// `sums[i] = Σₜ weights[t] · source[i + offsets[t]]`, for whole blocks.
struct Correlate<'a> {
    source: &'a [f32],
    offsets: &'a [usize],
    weights: &'a [f32],
    sums: &'a mut [f32],
}

impl WithSimd for Correlate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (sums, _) = S::as_mut_simd_f32s(self.sums);
        let (sums, _) = sums.as_chunks_mut::<BLOCK>();
        let block = BLOCK * S::F32_LANES;
        for (index, sums) in sums.iter_mut().enumerate() {
            let mut held = [simd.splat_f32s(0.0); BLOCK];
            for (offset, weight) in self.offsets.iter().zip(self.weights) {
                let from = offset + index * block;
                let (source, _) = S::as_simd_f32s(&self.source[from..from + block]);
                let weight = simd.splat_f32s(*weight);
                for (held, source) in held.iter_mut().zip(source) {
                    *held = simd.mul_add_f32s(weight, *source, *held);
                }
            }
            *sums = held;
        }
    }
}

/// `results[t] = Σᵢ gradient[i] · source[i + offsets[t]]`.
struct Dots<'a> {
    source: &'a [f32],
    offsets: &'a [usize],
    gradient: &'a [f32],
    results: &'a mut [f32],
}

impl WithSimd for Dots<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (gradient, _) = S::as_simd_f32s(self.gradient);
        let (gradient, _) = gradient.as_chunks::<BLOCK>();
        for (offset, dot) in self.offsets.iter().zip(self.results) {
            let (source, _) = S::as_simd_f32s(&self.source[*offset..]);
            let (source, _) = source.as_chunks::<BLOCK>();
            let mut held = [simd.splat_f32s(0.0); BLOCK];
            for (gradient, source) in gradient.iter().zip(source) {
                for lane in 0..BLOCK {
                    held[lane] = simd.mul_add_f32s(gradient[lane], source[lane], held[lane]);
                }
            }
            let [a, b, c, d] = held;
            *dot = simd.reduce_sum_f32s(simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d)));
        }
    }
}
