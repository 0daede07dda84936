use firelight_plots::overlay;
use firelight_predict::Evidence;
use image::RgbImage;

use crate::interpret::side_by_side;

/// Draws evidence over the picture that it is about.
///
/// ```no_run
/// use firelight_learner::{Overlay, Predictor};
///
/// # fn explain(predictor: Predictor) -> Result<(), Box<dyn std::error::Error>> {
/// let picture = image::open("my-pet.jpg")?.to_rgb8();
/// predictor.explain(&picture, None)?.overlay().save("why.png")?;
/// # Ok(())
/// # }
/// ```
pub trait Overlay {
    /// The picture under its evidence, from clear (none) to orange (most); several of an item side by side.
    fn overlay(&self) -> RgbImage;
}

impl Overlay for Evidence {
    fn overlay(&self) -> RgbImage {
        let drawn = |picture: &RgbImage, heat: &[f32]| overlay(picture, heat, self.columns);
        let mut pictures = vec![drawn(&self.seen, &self.heat)];
        pictures.extend(self.others.iter().map(|(picture, heat)| drawn(picture, heat)));
        side_by_side(pictures)
    }
}
