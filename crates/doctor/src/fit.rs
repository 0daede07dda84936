//! How a part of one picture fits another picture.

use crate::fingerprint::{Fingerprint, SIDE, Window};

/// Share of a side from which on a part is the whole.
pub(crate) const WHOLE: f32 = 0.97;

/// The whole picture and parts of it, so close that each crop is near one of them.
pub(crate) fn windows() -> Vec<Window> {
    let mut windows = vec![Window::WHOLE];
    for (side, places) in [(0.95, 3_u8), (0.9, 3), (0.85, 4), (0.8, 5)] {
        let place = |number: u8| (1.0 - side) * f32::from(number) / f32::from(places - 1);
        let rows = (0..places).flat_map(|row| (0..places).map(move |column| (row, column)));
        windows.extend(rows.map(|(row, column)| Window {
            left: place(column),
            top: place(row),
            width: side,
            height: side,
        }));
    }
    windows
}

/// Moves and stretches a part of one picture until it is most like another picture, and says how like it is.
pub(crate) fn fit(picture: &Fingerprint, part: Window, mirrored: bool, other: &Fingerprint) -> (Window, f32) {
    /// What need not be made better.
    const SURE: f32 = 0.98;
    let mut goal = other.seen(Window::WHOLE);
    if mirrored {
        goal.chunks_mut(SIDE).for_each(<[f32]>::reverse);
    }
    let goal = fine(&goal);
    let likeness = |part: Window| correlation(&fine(&picture.seen(part)), &goal);
    let (mut best, mut most) = (part, likeness(part));
    let mut step = 0.03;
    while step > 0.004 && most < SURE {
        let tried = neighbours(best, step).into_iter().map(|part| (part, likeness(part)));
        match tried.max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((part, likeness)) if likeness > most => (best, most) = (part, likeness),
            _ => step /= 2.0,
        }
    }
    (best, most)
}

/// Parts that have an edge or all of themselves a step elsewhere, and still lie in the picture.
fn neighbours(part: Window, step: f32) -> Vec<Window> {
    let Window { left, top, width, height } = part;
    let mut parts = Vec::new();
    for step in [-step, step] {
        parts.extend([
            Window { left: left + step, ..part },
            Window { top: top + step, ..part },
            Window { left: left + step, width: width - step, ..part },
            Window { width: width + step, ..part },
            Window { top: top + step, height: height - step, ..part },
            Window { height: height + step, ..part },
        ]);
    }
    let inside = |part: &Window| {
        let reaches = |start: f32, length: f32| start >= 0.0 && length >= 0.5 && start + length <= 1.0 + 1e-6;
        reaches(part.left, part.width) && reaches(part.top, part.height)
    };
    parts.retain(inside);
    parts
}

/// What a square has beyond the mean of the five by five samples around each place (those at the edge as often as it takes): its edges,
/// without what light does.
fn fine(square: &[f32]) -> Vec<f32> {
    const AROUND: [isize; 5] = [-2, -1, 0, 1, 2];
    let near = |place: usize, by: isize| place.saturating_add_signed(by).min(SIDE - 1);
    let mut across = vec![0.0_f32; SIDE * SIDE];
    for (row, sums) in square.chunks(SIDE).zip(across.chunks_mut(SIDE)) {
        for (place, sum) in sums.iter_mut().enumerate() {
            *sum = AROUND.iter().map(|&by| row[near(place, by)]).sum();
        }
    }
    let mut detail = square.to_vec();
    for (place, row) in detail.chunks_mut(SIDE).enumerate() {
        for by in AROUND {
            for (sample, sum) in row.iter_mut().zip(&across[near(place, by) * SIDE..]) {
                *sample -= sum / 25.0;
            }
        }
    }
    detail
}

/// Pearson's correlation; 0 where one side is constant.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let count = a.len() as f32;
    let (mean_a, mean_b) = (a.iter().sum::<f32>() / count, b.iter().sum::<f32>() / count);
    let (mut product, mut square_a, mut square_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        (product, square_a, square_b) = (product + a * b, square_a + a * a, square_b + b * b);
    }
    let scale = (square_a * square_b).sqrt();
    if scale > 0.0 { product / scale } else { 0.0 }
}
