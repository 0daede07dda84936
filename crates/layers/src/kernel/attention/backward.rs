//! The gradient of attention: Dao and others, 2022, appendix B.2.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::matrix::{Left, multiply, pack_columns, pack_rows, packed_len, row_of};
use super::{AttentionShape, QUERIES, WIDEST, put, weigh};
use crate::kernel::planes::Planes;
use crate::kernel::scratch::{Blank, with_scratch, written};
use crate::kernel::softmax::sum;

/// The gradient of queries, keys and values, given the output's.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn gradient(heads: &AttentionShape, all: &[f32], gradient: &[f32]) -> Vec<f32> {
    // SAFETY: tasks have all heads and pictures between them, and each writes all three parts of all tokens of its own.
    unsafe { written(all.len(), |output| gradient_into(heads, all, gradient, output)) }
}

fn gradient_into(heads: &AttentionShape, all: &[f32], gradient: &[f32], output: &mut [Blank]) {
    let planes = &Planes::new(output, heads.each, 3 * heads.heads);
    let (tokens, each) = (heads.tokens.next_multiple_of(WIDEST), heads.each.next_multiple_of(WIDEST));
    let room = 6 * tokens * each + 2 * QUERIES * (tokens + each) + (2 * QUERIES + 1) * heads.row();
    (0..heads.pictures * heads.heads).into_par_iter().for_each(|task| {
        with_scratch(room, |scratch| {
            let (picture, head) = (task / heads.heads, task % heads.heads);
            Arch::new().dispatch(Task { heads, all, gradient, planes, picture, head, scratch });
        });
    });
    planes.done();
}

/// A head of a picture.
struct Task<'a, 'p> {
    heads: &'a AttentionShape,
    all: &'a [f32],
    gradient: &'a [f32],
    planes: &'a Planes<'p>,
    picture: usize,
    head: usize,
    scratch: &'a mut [f32],
}

impl WithSimd for Task<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { heads, all, gradient, picture, head, scratch, .. } = self;
        let AttentionShape { tokens, each, .. } = *heads;
        let part = |part: usize| move |token: usize| heads.part(all, picture, head, part, token);
        let of_output = |token: usize| {
            let from = (picture * tokens + token) * heads.width() + head * each;
            &gradient[from..from + each]
        };
        let (keys, rest) = scratch.split_at_mut(packed_len::<S>(each, tokens));
        let (values, rest) = rest.split_at_mut(packed_len::<S>(each, tokens));
        let (key_rows, rest) = rest.split_at_mut(packed_len::<S>(tokens, each));
        let (of_keys, rest) = rest.split_at_mut(packed_len::<S>(tokens.next_multiple_of(8), each));
        let (of_values, rest) = rest.split_at_mut(packed_len::<S>(tokens.next_multiple_of(8), each));
        let (some_rows, rest) = rest.split_at_mut(packed_len::<S>(QUERIES, each));
        let (sums, rest) = rest.split_at_mut(packed_len::<S>(QUERIES, tokens.max(each)));
        let (weights, rest) = rest.split_at_mut(QUERIES * heads.row());
        let (slopes, row_of_slopes) = rest.split_at_mut(QUERIES * heads.row());
        pack_columns::<S>(each, tokens, part(1), keys);
        pack_columns::<S>(each, tokens, part(2), values);
        pack_rows::<S>(tokens, each, part(1), key_rows);
        for from in (0..tokens).step_by(QUERIES) {
            let count = QUERIES.min(tokens - from);
            let query = |row: usize| heads.part(all, picture, head, 0, from + row);
            let out = |row: usize| of_output(from + row);
            weigh(simd, heads, query, keys, count, sums, weights);
            // Of the weights, and of the scores: w · (slope − Σ w · slope).
            let of_weights = &mut sums[..packed_len::<S>(count.next_multiple_of(8), tokens)];
            multiply(simd, &Left::Rows(out), values, [count, each, tokens], of_weights, true);
            for row in 0..count {
                let (weights, slopes) = (&weights[row * heads.row()..], &mut slopes[row * heads.row()..]);
                let (slopes, room) = slopes[..heads.row()].split_at_mut(tokens);
                let of_row = &mut row_of_slopes[..tokens];
                row_of::<S>(of_weights, count, row, of_row);
                slope(&weights[..tokens], of_row, heads.scale(), slopes);
                room.fill(0.0);
            }
            let row = |row: usize| &slopes[row * heads.row()..][..tokens];
            let of_queries = &mut sums[..packed_len::<S>(count.next_multiple_of(8), each)];
            multiply(simd, &Left::Rows(row), key_rows, [count, tokens, each], of_queries, true);
            write::<S>(self.planes, heads, [picture, head, 0, from], count, of_queries);
            let some_rows = &mut some_rows[..packed_len::<S>(count, each)];
            let step = heads.row();
            pack_rows::<S>(count, each, out, some_rows);
            multiply(simd, &columns(weights, step), some_rows, [tokens, count, each], of_values, from == 0);
            pack_rows::<S>(count, each, query, some_rows);
            multiply(simd, &columns(slopes, step), some_rows, [tokens, count, each], of_keys, from == 0);
        }
        write::<S>(self.planes, heads, [picture, head, 1, 0], tokens, of_keys);
        write::<S>(self.planes, heads, [picture, head, 2, 0], tokens, of_values);
    }
}

/// Columns of a matrix as a left side.
#[inline(always)]
fn columns(numbers: &[f32], step: usize) -> Left<'_, fn(usize) -> &'static [f32]> {
    Left::Columns { numbers, step }
}

/// The slopes of a row's scores, given those of its weights.
#[inline(always)]
fn slope(weights: &[f32], of_weights: &[f32], scale: f32, slopes: &mut [f32]) {
    for ((slope, weight), of_weight) in slopes.iter_mut().zip(weights).zip(of_weights) {
        *slope = weight * of_weight;
    }
    let mean = sum(slopes);
    for ((slope, weight), of_weight) in slopes.iter_mut().zip(weights).zip(of_weights) {
        *slope = weight * (of_weight - mean) * scale;
    }
}

/// Sums of `count` tokens from one on to their places in a part of the output.
#[inline(always)]
fn write<S: Simd>(
    planes: &Planes,
    heads: &AttentionShape,
    [picture, head, part, from]: [usize; 4],
    count: usize,
    sums: &[f32],
) {
    for row in 0..count {
        let place = picture * heads.tokens + from + row;
        // SAFETY: tasks have a head of a picture of their own, and write each part of each token once.
        #[expect(unsafe_code, reason = "tasks share out the output")]
        let target = unsafe { planes.strip(place, part * heads.heads + head, 0..heads.each) };
        put::<S>(sums, count, row, target);
    }
}
