use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::columns::{Segment, panel_len};
use super::planes::Planes;
use super::scratch::with_scratch;
use super::tile::{PANEL, tile};
use super::{Columns, Finish};

/// Panels that share one pass over the weights.
const PANELS: usize = 4;

/// Columns that are packed once and shared by tasks that take some rows each.
const FEW: usize = 256;

/// Steps of the sum taken in one go: a panel of that depth stays in the first-level cache.
const DEPTH: usize = 256;

/// A weight matrix `[outputs, steps]`: row by row, or woven together in the order in which [`tile`] reads it, blocks of
/// rows with a step after another.
pub struct Weights<'a> {
    numbers: &'a [f32],
    outputs: usize,
    steps: usize,
    rows: usize,
    woven: bool,
}

impl<'a> Weights<'a> {
    /// A matrix as it is.
    pub fn plain(numbers: &'a [f32], outputs: usize, steps: usize) -> Self {
        Self { numbers, outputs, steps, rows: Arch::new().dispatch(RowsOfTile), woven: false }
    }

    /// Weaves the matrix whose rows `fill` writes, for `work`: `fill(row, rows, block)` interleaves `rows` rows from `row`
    /// on, where `block` has `steps` times `rows` numbers.
    pub fn weave<R>(
        outputs: usize,
        steps: usize,
        fill: impl Fn(usize, usize, &mut [f32]) + Sync,
        work: impl FnOnce(&Weights) -> R,
    ) -> R {
        let rows = Arch::new().dispatch(RowsOfTile);
        with_scratch(outputs.next_multiple_of(rows) * steps, |blocks| {
            if steps > 0 {
                blocks
                    .par_chunks_mut(rows * steps)
                    .enumerate()
                    .for_each(|(index, block)| fill(index * rows, rows, block));
            }
            work(&Weights { numbers: blocks, outputs, steps, rows, woven: true })
        })
    }
}

/// Rows whose sums fit the registers beside a panel.
pub struct RowsOfTile;

impl WithSimd for RowsOfTile {
    type Output = usize;
    fn with_simd<S: Simd>(self, _: S) -> usize {
        if S::F32_LANES == 8 { 4 } else { 8 }
    }
}

/// Where the grid lies in the planes.
#[derive(Debug, Clone, Copy)]
pub struct Placement {
    /// Output channel of the first row of the product.
    pub channel: usize,
    /// Numbers a row of the planes.
    pub width: usize,
    /// Rows and columns between grid positions.
    pub step: [usize; 2],
    pub origin: [usize; 2],
}

/// Multiplies weights with columns into planes.
///
/// Every output is summed by one thread in one order, so the result does not depend on the number of threads.
pub fn product(
    weights: &Weights,
    columns: &Columns,
    pictures: usize,
    planes: &Planes,
    place: Placement,
    finish: &Finish,
) {
    let total = pictures * columns.of_picture();
    let panel = Arch::new().dispatch(PanelWidth);
    let threads = rayon::current_num_threads();
    // A few blocks for each thread even where pictures are small; few columns all at once, so that weights are read once.
    let panels = total.div_ceil(panel);
    let wide = if total <= FEW { panels } else { panels.div_ceil(3 * threads).clamp(1, PANELS) } * panel;
    let blocks = total.div_ceil(wide);
    let row_blocks = weights.outputs.div_ceil(weights.rows);
    let parts =
        if blocks >= 2 * threads || weights.steps == 0 { 1 } else { (4 * threads).div_ceil(blocks).min(row_blocks) };
    let rows = row_blocks.div_ceil(parts) * weights.rows;
    let rounds = weights.steps.div_ceil(DEPTH).max(1);
    let depth = weights.steps.div_ceil(rounds);
    let packed_len = wide / panel * panel_len(depth, panel);
    let range = |block: usize| (block * wide, ((block + 1) * wide).min(total));
    let work = |task: usize, packed: Packed, sums: &mut [f32]| {
        let (block, part) = (task / parts, task % parts);
        let ((from, to), last) = (range(block), ((part + 1) * rows).min(weights.outputs));
        let place =
            Block { weights, columns, planes, place, finish, depth, from, to, first: part * rows, last, sums, packed };
        Arch::new().dispatch(place);
    };
    let tasks = (0..blocks * parts).into_par_iter().filter(|task| task % parts * rows < weights.outputs);
    if parts == 1 {
        tasks.for_each(|task| {
            with_scratch(rows * wide + packed_len, |scratch| {
                let (sums, packed) = scratch.split_at_mut(rows * wide);
                work(task, Packed::ByTask(packed), sums);
            });
        });
    } else {
        with_scratch(blocks * rounds * packed_len, |packed| {
            packed.par_chunks_mut(packed_len.max(1)).enumerate().for_each(|(index, packed)| {
                let ((from, to), step) = (range(index / rounds), index % rounds * depth);
                Arch::new().dispatch(Pack { columns, from, to, step, n: depth.min(weights.steps - step), packed });
            });
            tasks.for_each(|task| {
                let packed = &packed[task / parts * rounds * packed_len..][..rounds * packed_len];
                with_scratch(rows * wide, |sums| work(task, Packed::Before(packed, packed_len), sums));
            });
        });
    }
    planes.done();
}

