//! Attention of each head by itself, some queries at a time, so that the matrix of all weights is never there (Dao and others,
//! *`FlashAttention`*, 2022). Going back, weights are computed again.

mod backward;
mod matrix;

pub use backward::gradient;

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use self::matrix::{Left, multiply, pack_columns, pack_rows, packed_len, row_of};
use super::exponential::exponential;
use super::planes::Planes;
use super::scratch::{Blank, with_scratch, written};
use super::softmax::{greatest, sum};

/// Queries that are looked at together.
const QUERIES: usize = 32;

/// The most lanes of a panel, for room.
const WIDEST: usize = 48;

/// The shape of queries, keys and values: `[pictures, tokens, 3, heads, each]`.
#[derive(Debug, Clone, Copy)]
pub struct AttentionShape {
    pub pictures: usize,
    pub tokens: usize,
    pub heads: usize,
    /// Numbers of a head.
    pub each: usize,
}

impl AttentionShape {
    fn width(&self) -> usize {
        self.heads * self.each
    }

    /// The query (0), key (1) or value (2) of a token.
    #[inline(always)]
    fn part<'a>(&self, all: &'a [f32], picture: usize, head: usize, part: usize, token: usize) -> &'a [f32] {
        let from = ((picture * self.tokens + token) * 3 + part) * self.width() + head * self.each;
        &all[from..from + self.each]
    }

    fn scale(&self) -> f32 {
        1.0 / (self.each as f32).sqrt()
    }

    /// Numbers of a row of weights: room for eight columns from each.
    fn row(&self) -> usize {
        self.tokens + 8
    }
}

/// What the tokens of each picture attend to: `[pictures, tokens, heads · each]`.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn attention(heads: &AttentionShape, all: &[f32]) -> Vec<f32> {
    let rows = heads.pictures * heads.tokens;
    // SAFETY: tasks have all tokens of all heads and pictures between them.
    unsafe { written(rows * heads.width(), |output| attend(heads, all, output)) }
}

fn attend(heads: &AttentionShape, all: &[f32], output: &mut [Blank]) {
    let planes = &Planes::new(output, heads.each, heads.heads);
    let tasks = heads.pictures * heads.heads;
    let blocks = heads.tokens.div_ceil(QUERIES);
    // Some queries a task where there are few heads: each is the same in any task.
    let parts = (4 * rayon::current_num_threads()).div_ceil(tasks).min(blocks);
    let each = blocks.div_ceil(parts) * QUERIES;
    let room = heads.tokens.next_multiple_of(WIDEST) + heads.each.next_multiple_of(WIDEST);
    (0..tasks * parts).into_par_iter().for_each(|task| {
        let (task, part) = (task / parts, task % parts);
        let queries = [part * each, ((part + 1) * each).min(heads.tokens)];
        with_scratch(room * (heads.tokens + heads.each + QUERIES) + QUERIES * heads.row(), |scratch| {
            let (picture, head) = (task / heads.heads, task % heads.heads);
            Arch::new().dispatch(Task { heads, all, planes, picture, head, queries, scratch });
        });
    });
    planes.done();
}

/// Some queries of a head.
struct Task<'a, 'p> {
    heads: &'a AttentionShape,
    all: &'a [f32],
    planes: &'a Planes<'p>,
    picture: usize,
    head: usize,
    /// From one to another.
    queries: [usize; 2],
    scratch: &'a mut [f32],
}

impl WithSimd for Task<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { heads, all, picture, head, .. } = self;
        let AttentionShape { tokens, each, .. } = *heads;
        let (keys, rest) = self.scratch.split_at_mut(packed_len::<S>(each, tokens));
        let (values, rest) = rest.split_at_mut(packed_len::<S>(tokens, each));
        let (sums, weights) = rest.split_at_mut(packed_len::<S>(QUERIES, tokens.max(each)));
        pack_columns::<S>(each, tokens, |token| heads.part(all, picture, head, 1, token), keys);
        pack_rows::<S>(tokens, each, |token| heads.part(all, picture, head, 2, token), values);
        let [first, end] = self.queries;
        for from in (first..end).step_by(QUERIES) {
            let count = QUERIES.min(end - from);
            let query = |row: usize| heads.part(all, picture, head, 0, from + row);
            weigh(simd, heads, query, keys, count, sums, weights);
            let row = |row: usize| &weights[row * heads.row()..][..tokens];
            let sums = &mut sums[..packed_len::<S>(count.next_multiple_of(8), each)];
            multiply(simd, &Left::Rows(row), values, [count, tokens, each], sums, true);
            for row in 0..count {
                let place = picture * tokens + from + row;
                // SAFETY: tasks have tokens of a head and picture of their own.
                #[expect(unsafe_code, reason = "tasks share out the output")]
                let target = unsafe { self.planes.strip(place, head, 0..each) };
                put::<S>(sums, count, row, target);
            }
        }
    }
}

/// The weights of `count` queries, row by row.
#[inline(always)]
fn weigh<'r, S: Simd>(
    simd: S,
    heads: &AttentionShape,
    query: impl Fn(usize) -> &'r [f32],
    keys: &[f32],
    count: usize,
    sums: &mut [f32],
    weights: &mut [f32],
) {
    let sums = &mut sums[..packed_len::<S>(count.next_multiple_of(8), heads.tokens)];
    multiply(simd, &Left::Rows(query), keys, [count, heads.each, heads.tokens], sums, true);
    for (row, weights) in weights.chunks_exact_mut(heads.row()).take(count).enumerate() {
        let (weights, room) = weights.split_at_mut(heads.tokens);
        row_of::<S>(sums, count, row, weights);
        soften(weights, heads.scale());
        room.fill(0.0);
    }
}

/// Probabilities of scores times `scale`, of which the highest is taken off first.
#[inline(always)]
fn soften(scores: &mut [f32], scale: f32) {
    let highest = greatest(scores, f32::NEG_INFINITY);
    for score in scores.iter_mut() {
        *score = exponential((*score - highest) * scale);
    }
    let share = 1.0 / sum(scores);
    for score in scores.iter_mut() {
        *score *= share;
    }
}

/// Row `row` of sums into an output.
#[inline(always)]
fn put<S: Simd>(sums: &[f32], height: usize, row: usize, target: &mut [Blank]) {
    let panel = matrix::panel::<S>();
    let rows = height.next_multiple_of(8);
    for (target, sums) in target.chunks_mut(panel).zip(sums.chunks_exact(rows * panel)) {
        for (target, sum) in target.iter_mut().zip(&sums[row * panel..][..panel]) {
            target.write(*sum);
        }
    }
}
