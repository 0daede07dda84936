//! Products of matrices that stay in the caches of a core.

use pulp::Simd;

use crate::kernel::tile::{Factors, PANEL, tile};

/// Numbers of a panel's row.
#[inline(always)]
pub fn panel<S: Simd>() -> usize {
    PANEL * S::F32_LANES
}

/// Numbers of `width` columns as whole panels of `steps` rows.
#[inline(always)]
pub fn packed_len<S: Simd>(steps: usize, width: usize) -> usize {
    width.next_multiple_of(panel::<S>()) * steps
}

/// The right side of a product, whose row `k` is `row(k)`, as panels.
#[inline(always)]
pub fn pack_rows<'r, S: Simd>(steps: usize, width: usize, row: impl Fn(usize) -> &'r [f32], packed: &mut [f32]) {
    let panel = panel::<S>();
    for (index, packed) in packed.chunks_exact_mut(steps * panel).enumerate() {
        let (from, to) = (index * panel, ((index + 1) * panel).min(width));
        for (step, packed) in packed.chunks_exact_mut(panel).enumerate() {
            let (numbers, rest) = packed.split_at_mut(to - from);
            numbers.copy_from_slice(&row(step)[from..to]);
            rest.fill(0.0);
        }
    }
}

/// The same, whose column `j` is `column(j)`.
#[inline(always)]
pub fn pack_columns<'r, S: Simd>(steps: usize, width: usize, column: impl Fn(usize) -> &'r [f32], packed: &mut [f32]) {
    let panel = panel::<S>();
    for (index, packed) in packed.chunks_exact_mut(steps * panel).enumerate() {
        for at in 0..panel {
            let places = packed[at..].iter_mut().step_by(panel);
            if index * panel + at < width {
                places.zip(&column(index * panel + at)[..steps]).for_each(|(place, number)| *place = *number);
            } else {
                places.for_each(|place| *place = 0.0);
            }
        }
    }
}

/// Eight rows of a left side that lie one after another, or beside one another: number `k` of row `i` is `numbers[k * step + i]`.
#[derive(Clone, Copy)]
struct Beside<'a> {
    numbers: &'a [f32],
    step: usize,
}

impl<const ROWS: usize> Factors<ROWS> for Beside<'_> {
    #[inline(always)]
    fn first(self, steps: usize) -> Self {
        Self { numbers: &self.numbers[..(steps - 1) * self.step + ROWS], ..self }
    }

    #[inline(always)]
    fn at(&self, step: usize, row: usize) -> f32 {
        self.numbers[step * self.step + row]
    }
}

/// The left side of a product.
pub enum Left<'a, F> {
    /// Row `i` is `row(i)`; one beyond the last is asked for as the last.
    Rows(F),
    /// Row `i` is column `i` of a matrix with rows of `step` numbers, eight at least to the right of each column that there is.
    Columns { numbers: &'a [f32], step: usize },
}

/// `left · right`, `height` rows of `width` numbers: of each panel its rows, eight at a time. Added to what `sums` hold, unless `fresh`.
#[inline(always)]
pub fn multiply<'r, S: Simd, F: Fn(usize) -> &'r [f32]>(
    simd: S,
    left: &Left<'_, F>,
    right: &[f32],
    sizes: [usize; 3],
    sums: &mut [f32],
    fresh: bool,
) {
    if S::F32_LANES == 8 {
        multiply_by::<S, F, 4>(simd, left, right, sizes, sums, fresh);
    } else {
        multiply_by::<S, F, 8>(simd, left, right, sizes, sums, fresh);
    }
}

/// The same, so many rows in registers.
#[inline(always)]
fn multiply_by<'r, S: Simd, F: Fn(usize) -> &'r [f32], const ROWS: usize>(
    simd: S,
    left: &Left<'_, F>,
    right: &[f32],
    [height, steps, width]: [usize; 3],
    sums: &mut [f32],
    fresh: bool,
) {
    let panel = panel::<S>();
    let panels = right.chunks_exact(steps * panel).zip(sums.chunks_exact_mut(height.next_multiple_of(8) * panel));
    for (index, (right, sums)) in panels.enumerate() {
        let vectors = (width - index * panel).min(panel).div_ceil(S::F32_LANES);
        let (right, _) = S::as_simd_f32s(right);
        let (sums, _) = S::as_mut_simd_f32s(sums);
        for (block, sums) in sums.chunks_exact_mut(ROWS * PANEL).enumerate() {
            let first = block * ROWS;
            match left {
                Left::Rows(row) => {
                    let mut rows: [&[f32]; ROWS] = [&[]; ROWS];
                    for (at, place) in rows.iter_mut().enumerate() {
                        *place = row((first + at).min(height - 1));
                    }
                    tile::<S, ROWS>(simd, vectors, rows, right, sums, fresh);
                }
                Left::Columns { numbers, step } => {
                    let left = Beside { numbers: &numbers[first..], step: *step };
                    tile::<S, ROWS>(simd, vectors, left, right, sums, fresh);
                }
            }
        }
    }
}

/// Row `row` of such sums, of `height` rows, into `target`.
#[inline(always)]
pub fn row_of<S: Simd>(sums: &[f32], height: usize, row: usize, target: &mut [f32]) {
    let panel = panel::<S>();
    let rows = height.next_multiple_of(8);
    for (target, sums) in target.chunks_mut(panel).zip(sums.chunks_exact(rows * panel)) {
        let len = target.len();
        target.copy_from_slice(&sums[row * panel..][..len]);
    }
}
