//! How data are examined, and for what.

use firelight_doctor::{FaultLimits, LabelErrors, NearDuplicates};

use crate::LearnerError;

/// What can be looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Aspect {
    /// Labels that are likely to be wrong, and classes that look like one.
    Labels,
    /// Pictures that are there twice, by their fine structure and by their features.
    Duplicates,
    /// Pictures that are like no others, by their features.
    Outliers,
    /// Pictures that are dark, bright, blurred, empty, or of odd shape.
    Faults,
}

impl Aspect {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Labels, Self::Duplicates, Self::Outliers, Self::Faults];
}

/// How [`examine_by`](crate::Learner::examine_by) looks at data.
///
/// | option | default | range | meaning |
/// |---|---|---|---|
/// | [`with_aspects`](Self::with_aspects) | all | | what is looked for |
/// | [`with_folds`](Self::with_folds) | 5 | 2 and more | heads, each for a share of the pictures, trained on the others |
/// | [`with_epochs`](Self::with_epochs) | 20 | 1 and more | epochs of each head |
/// | [`with_seed`](Self::with_seed) | 42 | any | which picture is in which fold, and the order of training |
/// | [`with_label_errors`](Self::with_label_errors) | cleanlab's | | which labels count as wrong, and their order |
/// | [`with_duplicates`](Self::with_duplicates) | 0.8 | | from where on two pictures are one |
/// | [`with_twin`](Self::with_twin) | 0.98 of a body with weights from a file | 0 to 1 | the cosine of features from which on two are one |
/// | [`with_fault_limits`](Self::with_fault_limits) | | | from where on a look is a fault |
///
/// ```
/// use firelight_learner::{Aspect, Examination};
///
/// let quick = Examination::new().with_aspects([Aspect::Labels]).with_folds(3)?.with_epochs(10)?;
/// assert!(Examination::new().with_folds(1).is_err());
/// # Ok::<(), firelight_learner::LearnerError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Examination {
    pub(super) aspects: Vec<Aspect>,
    pub(super) folds: usize,
    pub(super) epochs: usize,
    pub(super) seed: u64,
    pub(super) labels: LabelErrors,
    pub(super) duplicates: NearDuplicates,
    /// `None` leaves it to what the body's weights are.
    pub(super) twin: Option<f32>,
    pub(super) limits: FaultLimits,
}

impl Default for Examination {
    fn default() -> Self {
        Self {
            aspects: Aspect::ALL.to_vec(),
            folds: 5,
            epochs: 20,
            seed: 42,
            labels: LabelErrors::new(),
            duplicates: NearDuplicates::new(),
            twin: None,
            limits: FaultLimits::default(),
        }
    }
}

impl Examination {
    /// With the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks for these things alone.
    pub fn with_aspects(mut self, aspects: impl IntoIterator<Item = Aspect>) -> Self {
        self.aspects = aspects.into_iter().collect();
        self
    }

    /// Into how many folds the pictures are dealt, class by class, 2 or more: each is judged by a head that is trained on the others.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] for fewer.
    pub fn with_folds(mut self, folds: usize) -> Result<Self, LearnerError> {
        if folds < 2 {
            let remedy = "give 2 or more, so that each picture is judged by a head that has not seen it";
            return Err(LearnerError::Setting { setting: "folds", value: folds.to_string(), remedy });
        }
        self.folds = folds;
        Ok(self)
    }

    /// Epochs of each head, 1 or more.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] for none.
    pub fn with_epochs(mut self, epochs: usize) -> Result<Self, LearnerError> {
        if epochs == 0 {
            let remedy = "train each head for an epoch at least";
            return Err(LearnerError::Setting { setting: "epochs", value: "0".into(), remedy });
        }
        self.epochs = epochs;
        Ok(self)
    }

    /// Seed of the folds and of the heads' training.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Which labels count as wrong, and which of them comes first.
    pub fn with_label_errors(mut self, labels: LabelErrors) -> Self {
        self.labels = labels;
        self
    }

    /// From where on two pictures are one by their fine structure.
    pub fn with_duplicates(mut self, duplicates: NearDuplicates) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// From which cosine of their features on two pictures are one, 0 to 1. It hangs on the body: to one that sees little all pictures are much
    /// alike, so that without this option features count for it only of bodies with weights from a file.
    ///
    /// # Errors
    ///
    /// [`LearnerError::Setting`] outside that range.
    pub fn with_twin(mut self, cosine: f32) -> Result<Self, LearnerError> {
        if !(0.0..=1.0).contains(&cosine) {
            let remedy = "give a cosine from 0 to 1";
            return Err(LearnerError::Setting { setting: "twin", value: cosine.to_string(), remedy });
        }
        self.twin = Some(cosine);
        Ok(self)
    }

    /// From where on a look is a fault.
    pub fn with_fault_limits(mut self, limits: FaultLimits) -> Self {
        self.limits = limits;
        self
    }
}
