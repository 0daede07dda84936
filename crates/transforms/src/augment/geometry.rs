//! The matrices of the augmentations, on the unit square of `[-1, 1]`, from output to source.
//!
//! Formulas are those of fastai 2.8 (`fastai.vision.augment`).

#![allow(clippy::many_single_char_names, reason = "coordinates and the unknowns of equations")]

use crate::{Map, dihedral_matrix};

/// Mirrors left and right.
///
/// ```
/// assert_eq!(firelight_transforms::flip_matrix().point(0.5, 0.25), (-0.5, 0.25));
/// ```
pub fn flip_matrix() -> Map {
    dihedral_matrix(1)
}

/// Turns around the centre by `degrees`; the content turns clockwise for positive angles.
///
/// ```
/// let (x, y) = firelight_transforms::rotate_matrix(90.0).point(1.0, 0.0);
/// assert!(x.abs() < 1e-12 && (y + 1.0).abs() < 1e-12);
/// ```
pub fn rotate_matrix(degrees: f64) -> Map {
    let angle = degrees.to_radians();
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    Map([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
}

/// Enlarges by `zoom` around a centre given as shares of the width and height, 0 to 1; the centre stays where it is.
///
/// ```
/// let zoom = firelight_transforms::zoom_matrix(2.0, (0.5, 0.5));
/// assert_eq!(zoom.point(1.0, 1.0), (0.5, 0.5)); // the corner shows what was half way to it
/// ```
pub fn zoom_matrix(zoom: f64, centre: (f64, f64)) -> Map {
    let scale = 1.0 / zoom;
    let shift = |share: f64| (1.0 - scale) * (2.0 * share - 1.0);
    Map([[scale, 0.0, shift(centre.0)], [0.0, scale, shift(centre.1)], [0.0, 0.0, 1.0]])
}

/// Lets a matrix that turns keep angles in a picture that is not square: the unit square is stretched to its sides.
///
/// ```
/// use firelight_transforms::{keep_aspect, rotate_matrix};
///
/// let turned = keep_aspect(rotate_matrix(10.0), 400.0, 200.0);
/// ```
pub fn keep_aspect(matrix: Map, width: f64, height: f64) -> Map {
    let mut cells = matrix.0;
    cells[0][1] *= height / width;
    cells[1][0] *= width / height;
    Map(cells)
}

/// Tilts the picture as if seen from the side: `x` tilts it around its vertical axis, `y` around its horizontal one.
///
/// The map takes the four points (-1-y, -1-x), (-1+y, 1+x), (1+y, -1+x), (1-y, 1-x) to the corners of the square. `None`
/// where these points lie on a line, which takes an `x` or `y` of 1 or more.
///
/// ```
/// use firelight_transforms::warp_matrix;
///
/// assert!(warp_matrix(0.2, 0.0).is_some());
/// assert!(warp_matrix(1.0, 0.0).is_none());
/// ```
pub fn warp_matrix(x: f64, y: f64) -> Option<Map> {
    let corners = [(-1.0, -1.0), (-1.0, 1.0), (1.0, -1.0), (1.0, 1.0)];
    let seen = [(-1.0 - y, -1.0 - x), (-1.0 + y, 1.0 + x), (1.0 + y, -1.0 + x), (1.0 - y, 1.0 - x)];
    // Each pair of points gives two equations of the eight unknowns of a projective map.
    let mut system = [[0.0; 9]; 8];
    for (pair, ((u, v), (s, t))) in system.chunks_exact_mut(2).zip(corners.into_iter().zip(seen)) {
        pair[0] = [s, t, 1.0, 0.0, 0.0, 0.0, -u * s, -u * t, u];
        pair[1] = [0.0, 0.0, 0.0, s, t, 1.0, -v * s, -v * t, v];
    }
    let [a, b, c, d, e, f, g, h] = solve(system)?;
    Some(Map([[a, b, c], [d, e, f], [g, h, 1.0]]))
}

/// Gauss's elimination with the largest pivot of each column.
fn solve(mut system: [[f64; 9]; 8]) -> Option<[f64; 8]> {
    for column in 0..8 {
        let pivot = (column..8).max_by(|&a, &b| system[a][column].abs().total_cmp(&system[b][column].abs()))?;
        if system[pivot][column].abs() < 1e-9 {
            return None;
        }
        system.swap(column, pivot);
        let lead = system[column].map(|cell| cell / system[column][column]);
        system[column] = lead;
        for (row, cells) in system.iter_mut().enumerate() {
            if row != column {
                let factor = cells[column];
                for (cell, above) in cells.iter_mut().zip(lead) {
                    *cell -= factor * above;
                }
            }
        }
    }
    Some(system.map(|row| row[8]))
}
