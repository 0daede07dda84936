use burn::tensor::Device;
use firelight_datablock::OnError;
use firelight_learner::{Overlay, Part, Tta};
use firelight_transforms::{CutMix, MixUp};

use crate::shapes;

#[test]
fn both_parts_are_predicted_in_their_own_order_and_whole() {
    let folder = shapes::folder(27);
    let learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    // 20 pictures train in batches of 8, whose last would be dropped in training.
    let train = learn.predictions_on(Part::Train).expect("predictions");
    assert_eq!(train.items, (0..20).collect::<Vec<_>>());
    assert_eq!(train.targets, learn.data().train().dataset().targets());
    assert_eq!(train, learn.predictions_on(Part::Train).expect("predictions"), "nothing is drawn");
    let valid = learn.predictions_on(Part::Valid).expect("predictions");
    assert_eq!(valid, learn.predictions().expect("predictions"));
    let interpretation = learn.interpret_on(Part::Train).expect("an interpretation");
    assert_eq!(interpretation.confusion().iter().flatten().sum::<usize>(), 20);
    let worst = &interpretation.top_losses(1)[0];
    assert_eq!(worst.path, learn.data().train().dataset().items()[worst.item]);
    let report = interpretation.class_report();
    assert_eq!(report.accuracy, learn.evaluate_on(Part::Train).expect("an evaluation").metrics[0]);
}

#[test]
fn augmented_views_are_blended_with_the_plain_one_and_are_the_same_each_time() {
    let folder = shapes::folder(24);
    let loaders = shapes::augmented(folder.path(), &Device::flex());
    let learn = shapes::learner(loaders);
    let plain = learn.predictions().expect("predictions");
    assert_eq!(learn.tta(0).expect("no views"), plain);
    let only_plain = learn.tta(Tta { passes: 2, beta: 1.0, most: false }).expect("views");
    for (a, b) in only_plain.outputs.iter().zip(&plain.outputs) {
        assert!((a - b).abs() < 1e-6);
    }
    let (views, blended) = (learn.tta(Tta { beta: 0.0, ..Tta::from(3) }).expect("views"), learn.tta(3).expect("views"));
    assert_ne!(views.outputs, plain.outputs);
    assert_eq!(blended, learn.tta(3).expect("views"));
    for (row, (blend, (view, plain))) in
        blended.outputs.iter().zip(views.outputs.iter().zip(&plain.outputs)).enumerate()
    {
        assert!((blend - (0.75 * view + 0.25 * plain)).abs() < 1e-6, "output {row}");
    }
    let sums = blended.outputs.chunks(3).map(|row| row.iter().sum::<f32>());
    assert!(sums.into_iter().all(|sum| (sum - 1.0).abs() < 1e-5));
    assert_eq!(
        learn.tta(Tta { beta: 1.5, ..Tta::default() }).expect_err("refused").to_string(),
        "tta beta: 1.5 makes no sense; give the plain view a share from 0 to 1"
    );
}

#[test]
fn results_show_as_many_pictures_as_are_asked_for_and_the_same_each_time() {
    let folder = shapes::folder(24);
    let learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    let (one, four) = (learn.show_results(1).expect("a picture"), learn.show_results(4).expect("a picture"));
    assert!(four.width() > one.width() && four.height() > one.height());
    assert_eq!(four, learn.show_results(4).expect("a picture"));
    assert_eq!(
        learn.show_results(99).expect("all there are").dimensions(),
        learn.show_results(6).expect("6").dimensions()
    );
    // Untrained, a model of three classes is wrong somewhere, and wrong is marked orange.
    let orange = learn.show_results(6).expect("pictures").pixels().any(|pixel| pixel.0 == [206, 84, 0]);
    assert!(orange);
}

/// U3, U6: a batch is shown as a step sees it, mixed where steps are, and of fewer pictures where the part has no full batch.
#[test]
fn the_batch_that_is_shown_is_the_one_that_a_step_sees() {
    let folder = shapes::folder(24); // 18 of them train
    let loaders = |batch| shapes::loaders(&folder, &Device::flex()).with_batch_size(batch);
    let plain = shapes::learner(loaders(8)).show_batch().expect("a picture");
    for mix in [MixUp::default().into(), CutMix::default().into()] {
        let mix: firelight_learner::Mix = mix;
        let mixed = shapes::learner(loaders(8)).with_mix(mix).show_batch().expect("a picture");
        assert_eq!(mixed.width(), plain.width());
        assert!(mixed != plain, "{mix:?}");
    }
    let few = shapes::learner(loaders(64));
    assert!(few.show_batch().expect("18 pictures").height() > plain.height());
    let place = tempfile::tempdir().expect("a folder");
    few.save_pictures(place.path()).expect("pictures");
    few.interpret().expect("an interpretation").save_report(place.path()).expect("a page");
}

/// F15: a broken picture is passed over where the loaders pass over it.
#[test]
fn results_pass_over_broken_pictures_where_the_loaders_do() {
    let folder = shapes::folder(24);
    let loaders = || shapes::loaders(&folder, &Device::flex());
    let broken = loaders().valid().dataset().items()[2].clone();
    std::fs::write(&broken, "no picture").expect("a file");
    let error = shapes::learner(loaders()).show_results(6).expect_err("a broken picture").to_string();
    assert!(error.contains(&*broken.file_name().expect("a name").to_string_lossy()), "{error}");
    let learn = shapes::learner(loaders().with_on_error(OnError::Skip));
    let five = learn.show_results(6).expect("five pictures");
    assert_eq!(five.dimensions(), learn.show_results(5).expect("five pictures").dimensions());
    assert_eq!(learn.predictions().expect("predictions").items.len(), 5);
}

#[test]
fn a_prediction_is_explained_over_the_picture_that_the_model_saw() {
    let folder = shapes::folder(24);
    let mut learn = shapes::learner(shapes::loaders(&folder, &Device::flex()));
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let predictor = learn.predictor().expect("a predictor");
    let picture = image::open(&learn.data().valid().dataset().items()[0]).expect("a picture").into_rgb8();
    let explained = predictor.explain(&picture, None).expect("an explanation");
    assert_eq!(explained.output, predictor.predict_picture(&picture).expect("a prediction").index);
    assert_eq!((explained.columns, explained.heat.len()), (2, 4), "32 pixels through four halvings");
    assert!(explained.heat.iter().all(|value| (0.0..=1.0).contains(value)));
    assert_eq!(explained.seen.dimensions(), (32, 32));
    assert_eq!(explained.overlay().dimensions(), (32, 32));
    // No dropout, no batch statistics, and nothing of the model moves.
    assert_eq!(explained, predictor.explain(&picture, Some(explained.output)).expect("the same"));
    let other = predictor.explain(&picture, Some((explained.output + 1) % 3)).expect("another class");
    assert_ne!(explained.heat, other.heat);
}
