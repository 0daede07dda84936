//! Learners in several threads.

use std::thread::scope;

use burn::tensor::{Device, Tensor};
use firelight_learner::models::Arch;
use firelight_learner::{Backbone, vision_learner};

use crate::shapes;
use crate::training::bits;

/// B40: what chance there is in training comes from seed and step, and from no stream that others share.
#[test]
fn learners_that_train_at_once_give_the_bits_that_each_gives_alone() {
    let folder = shapes::folder(24);
    let train = |seed: u64| {
        let loaders = shapes::augmented(folder.path(), &Device::flex());
        let backbone = Backbone::from(Arch::Small).with_dropout(0.5);
        let mut learn = vision_learner(loaders, backbone).expect("a learner").without_observers().with_seed(seed);
        learn.fit_one_cycle(2, 1e-2).expect("a fit");
        // A program that draws numbers of its own disturbs nothing.
        let _: Tensor<1> = Tensor::random([9], burn::tensor::Distribution::Default, &Device::flex());
        learn.fit_head(1, 1e-2, 1).expect("a fit");
        bits(learn.model())
    };
    let alone = [train(1), train(2)];
    assert_ne!(alone[0], alone[1], "dropout has the learner's seed");
    for _ in 0..2 {
        let together = scope(|scope| {
            let threads = [1, 2].map(|seed| scope.spawn(move || train(seed)));
            threads.map(|thread| thread.join().expect("a thread"))
        });
        assert!(together == alone);
    }
}

/// An evaluation takes the learner as it is, so two threads may have one each, and a third predictions.
#[test]
fn threads_evaluate_one_learner_at_once() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    learn.fit_one_cycle(1, 1e-2).expect("a fit");
    let (evaluation, predictions) = (learn.evaluate().expect("figures"), learn.predictions().expect("predictions"));
    let learn = &learn;
    scope(|scope| {
        let evaluations = [(); 2].map(|()| scope.spawn(|| learn.evaluate().expect("figures")));
        let again = scope.spawn(|| learn.predictions().expect("predictions"));
        let seen = scope.spawn(|| learn.interpret().expect("an interpretation").confusion());
        for thread in evaluations {
            assert_eq!(thread.join().expect("a thread"), evaluation);
        }
        assert_eq!(again.join().expect("a thread"), predictions);
        assert_eq!(seen.join().expect("a thread").iter().flatten().sum::<usize>(), predictions.items.len());
    });
}
