/// A part of the data.
///
/// ```no_run
/// # use firelight_datablock::Categories;
/// # use firelight_learner::{Learner, LearnerError, Part};
/// # fn look(learn: Learner<Categories>) -> Result<(), LearnerError> {
/// let gap = learn.evaluate()?.loss - learn.evaluate_on(Part::Train)?.loss; // how much it has learned by heart
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Part {
    /// The training part, in its own order, without augmentation and with its last pictures.
    Train,
    /// The validation part.
    #[default]
    Valid,
    /// The third part, which the recipe's splitter keeps for testing (see [`HoldOut`](firelight_datablock::HoldOut)).
    Test,
}
