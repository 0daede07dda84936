//! Pictures of data and of training: plain numbers and names in, an [`image::RgbImage`] out.
//!
//! | function | shows |
//! |---|---|
//! | [`grid`] | a batch as the model sees it, predictions beside labels, the worst mistakes |
//! | [`loss_curve`] | the loss of every training step, smoothed, and the validation losses |
//! | [`rate_curve`] | each parameter group's learning rate and the momentum, step by step |
//! | [`lr_find_curve`] | a learning rate search with its suggestions |
//! | [`confusion`] | actual against predicted classes |
//! | [`heat_map`] | any matrix with named rows and columns: soft labels, costs, weights |
//!
//! None of them fails or panics on data: lists of unequal length are filled up, numbers that are not
//! finite leave a gap, long names keep their beginning and end around an ellipsis, and what is too much for one
//! picture is counted in a note. Pictures are white, at most about 2000 pixels wide, and written in
//! one embedded typeface (DejaVu Sans Condensed). Blue means right and orange means wrong; the two are
//! told apart by people who do not tell red from green, and a sign or a place says the same again.
//!
//! ```
//! use firelight_learner::pictures::loss_curve;
//!
//! let picture = loss_curve(&[0.9, 0.7, 0.5, 0.4], &[(2, 0.6), (4, 0.45)]);
//! assert!(picture.width() <= 2000);
//! // picture.save("loss.png")?;
//! ```

mod grid;
mod curves;
mod lr_find;
mod confusion;
mod heat_map;
mod matrix;
mod names;
mod chart;
mod series;
mod axis;
mod canvas;
mod text;
mod palette;

pub use confusion::confusion;
pub use curves::{loss_curve, rate_curve};
pub use grid::{Mark, Tile, grid};
pub use heat_map::heat_map;
pub use lr_find::lr_find_curve;

#[cfg(test)]
mod tests;
