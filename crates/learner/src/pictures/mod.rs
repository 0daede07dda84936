//! Pictures of data and of training: plain numbers and names in, an [`image::RgbImage`] out.
//!
//! | function | shows |
//! |---|---|
//! | [`grid`] | a batch as the model sees it, predictions beside labels, the worst mistakes |
//! | [`loss_curve`] | the loss of every training step, smoothed, and the validation losses |
//! | [`rate_curve`] | each parameter group's learning rate and the momentum, step by step |
//! | [`lr_find_curve`] | a learning rate search with its suggestions |
//! | [`confusion`] | actual against predicted classes |
//! | [`HeatMap`] | soft labels, costs, pair weights, similarities: `labels.heat_map()` |
//! | [`heat_map`] | any other matrix with named rows and columns |
//! | [`overlay`] | a picture under a map of heat: where the evidence is |
//!
//! None of them fails or panics on data: lists of unequal length are filled up, numbers that are not
//! finite leave a gap, long names keep their beginning and end around an ellipsis, and what is too much for one
//! picture is counted in a note. Pictures are white, at most about 2000 pixels wide, and written in
//! one embedded typeface (`DejaVu` Sans Condensed). Blue means right and orange means wrong; the two are
//! told apart by people who do not tell red from green, and a sign or a place says the same again. In a Rust notebook they
//! are shown inline ([`Inline`]).
//!
//! ```
//! use firelight_learner::pictures::loss_curve;
//!
//! let picture = loss_curve(&[0.9, 0.7, 0.5, 0.4], &[(2, 0.6), (4, 0.45)]);
//! assert!(picture.width() <= 2000);
//! // picture.save("loss.png")?;
//! ```

// The pictures.
mod class_matrix;
mod confusion;
mod curves;
mod grid;
mod heat_map;
mod lr_find;
mod overlay;

// How they are shown elsewhere.
mod encoded;
mod notebook;

// What they are made of: tiles, panels with axes, tables of cells.
mod axis;
mod chart;
mod labels;
mod layout;
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

pub use class_matrix::HeatMap;
pub(crate) use class_matrix::matrix_picture;
pub use confusion::confusion;
pub use curves::{loss_curve, rate_curve};
pub(crate) use encoded::png_base64;
pub use encoded::{jpeg_uri, save_png};
pub use grid::grid;
pub use heat_map::heat_map;
pub use lr_find::lr_find_curve;
pub use notebook::Inline;
pub use overlay::overlay;
pub use tile::{Mark, Tile};

#[cfg(test)]
mod tests;
