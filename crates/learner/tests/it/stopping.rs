//! Runs that are stopped anywhere and gone on with end as unbroken ones do.

use std::path::Path;

use burn::tensor::{Device, Int, Tensor};
use firelight_learner::{
    Checkpoints, CsvLog, EarlyStopping, Ema, KeepBest, LearnerError, Plateau, Precision, RateSearch, Sam, Schedule,
};
use firelight_losses::{CrossEntropy, Focal, Loss};
use firelight_transforms::{CutMix, MixUp};
use tempfile::TempDir;

use crate::bomb::{self, Bomb, Bombed, BombedLearner, Learned, Place};
use crate::shapes;

/// A program: how its learner is set up, what it asks of it, and what it has after each fit.
#[derive(Clone, Copy)]
struct Program {
    set_up: fn(BombedLearner) -> BombedLearner,
    run: fn(BombedLearner, &Bomb) -> Result<Vec<Learned>, LearnerError>,
}

/// The book's recipe: the head on features, everything at the rate that a search finds, and a second fit with another loss.
pub fn recipe(mut learn: BombedLearner, bomb: &Bomb) -> Result<Vec<Learned>, LearnerError> {
    learn.freeze()?;
    learn.fit_head(2, 1e-2, 1)?;
    let head = Learned::by(&learn);
    learn.unfreeze()?;
    let search = RateSearch { steps: 8, stop_when_worse: false, ..RateSearch::default() };
    let rate = learn.lr_find_with(&search)?.valley().unwrap_or(1e-3);
    learn.fit_one_cycle(2, rate.clamp(1e-4, 1e-2))?;
    let whole = Learned::by(&learn);
    let focal: Box<dyn Loss<Tensor<1, Int>>> = Box::new(Focal::new(2.0).expect("a loss"));
    let mut learn = learn.with_loss(Bombed(focal, bomb.clone()));
    learn.fit_one_cycle(1, 1e-3)?;
    Ok(vec![head, whole, Learned::by(&learn)])
}

/// Two fits, the second with everything thawed.
fn two_fits(mut learn: BombedLearner, _bomb: &Bomb) -> Result<Vec<Learned>, LearnerError> {
    learn.freeze()?;
    learn.fit_one_cycle(1, 1e-2)?;
    let frozen = Learned::by(&learn);
    learn.unfreeze()?;
    learn.fit_one_cycle(2, 1e-3..1e-2)?;
    Ok(vec![frozen, Learned::by(&learn)])
}

/// Fits that freeze and thaw by themselves, of which one trains nothing.
fn fits_of_their_own(mut learn: BombedLearner, _bomb: &Bomb) -> Result<Vec<Learned>, LearnerError> {
    learn.fine_tune(1, 1e-2)?;
    let fine = Learned::by(&learn);
    learn.fit(0, 1e-3)?;
    learn.fit(1, 1e-3)?;
    let whole = Learned::by(&learn);
    learn.fit_head(1, 1e-3, 0)?;
    learn.fit(1, 1e-3)?;
    Ok(vec![fine, whole, Learned::by(&learn)])
}

/// A fit whose rates go down and which ends early.
fn plateau(mut learn: BombedLearner, _bomb: &Bomb) -> Result<Vec<Learned>, LearnerError> {
    let plateau = Plateau::new().with_monitor("confidence").with_min_delta(0.5).with_factor(2.0);
    learn.fit_along(6, 1e-3, Schedule::constant().with_plateau(plateau))?;
    let best = Learned::by(&learn);
    learn.fit(1, 1e-3)?;
    Ok(vec![best, Learned::by(&learn)])
}

/// Where a program keeps its files.
struct Files {
    pictures: TempDir,
    kept: TempDir,
}

impl Files {
    fn new() -> Self {
        Self { pictures: shapes::folder(24), kept: tempfile::tempdir().expect("a folder") }
    }

    /// Runs a program from its start, as one does after a crash.
    fn run(&self, program: Program, bomb: &Bomb) -> Result<(Vec<Learned>, String), LearnerError> {
        let table = self.kept.path().join("table.csv");
        let checkpoints = Checkpoints::in_folder(self.kept.path().join("checkpoints")).every_steps(1);
        let learn = bomb::learner(self.pictures.path(), bomb, CrossEntropy::new());
        let learn = learn.with_checkpoints(checkpoints).with_observer(CsvLog::append(&table)?);
        Ok(((program.run)((program.set_up)(learn), bomb)?, timeless(&table)))
    }
}

