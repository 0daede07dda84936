use firelight_plots::overlay;
use firelight_predict::Evidence;
use image::RgbImage;

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
    /// The picture under its evidence, from clear (none) to orange (most).
    fn overlay(&self) -> RgbImage;
}

impl Overlay for Evidence {
    fn overlay(&self) -> RgbImage {
        overlay(&self.seen, &self.heat, self.columns)
    }
}
