use burn::tensor::Device;
use firelight_learner::optim::Sgd;
use firelight_learner::{LearnerError, RateCurve, RateSearch};

use crate::shapes;
use crate::training::{bits, moved};

fn close(actual: Option<f64>, expected: f64) {
    let actual = actual.expect("a suggestion");
    assert!((actual - expected).abs() < 1e-6 * expected, "{actual:e} is not {expected:e}");
}

/// Reference test T31, and the curve it is drawn from.
#[test]
fn suggestions_are_fastais() {
    let steps = |losses: &[f64]| RateCurve::of((0..losses.len()).map(|i| i as f64 + 1.0).collect(), losses.to_vec());
    close(steps(&[3.0, 3.1, 2.9, 2.5, 2.6, 2.0, 1.2, 1.3, 4.0, 9.0]).valley(), 3.0);
    close(steps(&[5.0, 4.0, 3.0, 2.0, 1.0, 2.0, 3.0]).valley(), 1.0);

    let rates: Vec<f64> = (0..85).map(|i| 1e-7 * 1e8_f64.powf(f64::from(i + 10) / 100.0)).collect();
    let loss = |rate: &f64| {
        let x = rate.log10();
        2.3 - 1.5 / (1.0 + (-3.0 * (x + 3.0)).exp()) + 3.0 * (x + 1.2).max(0.0).powi(2)
    };
    let losses = rates.iter().map(loss).collect();
    let curve = RateCurve::of(rates, losses);
    close(curve.valley(), 1.584893e-4);
    close(curve.minimum(), 5.754399e-3);
    close(curve.steep(), 8.317638e-4);
    close(curve.slide(), 2.754229e-6);
}

#[test]
fn a_curve_too_short_suggests_nothing() {
    let curve = RateCurve::of(vec![1e-3], vec![1.0]);
    assert_eq!((curve.slide(), curve.steep()), (None, None));
    let empty = RateCurve::of(Vec::new(), Vec::new());
    assert_eq!((empty.valley(), empty.minimum()), (None, None));
    assert!(empty.plot().width() > 0);
    // F33: no loss falls, or the search ends before there is a curve.
    assert_eq!(RateCurve::of(vec![1.0, 2.0, 3.0], vec![1.0, 1.0, 2.0]).valley(), None);
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    for steps in 0..=6 {
        let search = RateSearch { steps, ..RateSearch::default() };
        let error = learn.lr_find_with(&search).expect_err("refused").to_string();
        assert_eq!(error, format!("lr_find: {steps} steps makes no sense; try 7 rates at least"));
    }
}

#[test]
fn the_rates_tried_are_fastais() {
    let folder = shapes::folder(24);
    // Gradients cut to nothing, so that no rate makes it diverge.
    let mut learn =
        shapes::learner(shapes::loaders(&folder, &Device::flex())).with_optimizer(Sgd::new()).with_gradient_clip(1e-12);
    let curve = learn.lr_find().expect("a curve");
    let rates = curve.rates();
    assert_eq!(rates.len(), 100);
    for (step, expected) in [(0, 1e-7), (1, 1.2022644e-7), (50, 1e-3), (99, 8.3176377)] {
        close(Some(rates[step]), expected);
    }
}

#[test]
fn a_search_leaves_everything_as_it_was() {
    let folder = shapes::folder(24);
    let train = |search: bool| {
        let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
        learn.fit_one_cycle(1, 1e-2).expect("a fit");
        if search {
            let before = (bits(learn.model()), learn.history().clone());
            // The losses of these few pictures jump fourfold from batch to batch, which would end a search at once.
            let search = RateSearch { stop_when_worse: false, ..RateSearch::default() };
            let curve = learn.lr_find_with(&search).expect("a curve");
            assert!(curve.losses().len() > 20, "{}", curve.losses().len());
            assert_eq!(moved(&before.0, &bits(learn.model())), Vec::<String>::new());
            assert_eq!(&before.1, learn.history());
        }
        learn.fit_one_cycle(1, 1e-2).expect("a fit");
        bits(learn.model())
    };
    // With what the optimizer knew and the norms' running statistics, further training is the same too.
    assert_eq!(moved(&train(false), &train(true)), Vec::<String>::new());
}

#[test]
fn a_search_leaves_what_is_frozen_frozen() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    learn.freeze().expect("frozen");
    let before = bits(learn.model());
    learn.lr_find().expect("a curve");
    learn.fit(1, 1e-2).expect("a fit");
    let moving = moved(&before, &bits(learn.model()));
    assert!(!moving.is_empty() && moving.iter().all(|path| path.starts_with("head.")), "{moving:?}");
}

#[test]
fn a_search_that_does_not_go_up_is_refused() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let error = learn.lr_find_with(&RateSearch { from: 1.0, to: 0.1, ..RateSearch::default() }).expect_err("refused");
    assert!(matches!(error, LearnerError::Setting { .. }));
    assert_eq!(error.to_string(), "lr_find: 1e0 to 1e-1 makes no sense; go up from a rate over 0");
}
