use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::columns::panel_len;
use super::scratch::{Blank, with_scratch, written};
use super::tile::accumulate;
use super::{Columns, Window};

/// Positions summed in one go: their output gradients stay in the first-level cache.
const RUN: usize = 128;

/// Vectors of output channels held at once.
const WIDTH: usize = 4;

/// Rows of weights that a task holds the sums of, at most.
const ROWS: usize = 192;

/// The gradient of the weights.
///
/// One product of two wide matrices: the columns that the forward pass multiplies by, and the output gradient. Tasks share
/// out the rows of the former, so each sum is taken by one task in one order, whatever the number of threads.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn weight_gradient(window: &Window, input: &[f32], gradient: &[f32]) -> Vec<f32> {
    let len = window.channels[1] * window.inputs() * window.taps();
    // SAFETY: the groups have all rows between them, and each writes all columns of its own.
    unsafe { written(len, |result| weight_gradient_into(window, input, gradient, result)) }
}

fn weight_gradient_into(window: &Window, input: &[f32], gradient: &[f32], result: &mut [Blank]) {
    let (inputs, outputs) = (window.inputs(), window.outputs());
    let steps = inputs * window.taps();
    Columns::of_input(window, input, |columns| {
        for group in 0..window.groups {
            columns.begin_at(group * inputs);
            let result = &mut result[group * outputs * steps..][..outputs * steps];
            of_group(window, columns, gradient, group * outputs, result);
        }
    });
}

fn of_group(window: &Window, columns: &Columns, gradient: &[f32], first: usize, result: &mut [Blank]) {
    let (outputs, steps) = (window.outputs(), window.inputs() * window.taps());
    let lanes = Arch::new().dispatch(Lanes);
    let tile = if lanes == 8 { 3 } else { 6 };
    let padded = outputs.next_multiple_of(lanes);
    let chunks = steps.div_ceil(ROWS);
    let rows = steps.div_ceil(chunks).next_multiple_of(tile);
    let chunks = steps.div_ceil(rows);
    // Few rows leave cores idle, so pictures are shared out too: into a number of parts that the shape alone decides.
    let pictures = window.batch.div_ceil(16usize.div_ceil(chunks).min(window.batch));
    let parts = window.batch.div_ceil(pictures);
    let plane = columns.of_picture();
    // Of each row of the result the part that a chunk makes.
    let mut pieces: Vec<Vec<&mut [Blank]>> = (0..chunks).map(|_| Vec::with_capacity(outputs)).collect();
    for row in result.chunks_mut(steps) {
        pieces.iter_mut().zip(row.chunks_mut(rows)).for_each(|(pieces, piece)| pieces.push(piece));
    }
    with_scratch(window.batch * plane * padded, |turned| {
        let turned = &Turned::new(window, gradient, first, lanes, turned);
        let sum = |chunk: usize, part: usize, sums: &mut [f32]| {
            let from = chunk * rows;
            let range = (part * pictures).min(window.batch) * plane..((part + 1) * pictures).min(window.batch) * plane;
            sums.fill(0.0);
            with_scratch(panel_len(rows, RUN), |packed| {
                let n = rows.min(steps - from);
                Arch::new().dispatch(Chunk { columns, turned, from, n, range, sums, packed });
            });
        };
        if parts == 1 {
            pieces.into_par_iter().enumerate().for_each(|(chunk, mut pieces)| {
                with_scratch(rows * padded, |sums| {
                    sum(chunk, 0, sums);
                    // While they are in cache.
                    gather(&mut pieces, sums, rows, padded);
                });
            });
            return;
        }
        with_scratch(chunks * parts * rows * padded, |sums| {
            let tasks = sums.par_chunks_mut(rows * padded).enumerate();
            tasks.for_each(|(task, sums)| sum(task / parts, task % parts, sums));
            let chunks = pieces.into_par_iter().zip(sums.par_chunks(parts * rows * padded));
            chunks.for_each(|(mut pieces, sums)| gather(&mut pieces, sums, rows, padded));
        });
    });
}

/// Turns the sums of one chunk, added over its parts, into its piece of each row of the result.
fn gather(pieces: &mut [&mut [Blank]], sums: &[f32], rows: usize, padded: usize) {
    for (index, pieces) in pieces.chunks_mut(16).enumerate() {
        for row in 0..pieces[0].len() {
            let mut totals = [0.0; 16];
            for part in sums.chunks_exact(rows * padded) {
                for (total, sum) in totals.iter_mut().zip(&part[row * padded + 16 * index..][..pieces.len()]) {
                    *total += *sum;
                }
            }
            for (piece, total) in pieces.iter_mut().zip(&totals) {
                piece[row].write(*total);
            }
        }
    }
}

