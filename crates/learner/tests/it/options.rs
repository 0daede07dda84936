//! What a learner can be told about training.

use std::sync::Arc;

use burn::module::Module;
use burn::nn::{Initializer, LinearConfig};
use burn::tensor::{Device, Int, Tensor};
use firelight_datablock::DataLoaders;
use firelight_learner::optim::Sgd;
use firelight_learner::{Better, CsvLog, EarlyStopping, KeepBest, Learner, LossPlot, Monitor};
use firelight_losses::{ClassNumbers, ClassWeights, CrossEntropy, Focal, Groups, Loss, PairWeighted, PairWeights};
use firelight_transforms::{CutMix, MixUp};

use crate::mean_colour::MeanColour;
use crate::monitors::{TOLD, told_metric};
use crate::shapes;
use crate::training::{bits, moved};

type Loaders = DataLoaders<firelight_datablock::Categories>;

fn mean_colour(
    loaders: Loaders,
    loss: impl Loss<ClassNumbers> + 'static,
) -> Learner<firelight_datablock::Categories, MeanColour> {
    let fc = LinearConfig::new(3, 3).with_initializer(Initializer::Constant { value: 0.1 }).init(&Device::flex());
    Learner::new(loaders, MeanColour { fc }, loss).without_observers()
}

fn weights(learn: &Learner<firelight_datablock::Categories, MeanColour>) -> Vec<f32> {
    learn.model().valid().fc.weight.val().into_data().iter::<f32>().collect()
}

/// B3: whatever a mean divides by, also where a batch has less of it than another, or nothing at all.
#[test]
fn accumulated_batches_update_as_one_large_one() {
    let folder = shapes::folder(24); // 18 of them train
    let vocab = shapes::loaders(&folder, &Device::flex()).vocab().clone();
    let rare = ClassWeights::new([("Bright", 5.0), ("bars", 0.5), ("dark", 0.0)]).expect("weights");
    let groups = Groups::by(&vocab, |name| if name == "bars" { "bars" } else { "plain" });
    let pairs = PairWeights::from_groups(&groups, 1.5, 3.0);
    let plain = CrossEntropy::new;
    let weighted = || plain().with_class_weights(&rare, &vocab).expect("weights");
    let smooth = weighted().with_label_smoothing(0.2).expect("a share");
    let losses: Vec<Arc<dyn Loss<Tensor<1, Int>>>> = vec![
        Arc::new(plain()),
        Arc::new(plain().with_ignore_index(1)),
        Arc::new(weighted()),
        Arc::new(weighted().with_ignore_index(0)),
        Arc::new(smooth),
        Arc::new(PairWeighted::new(weighted(), &pairs, &vocab).expect("a loss")),
        Arc::new(Focal::new(2.0).expect("a loss")),
    ];
    for loss in losses {
        let train = |batch: usize, batches: usize| {
            let loaders = shapes::loaders(&folder, &Device::flex()).with_batch_size(batch);
            let mut learn = mean_colour(loaders, loss.clone()).with_optimizer(Sgd::new()).with_accumulation(batches);
            learn.fit(2, 0.1).expect("a fit");
            weights(&learn)
        };
        for (whole, parts) in [((18, 1), (6, 3)), ((18, 1), (6, 9)), ((18, 1), (2, 9))] {
            let (whole, parts) = (train(whole.0, whole.1), train(parts.0, parts.1));
            for (one, other) in whole.iter().zip(&parts) {
                assert!((one - other).abs() < 1e-6, "{}: {whole:?} and {parts:?}", loss.describe());
            }
        }
        assert_ne!(train(18, 1), train(6, 1), "{}", loss.describe());
    }
}

#[test]
fn a_clipped_gradient_moves_a_model_no_further_than_the_rate() {
    let folder = shapes::folder(24);
    let train = |clip: Option<f64>| {
        let loaders = shapes::loaders(&folder, &Device::flex()).with_batch_size(18);
        let mut learn = mean_colour(loaders, CrossEntropy::new()).with_optimizer(Sgd::new());
        if let Some(most) = clip {
            learn = learn.with_gradient_clip(most);
        }
        let before = weights(&learn);
        learn.fit(1, 1.0).expect("a fit");
        let way: f32 = before.iter().zip(weights(&learn)).map(|(a, b)| (a - b).powi(2)).sum();
        way.sqrt()
    };
    assert!(train(None) > 0.011, "{}", train(None));
    assert!(train(Some(0.01)) < 0.0101, "{}", train(Some(0.01)));
}

