use firelight_costs::{Calibration, Calibrator};
use firelight_datablock::FittedTarget;
use firelight_models::Model;

use crate::state::Seeing;
use crate::{Learner, LearnerError};

impl<F: FittedTarget<Target = usize>, M: Model + Sync> Learner<F, M> {
    /// Fits a calibration of the model's probabilities and puts it in place: whatever is decided, measured, interpreted, answered or exported from then
    /// on uses calibrated ones. The loss stays what is trained.
    ///
    /// It is fitted on the part that [`held_out`](Self::held_out) is of. What it does to examples that it has not seen is told by its
    /// [`effect`](Calibration::effect), out of fold. It replaces the one before; sets and climbs that were fitted on other probabilities go.
    /// A fit that changes the weights takes it out of place with a notice, and so does [`load`](Self::load) or
    /// [`set_data`](Self::set_data): then it is fitted again.
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::{Learner, LearnerError};
    /// use firelight_costs::Calibrator;
    ///
    /// # fn finish(mut learn: Learner<Categories>) -> Result<(), LearnerError> {
    /// println!("{}", learn.calibrate(&Calibrator::temperature())?);
    /// learn.export("pets.firelight")?; // whoever loads it predicts calibrated probabilities
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`held_out`](Self::held_out), and [`LearnerError::Cost`] for too few examples or groups of other classes. The learner is then as it was.
    pub fn calibrate(&mut self, calibrator: &Calibrator) -> Result<Calibration, LearnerError> {
        let part = self.kept_part();
        let calibration = calibrator.fit(&self.held_out_of(part, Seeing::of(&self.state.model))?)?;
        tracing::info!("{calibration}");
        let (given, fitted) = (Some(calibration.clone()), Some((calibrator.clone(), part)));
        self.state.trusted = self.state.trusted.with_calibration(given, fitted);
        Ok(calibration)
    }
}

impl<F: FittedTarget<Target = usize>, M: Model> Learner<F, M> {
    /// A calibration that was fitted elsewhere, in place as by [`calibrate`](Self::calibrate). One of other classes is refused by what uses it next, with
    /// [`LearnerError::OtherClasses`].
    pub fn with_calibration(mut self, calibration: Calibration) -> Self {
        self.state.trusted = self.state.trusted.with_calibration(Some(calibration), None);
        self
    }

    /// The model's own probabilities again; sets and climbs that were fitted on calibrated ones go.
    pub fn without_calibration(mut self) -> Self {
        self.state.trusted = self.state.trusted.with_calibration(None, None);
        self
    }
}
