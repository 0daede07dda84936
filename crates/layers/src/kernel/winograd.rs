//! 3×3 convolutions of stride 1 with 16 multiplications for four outputs instead of 36: Lavin and Gray, *Fast Algorithms
//! for Convolutional Neural Networks*, 2015, F(2×2, 3×3).
//!
//! It takes differences of inputs, and that of two infinities is not a number. So it says of which pictures an output is not
//! finite: these are convolved tap by tap instead, which has infinities where they belong.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::columns::Segment;
use super::planes::Planes;
use super::product::{PanelWidth, RowsOfTile};
use super::scratch::with_scratch;
use super::tile::{PANEL, tile};
use super::{Columns, Finish, Window};

/// Numbers of a transformed tile.
const POINTS: usize = 16;

/// Output channels written together.
const TOGETHER: usize = 8;

/// A 3×3 convolution of one group with stride 1, seen from its source: the input going forward, the output gradient going
/// backward.
#[derive(Debug, Clone, Copy)]
pub struct Tiles {
    pub batch: usize,
    /// Of source and target.
    pub channels: [usize; 2],
    pub source: [usize; 2],
    pub target: [usize; 2],
    /// Rows and columns of zeros before the source.
    pub before: [usize; 2],
}

impl Tiles {
    /// The tiles of the forward pass, where this method pays.
    pub fn forward(window: &Window) -> Option<Self> {
        Self {
            batch: window.batch,
            channels: window.channels,
            source: window.size,
            target: window.output_size(),
            before: window.padding.map(|(before, _)| before),
        }
        .where_it_pays(window)
    }

    /// The tiles of the input gradient, where this method pays.
    pub fn backward(window: &Window) -> Option<Self> {
        let before = window.padding.map(|(before, _)| 2usize.checked_sub(before));
        Self {
            batch: window.batch,
            channels: [window.channels[1], window.channels[0]],
            source: window.output_size(),
            target: window.size,
            before: [before[0]?, before[1]?],
        }
        .where_it_pays(window)
    }

    /// Few channels do not pay for the transforms, and many make the transformed weights larger than the caches.
    fn where_it_pays(self, window: &Window) -> Option<Self> {
        let plain =
            window.kernel == [3, 3] && window.stride == [1, 1] && window.dilation == [1, 1] && window.groups == 1;
        let [inputs, outputs] = self.channels;
        let sizes = inputs >= 16 && outputs >= 16 && inputs * outputs <= 1 << 17;
        // Of one picture, so that its outputs do not depend on how many go together.
        let wide = self.grid()[0] * self.grid()[1] >= 16;
        (plain && sizes && wide).then_some(self)
    }

    fn grid(&self) -> [usize; 2] {
        self.target.map(|size| size.div_ceil(2))
    }

    fn count(&self) -> usize {
        self.batch * self.grid()[0] * self.grid()[1]
    }

    /// The 4×4 windows of stride 2 over the source.
    fn window(&self) -> Window {
        let grid = self.grid();
        Window {
            batch: self.batch,
            channels: self.channels,
            groups: 1,
            size: self.source,
            kernel: [4, 4],
            stride: [2, 2],
            padding: [0, 1].map(|axis| {
                let whole = 2 * grid[axis] + 2;
                (self.before[axis], whole.saturating_sub(self.source[axis] + self.before[axis]))
            }),
            dilation: [1, 1],
        }
    }
}

/// Numbers that transformed weights are.
pub fn weights_len(tiles: &Tiles) -> usize {
    let [inputs, outputs] = tiles.channels;
    outputs.next_multiple_of(Arch::new().dispatch(RowsOfTile)) * POINTS * inputs
}

/// Transforms weights, of which `weight(target, source)` is a 3×3 kernel.
pub fn transform(tiles: &Tiles, weight: impl Fn(usize, usize) -> [f32; 9] + Sync, weights: &mut [f32]) {
    let rows = Arch::new().dispatch(RowsOfTile);
    let [inputs, outputs] = tiles.channels;
    weights.par_chunks_mut(POINTS * inputs * rows).enumerate().for_each(|(block, weights)| {
        let here = rows.min(outputs - block * rows);
        Arch::new().dispatch(Kernels { weight: &weight, first: block * rows, here, rows, inputs, weights });
    });
}

/// Convolves with transformed weights. Gives the pictures whose outputs are not all finite.
pub fn convolve(tiles: &Tiles, source: &[f32], weights: &[f32], planes: &Planes, finish: &Finish) -> Vec<usize> {
    let rows = Arch::new().dispatch(RowsOfTile);
    let infinite: Vec<AtomicBool> = (0..tiles.batch).map(|_| AtomicBool::new(false)).collect();
    Columns::of_input(&tiles.window(), source, |columns| {
        panels(tiles, columns, weights, rows, planes, finish, &infinite);
    });
    planes.done();
    (0..tiles.batch).filter(|picture| infinite[*picture].load(Relaxed)).collect()
}

