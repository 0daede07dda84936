//! Closed shapes as dense polygons, and the fur on their edges.

use std::f32::consts::TAU;

use tiny_skia::{Path, PathBuilder};

use super::super::chance::Chance;
use super::{Extent, Spot};

/// A closed shape. Lengths are in the units of whoever draws it: head radii for an animal, pixels for a backdrop.
#[derive(Debug, Clone)]
pub struct Outline(Vec<Spot>);

impl Outline {
    /// A corner at every point, straight edges.
    pub fn corners(points: &[Spot]) -> Self {
        Self(points.to_vec())
    }

    /// The smooth closed (Catmull–Rom) curve through `points`.
    pub fn smooth(points: &[Spot]) -> Self {
        let n = points.len();
        let at = |i: usize| points[i % n];
        Self((0..n).flat_map(|i| between(at(i + n - 1), at(i), at(i + 1), at(i + 2))).collect())
    }

    /// A smooth shape whose left half mirrors the right half given from top to bottom.
    pub fn mirrored(right: &[Spot]) -> Self {
        let left = right.iter().rev().filter(|(x, _)| *x > 1e-3).map(|&(x, y)| (-x, y));
        Self::smooth(&right.iter().copied().chain(left).collect::<Vec<_>>())
    }

    /// An ellipse around `(x, y)`.
    pub fn egg(x: f32, y: f32, rx: f32, ry: f32) -> Self {
        Self((0..28).map(|i| TAU * i as f32 / 28.0).map(|a| (x + rx * a.cos(), y + ry * a.sin())).collect())
    }

    /// An upright box.
    pub fn block(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self::corners(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }

    /// A band along `spine`, `wide.0` thick on either side at its start and `wide.1` at its rounded end.
    pub fn ribbon(spine: &[Spot], wide: (f32, f32)) -> Self {
        let last = spine.len().saturating_sub(1);
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (i, &(x, y)) in spine.iter().enumerate() {
            let (a, b) = (spine[i.saturating_sub(1)], spine[(i + 1).min(last)]);
            let (dx, dy) = unit((b.0 - a.0, b.1 - a.1));
            let half = wide.0 + (wide.1 - wide.0) * i as f32 / last.max(1) as f32;
            left.push((x - dy * half, y + dx * half));
            right.push((x + dy * half, y - dx * half));
            if i == last {
                left.push((x + dx * half * 0.8 - dy * half * 0.5, y + dy * half * 0.8 + dx * half * 0.5));
                right.push((x + dx * half * 0.8 + dy * half * 0.5, y + dy * half * 0.8 - dx * half * 0.5));
            }
        }
        left.extend(right.into_iter().rev());
        Self(left)
    }

    /// A straight limb from one joint to the next.
    pub fn limb(from: Spot, to: Spot, wide: (f32, f32)) -> Self {
        let along = |t: f32| (from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t);
        Self::ribbon(&[from, along(0.33), along(0.67), to], wide)
    }

    /// An ear or a leaf: two bulging sides from `a` and `b` that meet in a tip `round` wide.
    pub fn leaf(a: Spot, tip: Spot, b: Spot, bulge: f32, round: f32) -> Self {
        let middle = half_way(a, b);
        let out = |p: Spot| {
            let half = half_way(p, tip);
            let (dx, dy) = (p.0 - middle.0, p.1 - middle.1);
            (half.0 + dx * bulge, half.1 + dy * bulge)
        };
        let blunt = |p: Spot| (tip.0 + (p.0 - middle.0) * round, tip.1 + (p.1 - middle.1) * round);
        Self(vec![a, out(a), blunt(a), blunt(b), out(b), b]).cut_corners().cut_corners()
    }

    fn cut_corners(&self) -> Self {
        let n = self.0.len();
        let cut = |i: usize| {
            let (p, q) = (self.0[i], self.0[(i + 1) % n]);
            let mix = |t: f32| (p.0 + (q.0 - p.0) * t, p.1 + (q.1 - p.1) * t);
            [mix(0.25), mix(0.75)]
        };
        Self((0..n).flat_map(cut).collect())
    }

    /// The same shape with tufts of fur of about `tuft` length along its edge, hanging a little.
    pub fn furry(&self, tuft: f32, chance: &mut Chance) -> Self {
        if tuft < 0.012 || self.0.len() < 3 {
            return self.clone();
        }
        let turn = self.area().signum();
        let step = 0.05 + 0.55 * tuft;
        let (mut out, mut walked, mut tip) = (Vec::new(), 0.0, false);
        for (i, &p) in self.0.iter().enumerate() {
            let q = self.0[(i + 1) % self.0.len()];
            let edge = (q.0 - p.0).hypot(q.1 - p.1);
            let (dx, dy) = unit((q.0 - p.0, q.1 - p.1));
            while walked < edge {
                let (x, y) = (p.0 + dx * walked, p.1 + dy * walked);
                let reach = if tip { tuft * chance.range(0.2, 1.0) } else { -0.15 * tuft };
                let lean = if tip { 0.35 * tuft } else { 0.0 };
                out.push((x + dy * turn * reach, y - dx * turn * reach + lean));
                tip = !tip;
                walked += step * chance.range(0.3, 0.8);
            }
            walked -= edge;
        }
        Self(out)
    }

    fn area(&self) -> f32 {
        let n = self.0.len();
        (0..n).map(|i| (self.0[i], self.0[(i + 1) % n])).map(|(p, q)| p.0 * q.1 - q.0 * p.1).sum()
    }

    pub fn extent(&self) -> Extent {
        Extent::around(self.0.iter().copied())
    }

    pub fn path(&self) -> Option<Path> {
        let (first, rest) = self.0.split_first()?;
        let mut path = PathBuilder::new();
        path.move_to(first.0, first.1);
        for point in rest {
            path.line_to(point.0, point.1);
        }
        path.close();
        path.finish()
    }
}

/// Points of the Catmull–Rom curve between `from` and `to`.
fn between(before: Spot, from: Spot, to: Spot, after: Spot) -> impl Iterator<Item = Spot> {
    (0..6).map(move |step| {
        let t = step as f32 / 6.0;
        let axis = |a: f32, b: f32, c: f32, d: f32| {
            0.5 * (2.0 * b
                + (c - a) * t
                + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t
                + (3.0 * b - a - 3.0 * c + d) * t * t * t)
        };
        (axis(before.0, from.0, to.0, after.0), axis(before.1, from.1, to.1, after.1))
    })
}

fn half_way(p: Spot, q: Spot) -> Spot {
    (f32::midpoint(p.0, q.0), f32::midpoint(p.1, q.1))
}

fn unit((x, y): Spot) -> Spot {
    let length = x.hypot(y).max(1e-6);
    (x / length, y / length)
}
