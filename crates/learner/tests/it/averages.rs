//! Means of weights: over the steps of a fit, and over trainings.

use burn::module::Module;
use burn::nn::{Initializer, LinearConfig};
use burn::tensor::Device;
use firelight_datablock::Categories;
use firelight_learner::optim::Sgd;
use firelight_learner::{Better, Ema, KeepBest, Learner, LearnerError, accuracy};
use firelight_losses::CrossEntropy;

use crate::mean_colour::MeanColour;
use crate::monitors::{TOLD, told_metric};
use crate::shapes::{self, ShapeLearner};
use crate::training::bits;

type Colours = Learner<Categories, MeanColour>;

/// One step an epoch, so that a shorter fit is the start of a longer one.
fn colours(folder: &tempfile::TempDir) -> Colours {
    let fc = LinearConfig::new(3, 3).with_initializer(Initializer::Constant { value: 0.1 }).init(&Device::flex());
    let loaders = shapes::loaders(folder, &Device::flex()).with_batch_size(18);
    Learner::new(loaders, MeanColour { fc }, CrossEntropy::new()).without_observers().with_optimizer(Sgd::new())
}

fn weights(learn: &Colours) -> Vec<f64> {
    learn.model().valid().fc.weight.val().into_data().iter::<f32>().map(f64::from).collect()
}

#[test]
fn a_fit_ends_with_the_moving_average_of_its_weights() {
    let folder = shapes::folder(24);
    let after = |epochs: usize| {
        let mut learn = colours(&folder);
        learn.fit(epochs, 0.5).expect("a fit");
        weights(&learn)
    };
    for ema in [Ema::new(0.6), Ema::new(0.6).with_warm_up(false), Ema::new(0.0)] {
        let mut learn = colours(&folder).with_ema(ema);
        learn.fit(4, 0.5).expect("a fit");
        let mut expected = weights(&colours(&folder));
        for update in 0..4 {
            let decay = ema.decay(update);
            let now = after(update + 1);
            expected = expected.iter().zip(now).map(|(mean, now)| decay * mean + (1.0 - decay) * now).collect();
        }
        for (mean, expected) in weights(&learn).iter().zip(&expected) {
            assert!((mean - expected).abs() < 1e-6, "{ema}: {mean} is not {expected}");
        }
        // It is what the fit was judged by.
        let told = learn.history().epochs[3].valid_loss.expect("a loss");
        let loss = learn.evaluate().expect("an evaluation").loss;
        assert!((told - loss).abs() < 1e-12, "{told} and {loss}");
    }
}

/// Statistics of norms are a part of it, and the best model is the best average.
#[test]
fn the_best_average_is_kept_with_its_statistics() {
    let folder = shapes::folder(24);
    let learner = |values: &[Option<f64>]| {
        let learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_ema(Ema::new(0.8));
        learn.with_metrics([told_metric(Better::More, values)])
    };
    let two = [0.1, 0.9].map(Some);
    let mut short = learner(&two);
    short.fit(2, 1e-3).expect("a fit");
    let four = [0.1, 0.9, 0.3, 0.2].map(Some);
    let mut long = learner(&four).with_best(KeepBest::new(TOLD));
    long.fit(4, 1e-3).expect("a fit");
    assert!(bits(long.model()) == bits(short.model()));
    assert!(bits(&long.best().expect("a best model").model) == bits(short.model()));
}

/// What does not train is left as it is, to the bit.
#[test]
fn a_frozen_body_is_its_own_average() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex())).with_ema(Ema::default());
    learn.freeze().expect("groups");
    let before = bits(learn.model());
    learn.fit(2, 1e-2).expect("a fit");
    let moved = crate::training::moved(&before, &bits(learn.model()));
    assert!(!moved.is_empty() && moved.iter().all(|path| path.starts_with("head.")), "{moved:?}");
    learn.unfreeze().expect("groups");
    learn.fit(1, 1e-2).expect("all of it trains after it");
    assert!(crate::training::moved(&before, &bits(learn.model())).iter().any(|path| path.starts_with("body.")));
}

#[test]
fn decays_without_meaning_are_refused() {
    let folder = shapes::folder(24);
    for decay in [1.0, -0.1, f64::NAN] {
        let error = colours(&folder).with_ema(Ema::new(decay)).fit(1, 0.1).expect_err("refused").to_string();
        let expected = format!("moving average: a decay of {decay} makes no sense; give one from 0 to under 1");
        assert_eq!(error, expected);
    }
}

