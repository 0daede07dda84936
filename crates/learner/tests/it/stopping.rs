//! Runs that are stopped anywhere and gone on with end as unbroken ones do.

use std::path::Path;

use burn::tensor::{Device, Int, Tensor};
use firelight_learner::{
    Checkpoints, CsvLog, EarlyStopping, KeepBest, LearnerError, Plateau, Precision, RateSearch, Schedule,
};
use firelight_losses::{CrossEntropy, Focal, Loss};
use firelight_transforms::{CutMix, MixUp};
use tempfile::TempDir;

use crate::bomb::{self, Bomb, Bombed, BombedLearner, Learned, Place};
use crate::shapes;

/// A program: how its learner is set up, and what it asks of it.
#[derive(Clone, Copy)]
struct Program {
    set_up: fn(BombedLearner) -> BombedLearner,
    run: fn(BombedLearner, &Bomb) -> Result<BombedLearner, LearnerError>,
}

/// The book's recipe: the head on features, everything at the rate that a search finds, and a second fit with another loss.
pub fn recipe(mut learn: BombedLearner, bomb: &Bomb) -> Result<BombedLearner, LearnerError> {
    learn.freeze()?;
    learn.fit_head(2, 1e-2, 1)?;
    learn.unfreeze()?;
    let search = RateSearch { steps: 8, stop_when_worse: false, ..RateSearch::default() };
    let rate = learn.lr_find_with(&search)?.valley().unwrap_or(1e-3);
    learn.fit_one_cycle(2, rate.clamp(1e-4, 1e-2))?;
    let focal: Box<dyn Loss<Tensor<1, Int>>> = Box::new(Focal::new(2.0).expect("a loss"));
    let mut learn = learn.with_loss(Bombed(focal, bomb.clone()));
    learn.fit_one_cycle(1, 1e-3)?;
    Ok(learn)
}

/// Two fits, the second with everything thawed.
fn two_fits(mut learn: BombedLearner, _bomb: &Bomb) -> Result<BombedLearner, LearnerError> {
    learn.freeze()?;
    learn.fit_one_cycle(1, 1e-2)?;
    learn.unfreeze()?;
    learn.fit_one_cycle(2, 1e-3..1e-2)?;
    Ok(learn)
}

/// A fit whose rates go down and which ends early.
fn plateau(mut learn: BombedLearner, _bomb: &Bomb) -> Result<BombedLearner, LearnerError> {
    let plateau = Plateau::new().with_monitor("confidence").with_min_delta(0.5).with_factor(2.0);
    learn.fit_along(6, 1e-3, Schedule::constant().with_plateau(plateau))?;
    learn.fit(1, 1e-3)?;
    Ok(learn)
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
    fn run(&self, program: Program, bomb: &Bomb) -> Result<(Learned, String), LearnerError> {
        let table = self.kept.path().join("table.csv");
        let checkpoints = Checkpoints::in_folder(self.kept.path().join("checkpoints")).every_steps(1);
        let learn = bomb::learner(self.pictures.path(), bomb, CrossEntropy::new());
        let learn = learn.with_checkpoints(checkpoints).with_observer(CsvLog::append(&table)?);
        let learn = (program.run)((program.set_up)(learn), bomb)?;
        Ok((Learned::by(&learn), timeless(&table)))
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
        let error = files.run(program, &bomb).err().unwrap_or_else(|| panic!("{place:?} {after} is not reached"));
        assert!(error.to_string().contains("a bomb at"), "{error}");
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
fn accumulated_batches_go_on_from_anywhere() {
    stops_everywhere(Program { set_up: |learn| learn.with_accumulation(2), run: two_fits });
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

/// A program that is over is told again from its checkpoints, at no cost.
#[test]
fn a_run_that_is_over_reads_and_trains_nothing() {
    let (files, bomb) = (Files::new(), Bomb::default());
    let program = Program { set_up: |learn| learn, run: recipe };
    let expected = files.run(program, &bomb).expect("a run");
    bomb.clear();
    assert_eq!(files.run(program, &bomb).expect("the same run"), expected);
    assert_eq!((bomb.count(Place::Loss), bomb.count(Place::File)), (0, 0));
}
