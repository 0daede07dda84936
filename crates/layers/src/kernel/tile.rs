//! The two inner loops, a block of sums held in registers each.

use pulp::Simd;

/// Vectors of a panel's width in [`tile`].
pub const PANEL: usize = 3;

/// The left side of a product: `ROWS` factors for each step.
pub trait Factors<const ROWS: usize>: Copy {
    /// Those of the first `steps`, so that the loop over them needs no checks.
    fn first(self, steps: usize) -> Self;
    fn at(&self, step: usize, row: usize) -> f32;
}

/// Woven together, a step after another.
impl<const ROWS: usize> Factors<ROWS> for &[[f32; ROWS]] {
    #[inline(always)]
    fn first(self, steps: usize) -> Self {
        &self[..steps]
    }

    #[inline(always)]
    fn at(&self, step: usize, row: usize) -> f32 {
        self[step][row]
    }
}

/// Rows of a matrix as it is.
impl<const ROWS: usize> Factors<ROWS> for [&[f32]; ROWS] {
    #[inline(always)]
    fn first(self, steps: usize) -> Self {
        self.map(|row| &row[..steps])
    }

    #[inline(always)]
    fn at(&self, step: usize, row: usize) -> f32 {
        self[row][step]
    }
}

/// `sums[i][·] (+)= Σₖ lhs[k][i] · rhs[k][·]` for `ROWS` rows and the first `WIDTH` vectors of a panel.
///
/// `rhs` has [`PANEL`] vectors a step, `sums` has rows of [`PANEL`] vectors.
#[inline(always)]
fn multiply<S: Simd, const ROWS: usize, const WIDTH: usize>(
    simd: S,
    lhs: impl Factors<ROWS>,
    rhs: &[S::f32s],
    sums: &mut [S::f32s],
    fresh: bool,
) {
    let mut block = [[simd.splat_f32s(0.0); WIDTH]; ROWS];
    let (rhs, _) = rhs.as_chunks::<PANEL>();
    let lhs = lhs.first(rhs.len());
    for (step, rhs) in rhs.iter().enumerate() {
        for row in 0..ROWS {
            let factor = simd.splat_f32s(lhs.at(step, row));
            for column in 0..WIDTH {
                block[row][column] = simd.mul_add_f32s(factor, rhs[column], block[row][column]);
            }
        }
    }
    let (sums, _) = sums.as_chunks_mut::<PANEL>();
    for (sums, block) in sums[..ROWS].iter_mut().zip(&block) {
        for column in 0..WIDTH {
            sums[column] = if fresh { block[column] } else { simd.add_f32s(sums[column], block[column]) };
        }
    }
}

/// [`multiply`] for the first `width` vectors.
#[inline(always)]
pub fn tile<S: Simd, const ROWS: usize>(
    simd: S,
    width: usize,
    lhs: impl Factors<ROWS>,
    rhs: &[S::f32s],
    sums: &mut [S::f32s],
    fresh: bool,
) {
    match width {
        1 => multiply::<S, ROWS, 1>(simd, lhs, rhs, sums, fresh),
        2 => multiply::<S, ROWS, 2>(simd, lhs, rhs, sums, fresh),
        _ => multiply::<S, ROWS, 3>(simd, lhs, rhs, sums, fresh),
    }
}

/// `sums[i][·] += Σₙ rows[i][n] · rhs[n][·]` for `ROWS` rows of scalars and `WIDTH` vectors a step.
///
/// `sums` has rows of `stride` vectors.
#[inline(always)]
pub fn accumulate<S: Simd, const ROWS: usize, const WIDTH: usize>(
    simd: S,
    rows: [&[f32]; ROWS],
    rhs: &[S::f32s],
    sums: &mut [S::f32s],
    stride: usize,
) {
    let mut block = [[simd.splat_f32s(0.0); WIDTH]; ROWS];
    let (rhs, _) = rhs.as_chunks::<WIDTH>();
    let rows = rows.map(|row| &row[..rhs.len()]);
    for (n, rhs) in rhs.iter().enumerate() {
        for row in 0..ROWS {
            let factor = simd.splat_f32s(rows[row][n]);
            for column in 0..WIDTH {
                block[row][column] = simd.mul_add_f32s(factor, rhs[column], block[row][column]);
            }
        }
    }
    for (row, block) in block.iter().enumerate() {
        let sums = &mut sums[row * stride..][..WIDTH];
        for column in 0..WIDTH {
            sums[column] = simd.add_f32s(sums[column], block[column]);
        }
    }
}