struct Lanes;

impl WithSimd for Lanes {
    type Output = usize;
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F32_LANES
    }
}

/// The output gradient of a group, turned: for blocks of output channels, a vector of channels for every position.
struct Turned<'a> {
    numbers: &'a [f32],
    /// Channels of each block, whole vectors.
    widths: Vec<usize>,
    positions: usize,
}

impl<'a> Turned<'a> {
    fn new(window: &Window, gradient: &[f32], first: usize, lanes: usize, numbers: &'a mut [f32]) -> Self {
        let (outputs, plane) = (window.outputs(), window.output_plane());
        let positions = window.batch * plane;
        let block = WIDTH * lanes;
        let padded = outputs.next_multiple_of(lanes);
        let widths: Vec<usize> = (0..padded).step_by(block).map(|at| block.min(padded - at)).collect();
        let mut pieces = Vec::new();
        let mut rest = &mut *numbers;
        for (index, width) in widths.iter().enumerate() {
            let (here, next) = rest.split_at_mut(positions * width);
            pieces.extend(
                here.chunks_mut(plane * width).enumerate().map(|(picture, piece)| (index, *width, picture, piece)),
            );
            rest = next;
        }
        pieces.into_par_iter().for_each(|(index, width, picture, piece)| {
            let channel = index * block;
            let here = width.min(outputs - channel);
            let source = &gradient[(picture * window.channels[1] + first + channel) * plane..][..here * plane];
            turn(source, plane, piece, width);
        });
        Self { numbers, widths, positions }
    }
}

/// `target[position][row] = source[row][position]`, sixteen positions at a time so that the target stays in cache.
fn turn(source: &[f32], plane: usize, target: &mut [f32], width: usize) {
    let rows = source.len() / plane;
    for (index, target) in target.chunks_mut(16 * width).enumerate() {
        if rows < width {
            target.fill(0.0);
        }
        for (row, source) in source.chunks_exact(plane).enumerate() {
            for (target, value) in target[row..].iter_mut().step_by(width).zip(&source[index * 16..]) {
                *target = *value;
            }
        }
    }
}

/// Rows `from..from + n` of the columns times the turned gradient, over positions `range`.
struct Chunk<'a> {
    columns: &'a Columns<'a>,
    turned: &'a Turned<'a>,
    from: usize,
    n: usize,
    range: Range<usize>,
    sums: &'a mut [f32],
    packed: &'a mut [f32],
}

impl WithSimd for Chunk<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::F32_LANES == 8 { self.run::<S, 3>(simd) } else { self.run::<S, 6>(simd) }
    }
}

impl Chunk<'_> {
    #[inline(always)]
    fn run<S: Simd, const TILE: usize>(self, simd: S) {
        let (sums, _) = S::as_mut_simd_f32s(self.sums);
        let stride = self.turned.widths.iter().sum::<usize>() / S::F32_LANES;
        let mut segments = Vec::new();
        for start in self.range.clone().step_by(RUN) {
            let len = RUN.min(self.range.end - start);
            self.columns.segments(start, start + len, RUN, &mut segments);
            self.columns.pack(simd, &segments, self.from, self.n, RUN, self.packed);
            let (mut block, mut column) = (0, 0);
            for &width in &self.turned.widths {
                let at = (block + start * width)..(block + (start + len) * width);
                let (rhs, _) = S::as_simd_f32s(&self.turned.numbers[at]);
                let tiles = self.n.div_ceil(TILE);
                for (sums, rows) in
                    sums.chunks_exact_mut(TILE * stride).zip(self.packed.chunks_exact(TILE * RUN)).take(tiles)
                {
                    let mut parts = rows.chunks_exact(RUN);
                    let rows: [&[f32]; TILE] = std::array::from_fn(|_| parts.next().unwrap_or_default());
                    let sums = &mut sums[column..];
                    match width / S::F32_LANES {
                        1 => accumulate::<S, TILE, 1>(simd, rows, rhs, sums, stride),
                        2 => accumulate::<S, TILE, 2>(simd, rows, rhs, sums, stride),
                        3 => accumulate::<S, TILE, 3>(simd, rows, rhs, sums, stride),
                        _ => accumulate::<S, TILE, 4>(simd, rows, rhs, sums, stride),
                    }
                }
                block += self.turned.positions * width;
                column += width / S::F32_LANES;
            }
        }
    }
}
