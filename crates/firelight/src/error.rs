//! One error for programs.

use std::fmt;
use std::ops::Deref;

/// What goes wrong in a program: any error, or a sentence.
///
/// `Debug` is the message too, so that a `main` that ends with one prints a sentence that names stage, file and remedy:
///
/// ```should_panic
/// use firelight::prelude::*;
///
/// fn main() -> Result<()> {
///     Predictor::load("nowhere.firelight", &Device::flex())?;
///     Ok(()) // else: `Error: load: cannot read nowhere.firelight: No such file or directory (os error 2)`
/// }
/// ```
///
/// It lends the error itself: `error.downcast_ref::<LearnerError>()`.
///
/// ```
/// use firelight::prelude::*;
///
/// let error = firelight::Error::from(image_files("nowhere").unwrap_err());
/// assert!(matches!(error.downcast_ref(), Some(DataError::NoFolder { .. })));
/// assert_eq!(format!("{error:?}"), error.to_string());
/// ```
pub struct Error(Box<dyn std::error::Error + Send + Sync>);

impl Error {
    /// The error itself.
    pub fn into_inner(self) -> Box<dyn std::error::Error + Send + Sync> {
        self.0
    }
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl Deref for Error {
    type Target = dyn std::error::Error + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