/// Shares the tiles out.
fn panels(
    tiles: &Tiles,
    columns: &Columns,
    weights: &[f32],
    rows: usize,
    planes: &Planes,
    finish: &Finish,
    infinite: &[AtomicBool],
) {
    let [inputs, outputs] = tiles.channels;
    let lanes = Arch::new().dispatch(PanelWidth) / PANEL;
    // Narrower panels where there are few tiles, so that there are panels for several threads.
    let wide = if tiles.count() < 8 * PANEL * lanes { 2 * lanes } else { PANEL * lanes };
    let stride = PANEL * lanes;
    // A row of room after each point: a distance of whole pages would put all points into the same cache set.
    let (points, sums) = (POINTS * (inputs + 1) * stride, POINTS * (outputs.next_multiple_of(rows) + 1) * stride);
    (0..tiles.count().div_ceil(wide)).into_par_iter().for_each(|panel| {
        let (from, to) = (panel * wide, ((panel + 1) * wide).min(tiles.count()));
        with_scratch(points + sums + 4 * TOGETHER * stride, |scratch| {
            let (points, rest) = scratch.split_at_mut(points);
            let (sums, packed) = rest.split_at_mut(sums);
            let task =
                Panel { tiles, columns, weights, rows, planes, finish, infinite, from, to, points, sums, packed };
            Arch::new().dispatch(task);
        });
    });
}

/// The transformed kernels of a block of rows.
struct Kernels<'a, F> {
    weight: &'a F,
    first: usize,
    here: usize,
    rows: usize,
    inputs: usize,
    weights: &'a mut [f32],
}

impl<F: Fn(usize, usize) -> [f32; 9]> WithSimd for Kernels<'_, F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { weight, first, here, rows, inputs, weights } = self;
        for input in 0..inputs {
            let mut kernels = [[0.0f32; 8]; 9];
            for row in 0..here {
                let kernel = weight(first + row, input);
                for tap in 0..9 {
                    kernels[tap][row] = kernel[tap];
                }
            }
            let points = kernel_points(&kernels);
            for point in 0..POINTS {
                weights[(point * inputs + input) * rows..][..rows].copy_from_slice(&points[point][..rows]);
            }
        }
    }
}

/// `G · g · Gᵀ` in eight lanes.
#[inline(always)]
fn kernel_points(kernel: &[[f32; 8]; 9]) -> [[f32; 8]; POINTS] {
    let mut half = [[0.0; 8]; 12];
    for column in 0..3 {
        let line = stretch([kernel[column], kernel[3 + column], kernel[6 + column]]);
        for row in 0..4 {
            half[row * 3 + column] = line[row];
        }
    }
    let mut points = [[0.0; 8]; POINTS];
    for row in 0..4 {
        points[row * 4..][..4].copy_from_slice(&stretch([half[row * 3], half[row * 3 + 1], half[row * 3 + 2]]));
    }
    points
}

#[inline(always)]
fn stretch([a, b, c]: [[f32; 8]; 3]) -> [[f32; 8]; 4] {
    let mut out = [a, a, a, c];
    for lane in 0..8 {
        out[1][lane] = 0.5 * (a[lane] + b[lane] + c[lane]);
        out[2][lane] = 0.5 * (a[lane] - b[lane] + c[lane]);
    }
    out
}

/// All output channels of tiles `from..to`.
struct Panel<'a, 'p> {
    tiles: &'a Tiles,
    columns: &'a Columns<'a>,
    weights: &'a [f32],
    rows: usize,
    planes: &'a Planes<'p>,
    finish: &'a Finish<'a>,
    infinite: &'a [AtomicBool],
    from: usize,
    to: usize,
    points: &'a mut [f32],
    sums: &'a mut [f32],
    packed: &'a mut [f32],
}

impl WithSimd for Panel<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.rows == 4 { self.run::<S, 4>(simd) } else { self.run::<S, 8>(simd) }
    }
}

