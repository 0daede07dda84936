//! Checkpoints: what a run that is gone on with does, and what it refuses.

use std::path::Path;
use std::sync::{Arc, Mutex};

use burn::tensor::Device;
use firelight_learner::models::Arch;
use firelight_learner::optim::{Adam, Lookahead, RAdam};
use firelight_learner::{
    Backbone, Better, Checkpoints, CsvLog, Event, Flow, HeadFeatures, KeepBest, LearnerError, RateSearch, accuracy,
    brier_score, mean_cost, mean_recall, vision_learner,
};
use firelight_losses::{CostMatrix, CrossEntropy, Decision};
use tempfile::TempDir;

use crate::monitors::{TOLD, told_metric};
use crate::shapes::{self, ShapeLearner};
use crate::training::{AllBits, bits, moved};

fn learner(folder: &TempDir, checkpoints: &Path) -> ShapeLearner {
    shapes::learner(shapes::loaders(folder, &Device::flex())).with_checkpoints(checkpoints)
}

/// The names of the checkpoints that are there.
fn there(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(".checkpoint")).collect();
    names.sort();
    names
}

#[test]
fn observers_of_a_resumed_run_hear_all_that_happened() {
    let (folder, checkpoints) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    // What is told again, and all that is told at the first time, but for how many epochs that is, and that it was done before.
    let plain = |event: &Event| match event {
        Event::Start { epochs, steps, metrics, better, .. } => Some(format!("{epochs} {steps} {metrics:?} {better:?}")),
        Event::Notice(_) => None,
        event => Some(format!("{event:?}")),
    };
    let run = || {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = heard.clone();
        let observer = move |event: &Event| {
            log.lock().expect("a log").extend(plain(event));
            Flow::Continue
        };
        let mut learn = learner(&folder, checkpoints.path()).with_observer(observer);
        learn.fine_tune(2, 1e-2).expect("a fit");
        let (history, predictions) = (learn.history().clone(), learn.predictions().expect("predictions"));
        drop(learn);
        (Arc::into_inner(heard).expect("one owner").into_inner().expect("a log"), history, predictions)
    };
    let first = run();
    assert!(first.0.len() > 10);
    assert_eq!(first, run());
}

