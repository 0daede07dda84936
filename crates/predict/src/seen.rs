//! What a model sees of a picture.

use firelight_transforms::{Draw, Size};

/// A picture as a model sees it: decoded, cropped, resized, normalised, and ready to go through it with others.
///
/// It takes 4 bytes a number, 600 kB of 224 by 224 pixels in colours, however large the picture was. A program that gets pictures one by one, as a
/// server does, makes these where it likes, on threads of its own, and has those answered together that are ready.
///
/// ```no_run
/// # use firelight_predict::{PredictError, Predictor};
/// # fn answer(predictor: Predictor, uploads: [Vec<u8>; 2]) -> Result<(), PredictError> {
/// let [first, second] = uploads.map(|upload| predictor.see_bytes(&upload));
/// for answer in predictor.answer_seen(&[first?, second?]) {
///     println!("{}", answer?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub(crate) draw: Draw,
    pub(crate) planes: Vec<f32>,
}

impl Seen {
    /// In pixels. Where a model's transforms fix no size, it is that of the picture, and only those of one size go through the network together.
    pub fn size(&self) -> Size {
        self.draw.size
    }
}