#[test]
fn a_greedy_soup_takes_in_what_makes_it_no_worse() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let file = |name: &str| place.path().join(name);
    // One long on the way, one short of it, and one that went astray.
    for (name, epochs, rate) in [("short", 2, 1.0), ("long", 12, 1.0), ("astray", 3, 90.0)] {
        let mut learn = colours(&folder);
        learn.fit(epochs, rate).expect("a fit");
        learn.save(file(name)).expect("a file");
    }
    let loss = |name: &str| {
        let mut learn = colours(&folder);
        learn.load(file(name)).expect("weights");
        learn.evaluate().expect("an evaluation").loss
    };
    let names = ["short", "astray", "long"];
    let mut learn = colours(&folder);
    let soup = learn.greedy_soup(names.map(file), "valid_loss").expect("a soup");
    assert_eq!(soup.alone, names.map(|name| Some(loss(name))));
    assert_eq!(soup.taken[0], file("long"));
    assert!(soup.value <= loss("long") && !soup.taken.contains(&file("astray")), "{soup:?}");
    assert_eq!(learn.evaluate().expect("an evaluation").loss.to_bits(), soup.value.to_bits());
    // Of two that are the same, the mean is the same.
    std::fs::copy(file("long"), file("twin")).expect("a copy");
    let soup = learn.greedy_soup(["long", "twin"].map(file), "valid_loss").expect("a soup");
    assert_eq!((soup.taken.len(), soup.value), (2, loss("long")));
    let mut alone = colours(&folder);
    alone.load(file("long")).expect("weights");
    assert_eq!(weights(&learn), weights(&alone));
}

/// The mean of two, statistics of norms included, and nothing changes where it fails.
#[test]
fn a_soup_is_the_mean_of_weights_and_statistics() {
    let (folder, place) = (shapes::folder(24), tempfile::tempdir().expect("a folder"));
    let learner = || shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let files = [1, 2].map(|seed| {
        let mut learn = learner().with_seed(seed);
        learn.fit(1, 1e-3).expect("a fit");
        let file = place.path().join(seed.to_string());
        learn.save(&file).expect("a file");
        (file, bits(learn.model()))
    });
    // A metric of which each is as good takes both.
    let mut learn = learner().with_metrics([told_metric(Better::More, &[Some(0.5); 9])]);
    let soup = learn.greedy_soup(files.iter().map(|(file, _)| file), TOLD).expect("a soup");
    assert_eq!(soup.taken.len(), 2);
    let [(_, one), (_, two)] = &files;
    let mut statistics = 0;
    for ((path, mean), ((_, one), (_, two))) in bits(learn.model()).iter().zip(one.iter().zip(two)) {
        statistics += usize::from(path.contains("running"));
        for (mean, (one, two)) in mean.iter().zip(one.iter().zip(two)) {
            let [mean, one, two] = [mean, one, two].map(|bits| f32::from_bits(*bits));
            assert!((mean - f32::midpoint(one, two)).abs() <= 1e-6 * one.abs().max(two.abs()).max(1e-3), "{path}");
        }
    }
    assert!(statistics > 0, "norms have statistics");

    let said = |learn: &mut ShapeLearner, files: &[&str], monitor: &str| -> String {
        let before = bits(learn.model());
        let paths = files.iter().map(|file| place.path().join(file));
        let error: LearnerError = learn.greedy_soup(paths, monitor).expect_err("refused");
        assert!(bits(learn.model()) == before);
        error.to_string().replace(&place.path().display().to_string(), "")
    };
    let mut learn = learner().with_metrics([accuracy()]);
    assert_eq!(
        said(&mut learn, &[], "accuracy"),
        "soup: 0 files makes no sense; give files of weights on which it is defined"
    );
    assert_eq!(
        said(&mut learn, &["1"], "f1"),
        "soup: the metric \"f1\" makes no sense; watch one of the learner's metrics"
    );
    assert_eq!(
        said(&mut learn, &["1"], "train_loss"),
        "soup: train_loss makes no sense; watch `valid_loss` or a metric"
    );
    assert!(said(&mut learn, &["1", "none"], "accuracy").starts_with("load: cannot read /none"), "the file is named");
}