#[test]
fn checkpoints_of_another_run_are_refused() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    learner(&folder, place.path()).fit_one_cycle(2, 1e-2).expect("a fit");
    let refusal = |learn: ShapeLearner| {
        let mut learn = learn;
        let error = learn.fit_one_cycle(2, 1e-2).expect_err("refused");
        assert!(matches!(error, LearnerError::OtherRun { .. }), "{error}");
        let text = error.to_string();
        let start =
            format!("checkpoint: {}/step-000000004.checkpoint belongs to another run: its ", place.path().display());
        let end = "; choose another folder for the checkpoints, or remove that one to start anew";
        text.strip_prefix(&start).and_then(|text| text.strip_suffix(end)).unwrap_or(&text).to_string()
    };
    let loaders = || shapes::loaders(&folder, &Device::flex());
    let small = |loaders| {
        let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
        vision_learner(loaders, backbone).expect("a learner").without_observers().with_checkpoints(place.path())
    };
    let resnet = vision_learner(loaders(), Backbone::from(Arch::ResNet18)).expect("a learner").without_observers();
    assert_eq!(refusal(resnet.with_checkpoints(place.path())), "architecture is small, here it is resnet18");
    assert_eq!(refusal(small(loaders().with_batch_size(4))), "batch size is 8, here it is 4");
    assert_eq!(refusal(small(loaders()).with_seed(7)), "seed is 42, here it is 7");
    let said = refusal(small(loaders().with_seed(7)));
    assert!(said.starts_with("order of the pictures is 18 of 18 ("), "{said}");
    let mut focal = small(loaders()).with_loss(firelight_losses::Focal::new(2.0).expect("a loss"));
    let error = focal.fit_one_cycle(2, 1e-2).expect_err("another loss").to_string();
    assert!(error.contains("its loss is cross entropy, here it is focal"), "{error}");
    let smooth = CrossEntropy::new().with_label_smoothing(0.1).expect("a loss");
    let said = refusal(small(loaders()).with_loss(smooth));
    assert_eq!(said, "loss is cross entropy, here it is cross entropy (label smoothing 0.1)");
    let steps = |clip: &str| {
        format!(
            "{clip} clipping, 1 batches an update, no mixing, norms of frozen groups frozen, other norms Trained, F32 precision"
        )
    };
    let clipped = refusal(small(loaders()).with_gradient_clip(0.5));
    assert_eq!(clipped, format!("steps is {}, here it is {}", steps("no"), steps("0.5")));
    // B24, F6: what was not compared.
    let adam = "adam (momentum 0.9, 0.99 of squares, epsilon 0.00001, weight decay";
    assert_eq!(
        refusal(small(loaders()).with_optimizer(Adam { weight_decay: 0.3, ..Adam::default() })),
        format!("optimizer is {adam} 0.01), here it is {adam} 0.3)")
    );
    let ahead = refusal(small(loaders()).with_optimizer(Lookahead::new(RAdam::default())));
    assert!(ahead.contains("here it is lookahead (") && ahead.contains("over radam ("), "{ahead}");
    let metrics = refusal(small(loaders()).with_metrics([mean_recall(), accuracy()]));
    assert_eq!(metrics, "metrics is accuracy, here it is mean_recall, accuracy");
    assert_eq!(refusal(small(loaders()).with_metrics([brier_score()])), "metrics is accuracy, here it is brier");
    // What only a digest tells apart: costs, transforms whose words are rounded, limits of pictures.
    let vocab = loaders().vocab().clone();
    let costs = |cost: f64| CostMatrix::from_fn(&vocab, |truth, said| if truth == said { 0.0 } else { cost });
    let risk = |cost: f64| Decision::minimum_risk(&costs(cost), &vocab).expect("a rule");
    let said = refusal(small(loaders()).with_decision(risk(2.0)));
    assert!(said.starts_with("decision is the likeliest class, here it is the least expected cost ("), "{said}");
    let paid = |cost: f64| small(loaders()).with_metrics([mean_cost(&costs(cost), &vocab).expect("a metric")]);
    let said = refusal(paid(1.0));
    assert!(said.starts_with("metrics is accuracy, here it is cost ("), "{said}");
    assert_ne!(said, refusal(paid(2.0)));
    let dropout = vision_learner(loaders(), Backbone::from(Arch::Small).with_dropout(0.3)).expect("a learner");
    let dropout = refusal(dropout.without_observers().with_checkpoints(place.path()));
    assert!(dropout.starts_with("head is HeadConfig") && dropout.contains("dropout: 0.3"), "{dropout}");
    let best = refusal(small(loaders()).with_best(KeepBest::new("accuracy")));
    assert!(best.starts_with("best model is not kept, here it is "), "{best}");
    let mut frozen = small(loaders());
    frozen.freeze().expect("frozen");
    assert_eq!(refusal(frozen), "frozen groups is 0, here it is 1");
    let more = shapes::folder(28);
    let said = refusal(small(shapes::loaders(&more, &Device::flex())));
    assert!(said.starts_with("training items is 18 (") && said.contains("), here it is 21 ("), "{said}");
    let other = shapes::renamed(&folder, "bars", "stripes");
    assert_eq!(
        refusal(small(shapes::loaders(&other, &Device::flex()))),
        "classes is 3 (it is for 3 classes and the data have 3; only in the file: \"bars\"; only in the data: \"stripes\"), here \
         it is 3"
    );
    let error = learner(&folder, place.path()).fit_one_cycle(3, 1e-2).expect_err("another schedule").to_string();
    assert!(error.contains("its work number 1 is 2 epochs of 2 steps"), "{error}");
    assert!(error.contains(", here it is 3 epochs of 2 steps"), "{error}");
}

#[test]
fn the_best_model_is_in_the_checkpoints() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let run = |values: &[f64]| {
        let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
        let mut learn = learner(&folder, place.path())
            .with_checkpoints(Checkpoints::in_folder(place.path()).keeping(9))
            .with_metrics([told_metric(Better::More, &values)])
            .with_best(KeepBest::new(TOLD));
        learn.fit(6, 1e-3).expect("a fit");
        let row = learn.best().expect("a best model").row.clone();
        (learn.predictions().expect("predictions"), row.epoch)
    };
    let unbroken = run(&[0.1, 0.2, 0.9, 0.3, 0.2, 0.1]);
    assert_eq!(unbroken.1, 2);
    // As if it had been killed after the last epoch, and two before it.
    assert_eq!(run(&[]), unbroken);
    for steps in 9..=12 {
        let _ = std::fs::remove_file(place.path().join(format!("step-{steps:09}.checkpoint")));
    }
    assert_eq!(run(&[0.2, 0.1]), unbroken);
}

