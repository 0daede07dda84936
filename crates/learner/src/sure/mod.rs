//! Sure, and how sure: what is fitted on examples that a model was not trained on, and put in place.

mod calibrate;
mod nodes;
mod sets;

use firelight_costs::HeldOut;
use firelight_datablock::FittedTarget;
use firelight_models::Model;
use firelight_predict::Trust;

use crate::state::Seeing;
use crate::{Learner, LearnerError, Part};

impl<F: FittedTarget<Target = usize>, M: Model + Sync> Learner<F, M> {
    /// Probabilities and classes of examples that the model was not trained on, for whatever is fitted on such: of the third part where the data
    /// have one (see [`HoldOut`](firelight_datablock::HoldOut)), else of the validation part. They are calibrated where a calibration is in place.
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::Learner;
    /// # use firelight_costs::Calibrator;
    /// # fn look(learn: Learner<Categories>) -> Result<(), Box<dyn std::error::Error>> {
    /// // By hand what `calibrate` and `prediction_sets` do: each on examples of its own.
    /// let (first, second) = learn.held_out()?.split(0.5, 42)?;
    /// let calibration = Calibrator::temperature().fit(&first)?;
    /// println!("{:?}", second.calibrated(&calibration).quality());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`predictions`](Self::predictions), and [`LearnerError::Cost`] where outputs are no probabilities of the data's classes.
    pub fn held_out(&self) -> Result<HeldOut, LearnerError> {
        self.held_out_on(self.kept_part())
    }

    /// The same of a part of the data.
    ///
    /// # Errors
    ///
    /// As [`held_out`](Self::held_out).
    pub fn held_out_on(&self, part: Part) -> Result<HeldOut, LearnerError> {
        self.held_out_of(part, self.state.seeing())
    }

    /// The part that nothing was trained or chosen on.
    fn kept_part(&self) -> Part {
        if self.task.data.test_part().is_some() { Part::Test } else { Part::Valid }
    }

    fn held_out_of(&self, part: Part, seeing: Seeing<M>) -> Result<HeldOut, LearnerError> {
        let (_, seen) = self.task.predict(seeing, &self.task.part(part)?, 0, false)?;
        let fitted = self.task.data.train().dataset().fitted();
        let vocab = fitted.vocab().ok_or_else(|| LearnerError::Setting {
            setting: "held-out examples",
            value: "a target without classes".into(),
            remedy: "what is fitted on them is for one class an item",
        })?;
        Ok(HeldOut::of_probabilities(vocab, &seen.rows(), &seen.targets)?)
    }

    /// What sets and climbs are fitted on: nothing that the calibration in place has seen as it is.
    fn unseen(&self) -> Result<(HeldOut, Part), LearnerError> {
        let part = self.kept_part();
        let held = match self.state.trusted.calibrator_on(part) {
            Some(calibrator) => calibrator.out_of_fold(&self.held_out_of(part, Seeing::of(&self.state.model))?)?,
            None => self.held_out_on(part)?,
        };
        Ok((held, part))
    }
}

impl<F: FittedTarget, M: Model> Learner<F, M> {
    /// What is in place to make answers worth trusting: empty until something of it is fitted or given.
    pub fn trust(&self) -> &Trust {
        self.state.trusted.trust()
    }
}