impl Panel<'_, '_> {
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize>(self, simd: S) {
        let [inputs, outputs] = self.tiles.channels;
        let stride = PANEL * S::F32_LANES;
        let width = (self.to - self.from).div_ceil(S::F32_LANES);
        let mut segments: Vec<Vec<Segment>> = Vec::new();
        self.columns.segments(self.from, self.to, stride, &mut segments);
        let (points, _) = S::as_mut_simd_f32s(self.points);
        for input in 0..inputs {
            self.columns.pack(simd, &segments, input * POINTS, POINTS, stride, self.packed);
            let (tile, _) = S::as_simd_f32s(&self.packed[..POINTS * stride]);
            tile_points(simd, tile, &mut points[input * PANEL..], (inputs + 1) * PANEL, width);
        }
        let height = outputs.next_multiple_of(ROWS);
        let (sums, _) = S::as_mut_simd_f32s(self.sums);
        for point in 0..POINTS {
            let rhs = &points[point * (inputs + 1) * PANEL..][..inputs * PANEL];
            let sums = &mut sums[point * (height + 1) * PANEL..][..height * PANEL];
            for (block, sums) in sums.chunks_exact_mut(ROWS * PANEL).enumerate() {
                let lhs = &self.weights[(block * POINTS + point) * inputs * ROWS..][..inputs * ROWS];
                tile::<S, ROWS>(simd, width, lhs.as_chunks().0, rhs, sums, true);
            }
        }
        // Of each tile 0 times all its outputs, which is not a number where one of them is not finite.
        let zero = simd.splat_f32s(0.0);
        let mut nothing = [zero; PANEL];
        let mut first = 0;
        while first < outputs {
            let (sums, _) = S::as_simd_f32s(self.sums);
            let n = TOGETHER.min(outputs - first);
            let (squares, _) = S::as_mut_simd_f32s(&mut self.packed[..4 * n * stride]);
            for index in 0..n {
                for column in 0..width {
                    let mut line = [simd.splat_f32s(0.0); POINTS];
                    for point in 0..POINTS {
                        line[point] = sums[(point * (height + 1) + first + index) * PANEL + column];
                    }
                    let line = square(simd, &line);
                    for part in 0..4 {
                        squares[(index * 4 + part) * PANEL + column] = line[part];
                        nothing[column] = simd.mul_add_f32s(line[part], zero, nothing[column]);
                    }
                }
            }
            self.write(first, n, stride);
            first += n;
        }
        S::as_mut_simd_f32s(&mut self.packed[..stride]).0.copy_from_slice(&nothing);
        let of_picture = self.tiles.grid()[0] * self.tiles.grid()[1];
        for (tile, nothing) in (self.from..self.to).zip(&*self.packed) {
            if nothing.is_nan() {
                self.infinite[tile / of_picture].store(true, Relaxed);
            }
        }
    }

    /// Moves the outputs of some channels to their places in the planes.
    #[expect(unsafe_code, reason = "tasks share out the planes")]
    #[inline(always)]
    fn write(&self, first: usize, n: usize, stride: usize) {
        let [rows, columns] = self.tiles.grid();
        let [height, width] = self.tiles.target;
        let mut tile = self.from;
        while tile < self.to {
            let (picture, position) = (tile / (rows * columns), tile % (rows * columns));
            let (y, x) = (position / columns, position % columns);
            let len = (columns - x).min(self.to - tile);
            for index in 0..n {
                let channel = first + index;
                let finish = self.planes.finish(self.finish, picture, channel);
                let squares = &self.packed[index * 4 * stride + tile - self.from..];
                for half in 0..2.min(height - 2 * y) {
                    let [left, right] = [2 * half, 2 * half + 1].map(|part| &squares[part * stride..][..len]);
                    let at = (2 * y + half) * width + 2 * x;
                    let range = at..at + (width - 2 * x).min(2 * len);
                    // SAFETY: tasks have tiles of their own, and each tile its own places in a plane.
                    let target = unsafe { self.planes.strip(picture, channel, range) };
                    finish.pairs(at, left, right, target);
                }
            }
            tile += len;
        }
    }
}

/// `Bᵀ · d · B` of a column of tiles.
#[inline(always)]
fn tile_points<S: Simd>(simd: S, tile: &[S::f32s], points: &mut [S::f32s], stride: usize, width: usize) {
    let (tile, _) = tile.as_chunks::<PANEL>();
    for column in 0..width {
        let mut down = [[simd.splat_f32s(0.0); 4]; 4];
        for x in 0..4 {
            let [a, b, c, d] = [tile[x][column], tile[4 + x][column], tile[8 + x][column], tile[12 + x][column]];
            down[x] = differences(simd, a, b, c, d);
        }
        for row in 0..4 {
            let line = differences(simd, down[0][row], down[1][row], down[2][row], down[3][row]);
            for x in 0..4 {
                points[(row * 4 + x) * stride + column] = line[x];
            }
        }
    }
}

#[inline(always)]
fn differences<S: Simd>(simd: S, a: S::f32s, b: S::f32s, c: S::f32s, d: S::f32s) -> [S::f32s; 4] {
    [simd.sub_f32s(a, c), simd.add_f32s(b, c), simd.sub_f32s(c, b), simd.sub_f32s(b, d)]
}

/// `Aᵀ · m · A`: the four outputs of a column of tiles.
#[inline(always)]
fn square<S: Simd>(simd: S, points: &[S::f32s; POINTS]) -> [S::f32s; 4] {
    let mut down = [[simd.splat_f32s(0.0); 2]; 4];
    for x in 0..4 {
        down[x] = halves(simd, points[x], points[4 + x], points[8 + x], points[12 + x]);
    }
    let [a, b] = halves(simd, down[0][0], down[1][0], down[2][0], down[3][0]);
    let [c, d] = halves(simd, down[0][1], down[1][1], down[2][1], down[3][1]);
    [a, b, c, d]
}

#[inline(always)]
fn halves<S: Simd>(simd: S, a: S::f32s, b: S::f32s, c: S::f32s, d: S::f32s) -> [S::f32s; 2] {
    [simd.add_f32s(simd.add_f32s(a, b), c), simd.sub_f32s(simd.sub_f32s(b, c), d)]
}