#[test]
fn a_damaged_checkpoint_is_passed_over_for_the_one_before_and_refused_where_there_is_none() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let mut learn = learner(&folder, place.path());
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let expected = learn.predictions().expect("predictions");
    let (old, new) = (place.path().join("step-000000002.checkpoint"), place.path().join("step-000000004.checkpoint"));
    let whole = std::fs::read(&new).expect("bytes");

    std::fs::write(&new, &whole[..whole.len() / 2]).expect("cut short");
    let mut learn = learner(&folder, place.path());
    learn.fit_one_cycle(2, 1e-2).expect("the second epoch");
    assert_eq!(learn.predictions().expect("predictions"), expected);
    assert_eq!(learn.history().epochs.len(), 2);

    std::fs::remove_file(old).expect("removed");
    let mut learn = learner(&folder, place.path());
    shapes::damage(&whole, |bytes, what| {
        std::fs::write(&new, bytes).expect("a file");
        let error = learn.fit_one_cycle(2, 1e-2).expect_err(what);
        assert!(matches!(error, LearnerError::Unusable { .. }), "{what}: {error}");
    });
    std::fs::write(&new, b"firelight-checkpoint 1 no").expect("a file");
    let error = learn.fit_one_cycle(2, 1e-2).expect_err("refused").to_string();
    assert!(
        error.contains("step-000000004.checkpoint is not a usable Firelight checkpoint: it has no first line"),
        "{error}"
    );
}

/// Nothing is taken over from a checkpoint before all of it is compared: the refused learner is as it was, and trains.
#[test]
fn a_learner_that_is_refused_its_checkpoint_is_as_it_was() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    learner(&folder, place.path()).fit_one_cycle(2, 1e-2).expect("a fit");
    let mut learn = learner(&folder, place.path());
    let before = bits(learn.model());
    let error = learn.fit_one_cycle(3, 1e-2).expect_err("another fit");
    assert!(matches!(error, LearnerError::OtherRun { .. }), "{error}");
    assert_eq!(moved(&before, &bits(learn.model())), Vec::<String>::new());
    assert!(learn.history().steps.is_empty());
}

/// B5: a search between fits writes nothing, whatever its steps are.
#[test]
fn a_search_writes_no_checkpoints_and_removes_none() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let mut learn =
        learner(&folder, place.path()).with_checkpoints(Checkpoints::in_folder(place.path()).every_steps(2));
    learn.fit(1, 1e-3).expect("a fit");
    let before = there(place.path());
    assert_eq!(before, ["step-000000002.checkpoint"]);
    learn.lr_find().expect("a curve");
    assert_eq!(there(place.path()), before);
}

/// B23: a copy that a user made is not the newest checkpoint, and no file of another run is removed.
#[test]
fn only_a_runs_own_checkpoints_are_gone_on_with_and_removed() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    learner(&folder, place.path()).fit(1, 1e-3).expect("a fit");
    let own = place.path().join("step-000000002.checkpoint");
    let bytes = std::fs::read(&own).expect("bytes");
    for name in ["step-best.checkpoint", "step-000000002 (copy).checkpoint", "step-12.checkpoint"] {
        std::fs::write(place.path().join(name), &bytes).expect("a copy");
    }
    // Of a run in another folder, moved here.
    let other = tempfile::tempdir().expect("a folder");
    learner(&folder, other.path()).with_seed(9).fit(1, 1e-3).expect("a fit");
    std::fs::copy(other.path().join("step-000000002.checkpoint"), place.path().join("step-000000001.checkpoint"))
        .expect("a copy");
    let mut learn = learner(&folder, place.path());
    learn.fit(1, 1e-3).expect("the same fit");
    learn.fit(4, 1e-3).expect("another");
    assert_eq!(
        there(place.path()),
        [
            "step-000000001.checkpoint",
            "step-000000002 (copy).checkpoint",
            "step-000000002.checkpoint",
            "step-000000008.checkpoint",
            "step-000000010.checkpoint",
            "step-12.checkpoint",
            "step-best.checkpoint"
        ]
    );
}

