/// What to do with a picture file that cannot be read or decoded, or is over the limits, where there are many.
///
/// ```
/// use firelight_transforms::OnError;
///
/// assert_eq!(OnError::default(), OnError::Fail);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnError {
    /// Stop with an error that names the file.
    #[default]
    Fail,
    /// Leave it out, and list it. A loader leaves it out of its batch, logs a warning and lists it in `skipped()`; a batch of which nothing
    /// is left is passed over, and that nothing is left of a whole epoch is an error, as is anything that is not the file's fault (a
    /// setting, a closure, pictures of several sizes, a panic). A run of predictions lists it in `broken`, whatever the reason is.
    Skip,
}
