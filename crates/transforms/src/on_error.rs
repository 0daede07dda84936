/// What to do with a picture file that cannot be read or decoded, or is over the limits, where there are many. Any other error (of a
/// setting, a closure, pictures of several sizes, a panic) is not the file's fault and ends the work either way.
///
/// ```
/// use firelight_transforms::OnError;
///
/// assert_eq!(OnError::default(), OnError::Fail);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Stop with an error that names the file.
    #[default]
    Fail,
    /// Leave it out, and list it: a loader of training pictures in `skipped()`, a run of predictions in `broken`. A batch of which
    /// nothing is left is passed over; that nothing is left of a whole epoch is an error.
    Skip,
}