/// A table without its column of seconds.
fn timeless(table: &Path) -> String {
    let text = std::fs::read_to_string(table).expect("a table");
    let lines = text.lines().map(|line| line.rsplit_once(',').expect("columns").0);
    lines.collect::<Vec<_>>().join("\n")
}

/// Stops a program at every call of the loss (each step of fits and searches, each batch of validations), while it tells of each epoch
/// and of some steps, and at some readings (those of features among them), and goes on. `FIRELIGHT_STOPS=all` takes all of them.
fn stops_everywhere(program: Program) {
    let all = std::env::var("FIRELIGHT_STOPS").is_ok_and(|stops| stops == "all");
    let (some, few) = if all { (1, 1) } else { (4, 20) };
    let bomb = Bomb::default();
    let expected = Files::new().run(program, &bomb).expect("an unbroken run");
    let count = |place| bomb.count(place);
    let stops = (0..count(Place::Loss)).map(|after| (Place::Loss, after));
    let stops = stops.chain((0..count(Place::Epoch)).map(|after| (Place::Epoch, after)));
    let stops = stops.chain((0..count(Place::Step)).step_by(some).map(|after| (Place::Step, after)));
    let stops = stops.chain((5..count(Place::Input)).step_by(few).map(|after| (Place::Input, after)));
    for (place, after) in stops.collect::<Vec<_>>() {
        let files = Files::new();
        bomb.set(place, after);
        match files.run(program, &bomb) {
            Err(error) => assert!(error.to_string().contains("a bomb at"), "{error}"),
            // Pictures are read ahead, some for nothing where a search ends early, and how many is a matter of time.
            Ok(whole) => {
                assert_eq!(place, Place::Input, "number {after} is not reached");
                assert_eq!(whole, expected);
            }
        }
        bomb.clear();
        let (learned, table) = files.run(program, &bomb).expect("the rest");
        assert_eq!(learned, expected.0, "after a stop at {place:?} {after}");
        assert_eq!(table, expected.1, "after a stop at {place:?} {after}");
    }
}

#[test]
fn the_books_recipe_goes_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn, run: recipe });
}

#[test]
fn steps_that_go_ahead_go_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn.with_steps_ahead(true), run: recipe });
    let set_up = |learn: BombedLearner| {
        learn.with_steps_ahead(true).with_precision(Precision::BF16).with_ema(Ema::new(0.9)).with_gradient_clip(1.0)
    };
    stops_everywhere(Program { set_up, run: two_fits });
}

#[test]
fn fits_that_freeze_by_themselves_go_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn, run: fits_of_their_own });
}

#[test]
fn accumulated_batches_go_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn.with_accumulation(2), run: two_fits });
}

#[test]
fn averages_of_weights_and_gradients_uphill_go_on_from_anywhere() {
    let set_up = |learn: BombedLearner| {
        learn.with_ema(Ema::new(0.9)).with_sam(Sam::default()).with_best(KeepBest::new("accuracy"))
    };
    stops_everywhere(Program { set_up, run: two_fits });
}

#[test]
fn mixed_pictures_go_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn.with_mix(MixUp::default()), run: two_fits });
    stops_everywhere(Program { set_up: |learn| learn.with_mix(CutMix::default()), run: two_fits });
}

#[test]
fn half_precision_goes_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn.with_precision(Precision::F16), run: two_fits });
}

#[test]
fn two_devices_go_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn.with_devices([Device::flex(), Device::flex()]), run: two_fits });
}

#[test]
fn plateaus_early_stops_and_best_models_go_on_from_anywhere() {
    let set_up = |learn: BombedLearner| {
        let stop = EarlyStopping::new("confidence").with_patience(3).with_min_delta(0.5);
        learn.with_best(KeepBest::new("accuracy")).with_observer(stop)
    };
    stops_everywhere(Program { set_up, run: plateau });
}

/// B20: a program that is over is told again from its checkpoints, at no cost, also where features would be the dear part.
#[test]
fn a_run_that_is_over_reads_and_trains_nothing() {
    fn head(mut learn: BombedLearner, _bomb: &Bomb) -> Result<Vec<Learned>, LearnerError> {
        learn.fit_head(2, 1e-2, 2)?;
        Ok(vec![Learned::by(&learn)])
    }
    for run in [recipe, head] {
        let (files, bomb) = (Files::new(), Bomb::default());
        let program = Program { set_up: |learn| learn, run };
        let expected = files.run(program, &bomb).expect("a run");
        bomb.clear();
        assert_eq!(files.run(program, &bomb).expect("the same run"), expected);
        assert_eq!((bomb.count(Place::Loss), bomb.count(Place::File), bomb.count(Place::Input)), (0, 0, 0));
    }
}