#[test]
fn mixed_training_is_the_same_with_any_number_of_workers_and_differs_from_plain() {
    let folder = shapes::folder(24);
    let plain = |workers| shapes::learner(shapes::loaders(&folder, &Device::flex()).with_workers(workers));
    let train = |mut learn: shapes::ShapeLearner| {
        learn.fit_one_cycle(2, 1e-2).expect("a fit");
        bits(learn.model())
    };
    let unmixed = train(plain(1));
    for mix in [MixUp::default().into(), CutMix::default().into()] {
        let mix: firelight_learner::Mix = mix;
        let mixed = train(plain(1).with_mix(mix));
        assert_eq!(moved(&mixed, &train(plain(2).with_mix(mix))), Vec::<String>::new());
        assert!(!moved(&mixed, &unmixed).is_empty());
    }
}

#[test]
fn features_cannot_be_mixed() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_mix(MixUp::new(0.4));
    let error = learn.fit_head(1, 1e-3, 0).expect_err("refused").to_string();
    assert_eq!(
        error,
        "mix: Up(MixUp { alpha: 0.4 }) with features instead of pictures makes no sense; leave it out, or freeze and fit"
    );
}

#[test]
fn the_best_model_of_a_fit_is_kept_and_restored() {
    let folder = shapes::folder(24);
    let values = [0.1, 0.9, 0.3, 0.2].map(Some);
    let learner = || {
        let learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
        learn.with_metrics([told_metric(Better::More, &values)])
    };
    let after = |epochs: usize| {
        let mut learn = learner();
        learn.fit(epochs, 1e-3).expect("a fit at one rate, of which the first epochs are a shorter one");
        bits(learn.model())
    };
    for restore in [true, false] {
        let mut learn = learner().with_best(KeepBest::new(TOLD).with_restore(restore));
        learn.fit(4, 1e-3).expect("a fit");
        let best = learn.best().expect("a best model");
        assert_eq!((best.row.epoch, best.row.metrics[0]), (1, Some(0.9)));
        assert!(bits(&best.model) == after(2));
        assert!(bits(learn.model()) == after(if restore { 2 } else { 4 }));
    }
}

#[test]
fn early_stopping_ends_a_fit_after_its_patience() {
    let folder = shapes::folder(24);
    // Nothing improves by a thousand, so the first epoch is the best one, and two more are waited for.
    let stop = EarlyStopping::new(Monitor::ValidLoss).with_patience(2).with_min_delta(1e3);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_observer(stop);
    learn.fit(9, 1e-4).expect("a fit");
    assert_eq!(learn.history().epochs.len(), 3);
    learn.fit(9, 1e-4).expect("a fit");
    assert_eq!(learn.history().epochs.len(), 6, "each fit starts anew");
}

#[test]
fn a_csv_log_has_a_line_an_epoch() {
    let folder = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("history.csv");
    let log = CsvLog::create(&file).expect("a log");
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_observer(log);
    learn.fit(2, 1e-3).expect("a fit");
    learn.fit(1, 1e-3).expect("a fit");
    let text = std::fs::read_to_string(&file).expect("text");
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["epoch", "train_loss", "valid_loss", "accuracy", "seconds"]);
    assert_eq!(lines[1..].iter().map(|line| line[0]).collect::<Vec<_>>(), ["0", "1", "0"]);
    for (line, row) in lines[1..].iter().zip(&learn.history().epochs) {
        assert_eq!(line[2].parse::<f64>().expect("a number").to_bits(), row.valid_loss.expect("a loss").to_bits());
    }
    let error = CsvLog::create(place.path().join("no/such/folder.csv")).expect_err("refused").to_string();
    assert!(error.starts_with("csv log: cannot write "), "{error}");
}

#[test]
fn a_head_trains_on_the_items_that_sampling_chooses() {
    let folder = shapes::folder(24);
    let loaders = shapes::loaders(&folder, &Device::flex()).with_items_an_epoch(9).with_batch_size(3);
    let mut learn = shapes::learner(loaders);
    learn.fit_head(2, 1e-3, 0).expect("a fit");
    assert_eq!(learn.history().steps.len(), 2 * 3);
}

#[test]
fn a_loss_plot_is_drawn_after_each_epoch_and_ends_quietly_where_it_cannot_be() {
    let folder = shapes::folder(24);
    let out = tempfile::tempdir().expect("a folder");
    let path = out.path().join("losses.png");
    let learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_observer(LossPlot::new(&path));
    let mut learn = learn.with_observer(LossPlot::new(out.path().join("missing/losses.png")));
    learn.fit(2, 1e-3).expect("a fit, whatever becomes of its plots");
    let drawn = image::open(&path).expect("a picture").to_rgb8();
    assert_eq!(drawn, learn.plot_losses());
    assert_eq!(std::fs::read_dir(out.path()).expect("a folder").count(), 1, "nothing half-written stays");
    learn.fit(1, 1e-3).expect("a second fit");
    assert_ne!(image::open(&path).expect("a picture").to_rgb8(), drawn, "the plot is of the fit under way");
}