/// B39: rows are in one file, so a checkpoint does not grow with its run.
#[test]
fn checkpoints_are_as_large_at_the_end_as_at_the_start() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let mut learn = learner(&folder, place.path()).with_checkpoints(Checkpoints::in_folder(place.path()).keeping(100));
    learn.fit(60, 1e-4).expect("a fit");
    let size = |steps: usize| {
        let path = place.path().join(format!("step-{steps:09}.checkpoint"));
        std::fs::metadata(path).expect("a checkpoint").len()
    };
    let rows = std::fs::metadata(place.path().join("run.history")).expect("a history").len();
    assert!(size(120).abs_diff(size(2)) < 64, "{} and {}", size(2), size(120));
    assert!(rows > 120 * 30, "the history is there: {rows}");
}

/// B21: features are of one body, and a learner whose body has changed since refuses them.
#[test]
fn features_of_another_body_are_refused() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let features: HeadFeatures<_> = learn.head_features(0).expect("features");
    learn.fit_head_on(&features, 1, 1e-3).expect("a fit of the head alone");
    learn.fit_head_on(&features, 1, 1e-3).expect("another one");
    learn.unfreeze().expect("thawed");
    learn.fit_head_on(&features, 1, 1e-3).expect("frozen again, with the same weights");
    learn.unfreeze().expect("thawed");
    learn.fit(1, 1e-3).expect("a fit of everything");
    let error = learn.fit_head_on(&features, 1, 1e-3).expect_err("refused").to_string();
    assert_eq!(
        error,
        "features: they are of a body with other weights than this learner has; compute them again with `head_features`"
    );
    assert!(matches!(learn.evaluate_head_on(&features), Err(LearnerError::Features { .. })));
    let wider = vision_learner(shapes::loaders(&folder, &Device::flex()), Backbone::from(Arch::ResNet18));
    assert!(matches!(wider.expect("a learner").fit_head_on(&features, 1, 1e-3), Err(LearnerError::Features { .. })));
}

/// B6: the rate that a search found is the one that the fit was made with, also where the checkpoint has later weights.
#[test]
fn a_search_gives_its_curve_again() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let run = || {
        let mut learn = learner(&folder, place.path());
        learn.fit(1, 1e-3).expect("a fit");
        let search = RateSearch { stop_when_worse: false, ..RateSearch::default() };
        let curve = learn.lr_find_with(&search).expect("a curve");
        learn.fit_one_cycle(2, curve.valley().unwrap_or(1e-3)).expect("a fit");
        (curve.rates().to_vec(), curve.losses().to_vec(), bits(learn.model()))
    };
    let first = run();
    let same = |again: (Vec<f64>, Vec<f64>, AllBits)| {
        assert_eq!((&again.0, &again.1), (&first.0, &first.1));
        assert_eq!(moved(&first.2, &again.2), Vec::<String>::new());
    };
    same(run());
}

/// B32: a table that goes on has each row once, under one header, wherever the run was stopped.
#[test]
fn a_table_that_goes_on_has_each_row_once() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let table = place.path().join("table.csv");
    std::fs::write(&table, "epoch,train_loss,valid_loss,accuracy,seconds\n0,9,9,0.1,1.000\n").expect("an older run");
    let run = |epochs: usize| {
        let mut left = epochs;
        let stop = move |event: &Event| {
            if let Event::Epoch(_) = event {
                left -= 1;
                assert!(left > 0, "stopped");
            }
            Flow::Continue
        };
        let log = CsvLog::append(&table).expect("a log");
        let mut learn = learner(&folder, &place.path().join("kept")).with_observer(stop).with_observer(log);
        learn.fit(3, 1e-3)
    };
    assert!(run(2).is_err());
    assert!(run(3).is_err());
    run(9).expect("the rest");
    let text = std::fs::read_to_string(&table).expect("a table");
    let epochs: Vec<&str> = text.lines().map(|line| line.split(',').next().unwrap_or_default()).collect();
    assert_eq!(epochs, ["epoch", "0", "0", "1", "2"], "{text}");
}

/// What is asked of checkpoints that makes no sense is refused, and not changed in silence.
#[test]
fn checkpoints_that_are_never_written_or_kept_are_refused() {
    let (folder, place) = (shapes::folder(12), tempfile::tempdir().expect("a folder"));
    for checkpoints in
        [Checkpoints::in_folder(place.path()).every_steps(0), Checkpoints::in_folder(place.path()).keeping(0)]
    {
        let mut learn = learner(&folder, place.path()).with_checkpoints(checkpoints);
        let error = learn.fit(1, 1e-3).expect_err("refused");
        assert!(matches!(error, LearnerError::Setting { setting: "checkpoints", .. }), "{error}");
    }
}