/// Columns `from..to`, steps `step..step + n`, as panels.
struct Pack<'a> {
    columns: &'a Columns<'a>,
    from: usize,
    to: usize,
    step: usize,
    n: usize,
    packed: &'a mut [f32],
}

impl WithSimd for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let panel = PANEL * S::F32_LANES;
        let mut segments = Vec::new();
        self.columns.segments(self.from, self.to, panel, &mut segments);
        self.columns.pack(simd, &segments, self.step, self.n, panel, self.packed);
    }
}

/// The columns of a block as panels.
enum Packed<'a> {
    /// Room for those of a round, which the task fills.
    ByTask(&'a mut [f32]),
    /// Those of all rounds, which several tasks share, and the numbers of one.
    Before(&'a [f32], usize),
}

pub struct PanelWidth;

impl WithSimd for PanelWidth {
    type Output = usize;
    fn with_simd<S: Simd>(self, _: S) -> usize {
        PANEL * S::F32_LANES
    }
}

/// Output rows `first..last` for columns `from..to`, `depth` steps a round.
struct Block<'a, 'p> {
    weights: &'a Weights<'a>,
    columns: &'a Columns<'a>,
    planes: &'a Planes<'p>,
    place: Placement,
    finish: &'a Finish<'a>,
    depth: usize,
    from: usize,
    to: usize,
    first: usize,
    last: usize,
    sums: &'a mut [f32],
    packed: Packed<'a>,
}

impl WithSimd for Block<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.weights.rows == 4 { self.run::<S, 4>(simd) } else { self.run::<S, 8>(simd) }
    }
}

impl Block<'_, '_> {
    #[inline(always)]
    fn run<S: Simd, const ROWS: usize>(mut self, simd: S) {
        let panel = PANEL * S::F32_LANES;
        let rows = (self.last - self.first).next_multiple_of(ROWS);
        let (steps, depth) = (self.weights.steps, self.depth);
        let mut segments: Vec<Vec<Segment>> = Vec::new();
        if let Packed::ByTask(_) = self.packed {
            self.columns.segments(self.from, self.to, panel, &mut segments);
        }
        if steps == 0 {
            self.sums.fill(0.0);
        }
        for step in (0..steps).step_by(depth.max(1)) {
            let n = depth.min(steps - step);
            let packed = match &mut self.packed {
                Packed::ByTask(packed) => {
                    // All panels at once, since the source is then read in longer stretches.
                    self.columns.pack(simd, &segments, step, n, panel, packed);
                    &**packed
                }
                Packed::Before(packed, of_round) => &packed[step / depth * *of_round..],
            };
            for index in 0..(self.to - self.from).div_ceil(panel) {
                let (rhs, _) = S::as_simd_f32s(&packed[index * panel_len(n, panel)..][..n * panel]);
                let width = (self.to - self.from - index * panel).min(panel).div_ceil(S::F32_LANES);
                let (sums, _) = S::as_mut_simd_f32s(&mut self.sums[index * rows * panel..][..rows * panel]);
                for (block, sums) in sums.chunks_exact_mut(ROWS * PANEL).enumerate() {
                    let row = self.first + block * ROWS;
                    if self.weights.woven {
                        let lhs = &self.weights.numbers[(row * steps) + step * ROWS..][..n * ROWS];
                        tile::<S, ROWS>(simd, width, lhs.as_chunks().0, rhs, sums, step == 0);
                    } else {
                        // A row beyond the last stands for a sum that nobody reads.
                        let lhs: [&[f32]; ROWS] = std::array::from_fn(|index| {
                            let row = (row + index).min(self.weights.outputs - 1);
                            &self.weights.numbers[row * steps + step..][..n]
                        });
                        tile::<S, ROWS>(simd, width, lhs, rhs, sums, step == 0);
                    }
                }
            }
        }
        for (index, start) in (self.from..self.to).step_by(panel).enumerate() {
            let sums = &self.sums[index * rows * panel..][..rows * panel];
            self.write(sums, panel, start, (start + panel).min(self.to));
        }
    }

    /// Moves the sums of columns `from..to` to their places.
    #[expect(unsafe_code, reason = "tasks share out the planes")]
    #[inline(always)]
    fn write(&self, sums: &[f32], panel: usize, from: usize, to: usize) {
        let [_, width] = self.columns.grid();
        let of_picture = self.columns.of_picture();
        let Placement { channel, width: pitch, step, origin } = self.place;
        let plain = step == [1, 1] && pitch == width;
        let mut column = from;
        while column < to {
            let (picture, position) = (column / of_picture, column % of_picture);
            let (y, x) = (position / width, position % width);
            let len = if plain { of_picture - position } else { width - x }.min(to - column);
            let start = (y * step[0] + origin[0]) * pitch + x * step[1] + origin[1];
            let range = start..start + (len - 1) * step[1] + 1;
            for row in self.first..self.last {
                let sums = &sums[(row - self.first) * panel + column - from..][..len];
                // SAFETY: tasks have columns or rows of their own, and each column its own place in a plane.
                let target = unsafe { self.planes.strip(picture, channel + row, range.clone()) };
                if step[1] == 1 {
                    self.planes.finish(self.finish, picture, channel + row).row(start, sums, target);
                } else {
                    for (target, sum) in target.iter_mut().step_by(step[1]).zip(sums) {
                        target.write(*sum);
                    }
                }
            }
            column += len;
        }
    }
}
