#![doc = include_str!("../README.md")]

// The pictures.
mod class_matrix;
mod confusion;
mod curves;
mod found;
mod grid;
mod heat_map;
mod lr_find;
mod overlaps;
mod reliability;
mod residuals;
mod trade_offs;

// What is drawn over a picture.
mod boxed;
mod classes;
mod marks;
mod masked;
mod overlay;
mod pointed;

// How they are shown elsewhere.
mod encoded;
mod notebook;

// What they are made of: tiles, panels with axes, tables of cells.
mod axis;
mod chart;
mod matrix;
mod names;
mod scale;
mod series;
mod tile;

// The sheet, the letters and the colours.
mod canvas;
mod lettering;
mod palette;
mod text;

pub use boxed::{LabelledBox, boxed};
pub use class_matrix::{HeatMap, matrix_picture};
pub use classes::{class_color, legend, stacked};
pub use confusion::confusion;
pub use curves::{loss_curve, rate_curve};
pub use encoded::{jpeg_uri, png_base64, save_png};
pub use found::found_curves;
pub use grid::grid;
pub use heat_map::heat_map;
pub use lr_find::lr_find_curve;
pub use marks::Role;
pub use masked::masked;
pub use notebook::Inline;
pub use overlaps::overlaps;
pub use overlay::overlay;
pub use pointed::pointed;
pub use reliability::reliability;
pub use residuals::residuals;
pub use tile::{Mark, Tile};
pub use trade_offs::{precision_recall_curves, roc_curves};

#[cfg(test)]
mod tests;
