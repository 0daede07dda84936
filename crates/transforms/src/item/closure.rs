use std::fmt;
use std::sync::Arc;

use image::RgbImage;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::{Chance, TransformError};

type Function = dyn Fn(&RgbImage, Option<&mut Chance>) -> Result<RgbImage, String> + Send + Sync;

/// Any function from picture to picture, under a name.
///
/// It is the one item transform that needs the picture itself, so what stands before it is resampled first; the
/// transforms after it start from its result. A recipe that holds a closure cannot be written to a file: serialising is an
/// error that names the closure.
///
/// ```
/// use firelight_transforms::Closure;
///
/// let invert = Closure::new("invert", |picture, _chance| {
///     let mut inverted = picture.clone();
///     image::imageops::invert(&mut inverted);
///     Ok(inverted)
/// });
/// assert_eq!(invert.to_string(), "closure `invert`");
/// ```
#[derive(Clone)]
pub struct Closure {
    name: Arc<str>,
    function: Arc<Function>,
}

impl Closure {
    /// `function` gets the picture and, in training, the source of chance; its error is a reason in words.
    pub fn new(
        name: impl Into<String>,
        function: impl Fn(&RgbImage, Option<&mut Chance>) -> Result<RgbImage, String> + Send + Sync + 'static,
    ) -> Self {
        Self { name: name.into().into(), function: Arc::new(function) }
    }

    /// The name that errors and summaries show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The error of a picture that is not colours of bytes.
    pub(crate) fn needs_bytes(&self) -> TransformError {
        let reason =
            "it takes colours of 8 bits, and the picture has floats; change such pictures where they are read".into();
        TransformError::Closure { name: self.name.to_string(), reason }
    }

    pub(crate) fn call(&self, picture: &RgbImage, chance: Option<&mut Chance>) -> Result<RgbImage, TransformError> {
        (self.function)(picture, chance)
            .map_err(|reason| TransformError::Closure { name: self.name.to_string(), reason })
    }
}

impl fmt::Debug for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Closure").field(&self.name).finish()
    }
}

impl fmt::Display for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "closure `{}`", self.name)
    }
}

/// Closures are the same when they are clones of one.
impl PartialEq for Closure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.function, &other.function)
    }
}

impl Serialize for Closure {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom(format!(
            "closure `{}` cannot be written to a file; replace it by a transform of this crate, or remove it before export",
            self.name
        )))
    }
}

impl<'de> Deserialize<'de> for Closure {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(de::Error::custom("a closure cannot be read from a file"))
    }
}
