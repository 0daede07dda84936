//! Pictures in a Rust notebook.

use image::RgbImage;

use crate::png_base64;

/// Shows pictures inline in a notebook with the [evcxr](https://github.com/evcxr/evcxr) kernel: with this trait in scope (it is in
/// the prelude), a cell whose last line is a picture displays it.
///
/// ```
/// use firelight_plots::Inline;
/// use firelight_plots::loss_curve;
///
/// let curve = loss_curve(&[0.9, 0.7, 0.5, 0.4], &[(2, 0.6), (4, 0.45)]);
/// assert!(curve.inline().starts_with("EVCXR_BEGIN_CONTENT image/png\n"));
/// ```
pub trait Inline {
    /// The text that a notebook shows as a picture: a PNG in base64 between two marks.
    fn inline(&self) -> String;

    /// Prints [`inline`](Self::inline); evcxr calls it for the last value of a cell.
    fn evcxr_display(&self) {
        println!("{}", self.inline());
    }
}

impl Inline for RgbImage {
    fn inline(&self) -> String {
        match png_base64(self) {
            Ok(png) => format!("EVCXR_BEGIN_CONTENT image/png\n{png}\nEVCXR_END_CONTENT"),
            // PNG has no picture of no pixels.
            Err(error) => format!("no picture: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn a_notebook_gets_the_picture_and_no_picture_is_said_in_words() {
        let picture = RgbImage::from_fn(5, 3, |x, y| image::Rgb([x as u8, y as u8, 9]));
        let text = picture.inline();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!((lines.len(), lines[0], lines[2]), (3, "EVCXR_BEGIN_CONTENT image/png", "EVCXR_END_CONTENT"));
        let png = STANDARD.decode(lines[1]).expect("base64");
        assert_eq!(image::load_from_memory(&png).expect("a PNG").to_rgb8(), picture);
        assert!(RgbImage::new(0, 0).inline().starts_with("no picture: "));
    }
}
