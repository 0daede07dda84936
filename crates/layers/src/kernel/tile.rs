//! The two inner loops, a block of sums held in registers each.

use pulp::Simd;

/// Vectors of a panel's width in [`multiply`].
pub const PANEL: usize = 3;

/// `sums[i][·] (+)= Σₖ lhs[k][i] · rhs[k][·]` for `ROWS` rows and the first `WIDTH` vectors of a panel.
///
/// `lhs` has `ROWS` numbers a step, `rhs` has [`PANEL`] vectors a step, `sums` has rows of [`PANEL`] vectors.
#[inline(always)]
pub fn multiply<S: Simd, const ROWS: usize, const WIDTH: usize>(
    simd: S,
    lhs: &[f32],
    rhs: &[S::f32s],
    sums: &mut [S::f32s],
    fresh: bool,
) {
    let mut block = [[simd.splat_f32s(0.0); WIDTH]; ROWS];
    let (lhs, _) = lhs.as_chunks::<ROWS>();
    let (rhs, _) = rhs.as_chunks::<PANEL>();
    for (lhs, rhs) in lhs.iter().zip(rhs) {
        for row in 0..ROWS {
            let factor = simd.splat_f32s(lhs[row]);
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
