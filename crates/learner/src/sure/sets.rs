use firelight_costs::{Limit, SetRule, Sets};
use firelight_datablock::FittedTarget;
use firelight_models::Model;

use crate::{Learner, LearnerError};

impl<F: FittedTarget<Target = usize>, M: Model + Sync> Learner<F, M> {
    /// Fits sets of classes that are without the actual one as seldom as the limit says, and puts them in place: predictions, reports and
    /// exports tell them.
    ///
    /// They are fitted on the part that [`held_out`](Self::held_out) is of. Where the calibration in place was fitted on that part too, the
    /// probabilities are those [out of fold](firelight_costs::Calibrator::out_of_fold), which keeps the promise but for how little calibrations of
    /// nearly the same examples differ; to the letter it is kept by sets of other examples than the calibration's
    /// ([`held_out_on`](Self::held_out_on), [`with_prediction_sets`](Self::with_prediction_sets)).
    ///
    /// ```no_run
    /// # use firelight_datablock::Categories;
    /// # use firelight_learner::Learner;
    /// use firelight_costs::{Calibrator, Limit, SetRule};
    ///
    /// # fn finish(mut learn: Learner<Categories>) -> Result<(), Box<dyn std::error::Error>> {
    /// learn.calibrate(&Calibrator::temperature())?;
    /// println!("{}", learn.prediction_sets(&SetRule::lac(), Limit::on_average(0.05)?)?);
    /// let told = learn.predict("my-pet.jpg")?;
    /// println!("{} {:.2}{}", told.class, told.probability(), told.sure); // pug 0.61; one of pug, beagle (…)
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`held_out`](Self::held_out), and [`LearnerError::Cost`] for groups of other classes. The learner is then as it was.
    pub fn prediction_sets(&mut self, rule: &SetRule, limit: Limit) -> Result<Sets, LearnerError> {
        let (held, part) = self.unseen()?;
        let sets = rule.fit(&held, limit)?;
        let (given, fitted) = (Some(sets.clone()), Some((rule.clone(), limit, part)));
        self.state.trusted = std::mem::take(&mut self.state.trusted).with_sets(given, fitted);
        Ok(sets)
    }
}

impl<F: FittedTarget<Target = usize>, M: Model> Learner<F, M> {
    /// Sets that were fitted elsewhere, on probabilities with the calibration in place, as by [`SetRule::fit_costs`]. Those of other
    /// classes are refused by what uses them next, with [`LearnerError::OtherClasses`].
    pub fn with_prediction_sets(mut self, sets: Sets) -> Self {
        self.state.trusted = self.state.trusted.with_sets(Some(sets), None);
        self
    }

    /// No sets.
    pub fn without_prediction_sets(mut self) -> Self {
        self.state.trusted = self.state.trusted.with_sets(None, None);
        self
    }
}
