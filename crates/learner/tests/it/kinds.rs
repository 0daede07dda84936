//! Every kind of target goes the whole way: training, metrics, pictures, the worst examples, a file, prediction, and on after a stop.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use firelight_datablock::{
    BoxBlock, Categories, CategoryBlock, DataBlock, ImageBlock, IndexSplitter, MaskBlock, MultiCategoryBlock,
    NodeBlock, RegressionBlock, TrainOnAll,
};
use firelight_learner::models::Model;
use firelight_learner::{
    Answer, Checkpoints, KeepBest, Learner, LearnerError, Network, Predictor, TargetDefaults, TargetKind, Tta,
    position_learner, unet_learner, vision_learner,
};
use firelight_losses::{
    ClassHead, ClassTree, CostMatrix, CrossEntropy, Decision, Focal, FocalDice, Known, MeanAbsolute, PerPixel, Taxonomy,
};
use firelight_transforms::{CutMix, Mask, Resize, Size};
use firelight_vocab::Vocab;
use image::RgbImage;

use crate::squares::{Square, blocks, colour, folder, loaders, loaders_of, mask_file, number, small};

/// Takes a kind of target the whole way, and gives what the model says of the first validation picture.
fn goes_all_the_way<F, M>(make: impl Fn() -> Learner<F, M>) -> Answer
where
    F: TargetDefaults,
    M: Model + Into<Network> + Sync,
{
    let place = tempfile::tempdir().expect("a folder");
    let run = || {
        let mut learn = make().without_observers().with_checkpoints(Checkpoints::in_folder(place.path().join("run")));
        learn.fit_one_cycle(3, 1e-2).expect("a fit");
        learn
    };
    let learn = run();
    let evaluation = learn.evaluate().expect("an evaluation");
    assert!(evaluation.loss.is_finite() && evaluation.metrics.iter().all(Option::is_some), "{evaluation:?}");
    for picture in [learn.show_batch(), learn.show_results(4), learn.show_top_losses(3)] {
        let picture = picture.expect("a picture");
        assert!(picture.width() > 100 && picture.height() > 100, "{:?}", picture.dimensions());
    }

    let page = learn.interpret().expect("an interpretation").save_report(place.path()).expect("a page");
    keep(&page, &learn.data().train().dataset().fitted().kind().to_string());

    let bits = |row: &[f32]| row.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
    let predictions = learn.predictions().expect("predictions");
    assert_eq!(predictions.items.len(), 6);
    // The same run again is answered from its record.
    assert_eq!(bits(&run().predictions().expect("predictions").outputs), bits(&predictions.outputs));

    let file = place.path().join("model.firelight");
    learn.export(&file).expect("an export");
    let predictor = Predictor::load(&file, &Device::flex()).expect("a predictor");
    assert_eq!(predictor.manifest().target, learn.data().train().dataset().fitted().kind());
    let valid = learn.data().valid().dataset();
    for (row, &item) in predictions.items.iter().enumerate() {
        let outputs = predictor.outputs_of(&valid.picture(item).expect("a picture")).expect("outputs");
        assert_eq!(bits(&outputs), bits(predictions.row(row)), "picture {item}");
    }
    let files: Vec<PathBuf> = (0..valid.len()).map(|item| valid.path(item).into_owned()).collect();
    let table = place.path().join("table.csv");
    predictor.predict_files(files.clone()).write_csv(&table).expect("a table");
    let lines = std::fs::read_to_string(&table).expect("a table");
    assert_eq!(lines.lines().count(), 7, "{lines}");
    let answer = predictor.answer(&files[0]).expect("an answer");
    assert_eq!(learn.answer(&files[0]).expect("an answer"), answer);
    answer
}

/// With `FIRELIGHT_PAGES=FOLDER` the pages of all kinds are kept there, to be looked at.
fn keep(page: &Path, kind: &str) {
    if let Some(folder) = std::env::var_os("FIRELIGHT_PAGES").map(PathBuf::from) {
        std::fs::create_dir_all(&folder).expect("a folder");
        let name = kind.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        std::fs::copy(page, folder.join(format!("{name}.html"))).expect("a page");
    }
}

#[test]
fn gray_pictures() {
    let folder = folder();
    let gray = |target| loaders_of(ImageBlock::gray(), &folder, target);
    goes_all_the_way(|| vision_learner(gray(blocks::breeds()), small()).expect("a learner"));
    let masks = || loaders_of(ImageBlock::gray(), &folder, blocks::masks());
    goes_all_the_way(|| unet_learner(masks(), small()).expect("a learner"));
}

/// A picture of colours beside its mask, each of several channels: what is exported says the same of the two files.
#[test]
fn several_pictures() {
    let folder = folder();
    let place = tempfile::tempdir().expect("a folder");
    let colours = ImageBlock::rgb().with_file(|item: &Path| Ok(item.to_path_buf()));
    let masks = ImageBlock::rgb().with_file(|item: &Path| Ok(mask_file(item)));
    let input = (colours, masks);
    let data = || loaders_of(input.clone(), &folder, blocks::boxes());
    let mut learn = vision_learner(data(), small()).expect("a learner").without_observers();
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let one = vision_learner(loaders(&folder, blocks::boxes()), small()).expect("a learner");
    let height = one.show_batch().expect("a picture").height();
    for picture in [learn.show_batch(), learn.show_results(6), learn.show_top_losses(6)] {
        let lower = picture.expect("a picture").height();
        assert!(lower + 150 < height, "{lower} and {height}: pairs are side by side, half as large");
    }
    learn.interpret().expect("an interpretation").save_report(place.path()).expect("a page");
    let predictions = learn.predictions().expect("predictions");
    let file = place.path().join("model.firelight");
    learn.export(&file).expect("an export");
    let predictor = Predictor::load(&file, &Device::flex()).expect("a predictor");
    let valid = learn.data().valid().dataset();
    for (row, &item) in predictions.items.iter().enumerate() {
        let picture = valid.picture(item).expect("two pictures");
        let outputs = predictor.outputs_of(&picture).expect("outputs");
        assert_eq!(outputs, predictions.row(row), "picture {item}");
        let answer = predictor.answer_files(&valid.files(item).expect("files")).expect("an answer");
        assert_eq!(answer, predictor.answer_picture(&picture).expect("an answer"));
    }
    let path = valid.path(0).into_owned();
    let error = predictor.answer(&path).expect_err("one file").to_string();
    assert!(error.contains("an item has 2 file(s), and 1 are given"), "{error}");
    let error = predictor.answer_picture(&RgbImage::new(8, 8)).expect_err("one picture").to_string();
    assert!(error.contains("the picture has 3 channel(s), and the model takes 6"), "{error}");
}

#[test]
fn one_class() {
    let folder = folder();
    let answer = goes_all_the_way(|| vision_learner(loaders(&folder, blocks::breeds()), small()).expect("a learner"));
    let Answer::Category(prediction) = answer else { panic!("{answer:?}") };
    assert!(["green", "red"].contains(&prediction.class.as_str()));
}

#[test]
fn one_class_of_heads_that_know_a_tree() {
    let folder = folder();
    let data = || loaders(&folder, blocks::breeds());
    let tree = Taxonomy::from_paths(["warm/red", "cold/green"]).expect("a tree");
    let tree = ClassTree::new(&tree, data().vocab()).expect("the data's classes");
    let frame = ClassHead::frame(&tree).expect("a frame");
    for head in [frame, ClassHead::subspaces(&tree), ClassHead::parents(&tree.parents())] {
        let answer = goes_all_the_way(|| vision_learner(data(), small().with_head(head.clone())).expect("a learner"));
        let Answer::Category(prediction) = answer else { panic!("{answer:?}") };
        assert_eq!(prediction.probabilities.len(), 2);
        // Where the evidence is goes through the head, and weights alone do.
        let place = tempfile::tempdir().expect("a folder");
        let (file, kept) = (place.path().join("model.firelight"), place.path().join("weights"));
        let learn = vision_learner(data(), small().with_head(head.clone())).expect("a learner");
        learn.export(&file).expect("an export");
        learn.save(&kept).expect("weights");
        let predictor = Predictor::load(&file, &Device::flex()).expect("a predictor");
        let picture = learn.data().valid().dataset().picture(0).expect("a picture");
        let evidence = predictor.explain(&picture, None).expect("evidence");
        assert!(evidence.heat.iter().any(|heat| *heat > 0.0), "{head}");
        let mut other = vision_learner(data(), small().with_head(head.clone()).with_seed(3)).expect("a learner");
        other.load(&kept).expect("loaded");
        let outputs = |learn: &Learner<Categories>| learn.predictions().expect("predictions").outputs;
        assert_eq!(outputs(&other), outputs(&learn), "{head}");
    }
}

#[test]
fn labels_at_any_level() {
    let folder = folder();
    let tree = Taxonomy::from_paths(["warm/red", "warm/orange", "cold/green"]).expect("a tree");
    // Every third picture is told no more of than its group.
    let label = |item: &Path| {
        let colour = colour(item);
        let group = if colour == "red" { "warm" } else { "cold" };
        Ok(if number(item).is_multiple_of(3) { group.to_owned() } else { colour })
    };
    let data = || loaders(&folder, NodeBlock::new(&tree, label).expect("a block"));
    let answer = goes_all_the_way(|| vision_learner(data(), small()).expect("a learner"));
    let Answer::Category(prediction) = answer else { panic!("{answer:?}") };
    assert_eq!(prediction.probabilities.len(), 3);
    let cautions = data().cautions();
    let orange = r#"labels: no training item is labelled "orange" itself, so nothing tells these classes from those beside them; label some of each"#;
    assert_eq!(cautions, [orange]);
}

#[test]
fn several_classes() {
    let folder = folder();
    let tags = MultiCategoryBlock::new(|item: &Path| Ok(vec![colour(item), "square".into()]));
    let answer = goes_all_the_way(|| vision_learner(loaders(&folder, tags.clone()), small()).expect("a learner"));
    let Answer::Categories(tags) = answer else { panic!("{answer:?}") };
    assert_eq!(tags.probabilities.len(), 3);
    assert!(tags.indices.iter().all(|&class| tags.probabilities[class] >= 0.5));
}

#[test]
fn numbers() {
    let folder = folder();
    let sides = RegressionBlock::one(|item: &Path| Ok(Square::of(number(item)).side as f32));
    let answer = goes_all_the_way(|| vision_learner(loaders(&folder, sides.clone()), small()).expect("a learner"));
    assert!(matches!(&answer, Answer::Values(values) if values.len() == 1), "{answer:?}");
}

#[test]
fn masks() {
    let folder = folder();
    let answer = goes_all_the_way(|| unet_learner(loaders(&folder, blocks::masks()), small()).expect("a learner"));
    let Answer::Mask(mask) = answer else { panic!("{answer:?}") };
    assert_eq!((mask.size().width, mask.size().height), (48, 40), "as large as the picture");
    assert!(mask.codes().iter().all(|&code| code < 2));
}

#[test]
fn points() {
    let folder = folder();
    let answer = goes_all_the_way(|| vision_learner(loaders(&folder, blocks::corners()), small()).expect("a learner"));
    assert!(matches!(&answer, Answer::Points(points) if points.len() == 2), "{answer:?}");
}

#[test]
fn a_box() {
    let folder = folder();
    let answer = goes_all_the_way(|| vision_learner(loaders(&folder, blocks::boxes()), small()).expect("a learner"));
    let Answer::Box([left, top, right, bottom]) = answer else { panic!("{answer:?}") };
    assert!(left <= right && top <= bottom && right <= 48.0 && bottom <= 40.0);
}

#[test]
fn points_and_a_box_by_their_maps() {
    let folder = folder();
    let corners = || position_learner(loaders(&folder, blocks::corners()), small()).expect("a learner");
    assert!(matches!(goes_all_the_way(corners), Answer::Points(points) if points.len() == 2));
    let boxes = || position_learner(loaders(&folder, blocks::boxes()), small()).expect("a learner");
    assert!(matches!(goes_all_the_way(boxes), Answer::Box(_)));
    let free = DataBlock::new(ImageBlock::rgb(), blocks::boxes())
        .dataloaders(folder.path().join("pictures"), &Device::flex())
        .expect("loaders");
    let error = position_learner(free, small()).unwrap_err();
    assert!(error.to_string().contains("maps need pictures of one size"), "{error}");
}

#[test]
fn a_position_is_found_in_pictures_that_are_wider_than_high() {
    let folder = folder();
    let corners = DataBlock::new(ImageBlock::rgb(), blocks::corners())
        .with_splitter(IndexSplitter::new((0..24).step_by(4)))
        .with_item_transform(Resize::squish(Size::new(48, 32)))
        .dataloaders(folder.path().join("pictures"), &Device::flex())
        .expect("loaders")
        .with_batch_size(6);
    let mut learn = position_learner(corners, small()).expect("a learner").without_observers();
    learn.fit_one_cycle(24, 5e-3).expect("a fit");
    let found = learn.evaluate().expect("an evaluation").metrics[0].expect("a share");
    // Within a twentieth of the picture. Ten seeds found all of them; by chance it is a hundredth.
    assert!(found > 0.5, "{found}");
}

#[test]
fn a_class_and_a_box() {
    let folder = folder();
    let both = || (blocks::breeds(), blocks::boxes());
    let answer = goes_all_the_way(|| vision_learner(loaders(&folder, both()), small()).expect("a learner"));
    let Answer::Pair(first, second) = answer else { panic!("{answer:?}") };
    let said = format!("{first}; {second}");
    assert!(said.contains(" %; a box "), "{said}");
    assert!(matches!((*first, *second), (Answer::Category(_), Answer::Box(_))));
}

#[test]
fn two_classes_and_tags_are_decided_each_by_its_own_rule() {
    let folder = folder();
    let sizes =
        CategoryBlock::new(|item: &Path| Ok(if Square::of(number(item)).side > 13 { "large" } else { "small" }.into()));
    let tags = MultiCategoryBlock::new(|item: &Path| Ok(vec![colour(item), "square".into()]));
    let dls = loaders(&folder, (blocks::breeds(), (sizes, tags)));
    let breeds = dls.train().dataset().fitted().0.vocab().clone();
    let rule = Decision::minimum_risk(&CostMatrix::uniform(&breeds), &breeds).expect("a rule");
    let mut learn = vision_learner(dls, small()).expect("a learner").without_observers();
    assert_eq!(learn.history().metrics, Vec::<String>::new());
    learn.fit_one_cycle(1, 1e-3).expect("a fit");
    assert_eq!(learn.history().metrics, ["accuracy", "second_accuracy", "accuracy_multi"]);
    let learn = learn.with_decision(rule.clone());
    learn.show_results(2).expect("costs of breeds are for breeds alone");
    let item = learn.data().valid().dataset().path(0).into_owned();
    let place = tempfile::tempdir().expect("a folder");
    let (table, lines) = (place.path().join("t.csv"), place.path().join("t.jsonl"));
    let predictor = learn.predictor().expect("a predictor");
    predictor.predict_files([&item]).write_csv(&table).expect("a table");
    let header = std::fs::read_to_string(&table).expect("a table");
    assert!(header.starts_with("file,class,probability,second class,second probability,classes\n"), "{header}");
    predictor.predict_files([&item]).write_json_lines(&lines).expect("lines");
    let line = std::fs::read_to_string(&lines).expect("lines");
    assert!(line.contains("\"class\"") && line.contains("\"second class\"") && line.contains("\"classes\""), "{line}");
}

#[test]
fn targets_that_move_lie_in_the_picture_that_the_model_sees() {
    let folder = folder();
    let dls = loaders(&folder, (blocks::boxes(), blocks::corners())).with_batch_size(18);
    let masks = loaders(&folder, blocks::masks()).with_batch_size(18);
    for epoch in 0..3 {
        let batch = dls.train().batches(epoch).expect("batches").next().expect("a batch").expect("a batch");
        let mask = masks.train().batches(epoch).expect("batches").next().expect("a batch").expect("a batch");
        assert_eq!(batch.items, mask.items);
        for ((area, corners), mask) in batch.placed.iter().zip(&mask.placed) {
            let area = area.expect("a box");
            let pixel = |unit: f32| (f32::midpoint(unit, 1.0) * 32.0) as usize;
            // What the mask has of the square lies within the box, whose corners the points are where these are in the picture.
            let inside = |x: usize, y: usize| {
                (pixel(area[0])..=pixel(area[2])).contains(&x) && (pixel(area[1])..=pixel(area[3])).contains(&y)
            };
            let codes: &[u8] = mask.as_ref();
            let square: Vec<usize> = (0..codes.len()).filter(|&at| codes[at] == 1).collect();
            assert!(square.len() > 20, "{} pixels", square.len());
            assert!(square.iter().all(|at| inside(at % 32, at / 32)));
            for corner in corners.iter().flatten() {
                let within = |unit: f32, low: f32, high: f32| unit >= low - 1e-4 && unit <= high + 1e-4;
                assert!(within(corner[0], area[0], area[2]) && within(corner[1], area[1], area[3]));
            }
        }
    }
}

#[test]
fn a_mask_is_learned_with_any_loss_over_classes() {
    let folder = folder();
    let vocab = Vocab::ordered(["ground", "square"]).expect("names");
    let trained = |learn: Learner<firelight_datablock::Masks, _>| {
        let mut learn = learn.without_observers();
        learn.fit_one_cycle(16, 1e-2).expect("a fit");
        learn.evaluate().expect("an evaluation").metrics[0].expect("an IoU")
    };
    let plain = || unet_learner(loaders(&folder, blocks::masks()), small()).expect("a learner");
    // Of ten seeds the lowest was 0.88; a model that says "ground" everywhere has 0.47.
    for (name, iou) in [
        ("cross entropy", trained(plain())),
        ("focal", trained(plain().with_loss(PerPixel::new(Focal::new(2.0).expect("a loss")).with_vocab(&vocab)))),
        ("focal and dice", trained(plain().with_loss(FocalDice::of(2.0, 1.0, &vocab).expect("a loss")))),
    ] {
        assert!(iou > 0.75, "{name}: {iou}");
    }
}

#[test]
fn what_cannot_be_stored_is_refused_when_it_is_exported() {
    let folder = folder();
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("model.firelight");
    let boxes = vision_learner(loaders(&folder, blocks::boxes()), small()).expect("a learner");
    boxes.export(&file).expect("an export");
    let masks = unet_learner(loaders(&folder, blocks::masks()), small()).expect("a learner");
    let error = masks.with_loss(PerPixel::new(CrossEntropy::new())).export(&file).unwrap_err();
    assert!(matches!(error, LearnerError::Panicked { .. }), "nothing tells how many classes: {error}");
    let other = boxes.with_loss(Known::new(MeanAbsolute));
    other.export(&file).expect("an export: a regression's outputs are what they are");
}

#[test]
fn views_of_what_moves_are_not_blended_nor_patched() {
    let folder = folder();
    let learn = vision_learner(loaders(&folder, blocks::boxes()), small()).expect("a learner").without_observers();
    let error = learn.tta(Tta::from(2)).unwrap_err();
    assert!(error.to_string().contains("views of targets that move with the picture cannot be blended"), "{error}");
    learn.tta(Tta::from(0)).expect("the plain view");
    let error = learn.with_mix(CutMix::default()).fit(1, 1e-3).unwrap_err();
    assert!(error.to_string().contains("a patch would bring its part"), "{error}");
}

#[test]
fn a_recipe_may_train_on_everything() {
    let folder = folder();
    let dls = DataBlock::new(ImageBlock::rgb(), blocks::breeds())
        .with_splitter(TrainOnAll)
        .with_item_transform(Resize::squish(32))
        .dataloaders(folder.path().join("pictures"), &Device::flex())
        .expect("loaders")
        .with_batch_size(6);
    let mut learn = vision_learner(dls, small()).expect("a learner").without_observers();
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    learn.fit_head(2, 1e-2, 0).expect("a fit on features");
    assert!(learn.history().epochs.iter().all(|row| row.valid_loss.is_none() && row.metrics == [None]));
    let error = learn.evaluate().unwrap_err();
    assert!(error.to_string().contains("the validation part has no items"), "{error}");
    let error = learn.with_best(KeepBest::new("valid_loss")).fit(1, 1e-3).unwrap_err();
    assert!(error.to_string().contains("there is no validation part"), "{error}");
}

#[test]
fn what_is_wrong_with_a_moving_target_is_told_with_its_file() {
    let folder = folder();
    let pictures = folder.path().join("pictures");
    let first = pictures.join("green_00.png");
    let error = |result: Result<(), String>| result.unwrap_err();
    let batch = |block: &dyn Fn() -> Result<(), String>| error(block());
    let read = |target: MaskBlock| {
        let dls = DataBlock::new(ImageBlock::rgb(), target)
            .with_splitter(IndexSplitter::new([1]))
            .with_item_transform(Resize::squish(32))
            .dataloaders(&pictures, &Device::flex())
            .map_err(|error| error.to_string())?
            .with_batch_size(23);
        dls.one_batch().map(drop).map_err(|error| error.to_string())
    };
    let names = |names: [&str; 2]| Vocab::ordered(names).expect("names");
    let missing = batch(&|| read(MaskBlock::new(names(["a", "b"]), |_: &Path| Ok(PathBuf::from("nowhere.png")))));
    assert_eq!(
        missing,
        format!(
            "masks: {} has no mask at nowhere.png; check the folder and the names, or leave the item out",
            first.display()
        )
    );
    let one = Vocab::ordered(["ground"]).expect("a name");
    let unknown = batch(&|| read(MaskBlock::new(one.clone(), |item: &Path| Ok(mask_file(item)))));
    assert!(unknown.contains("masks") && unknown.contains("the mask has the code 1 at"), "{unknown}");
    let small = Mask::new(Size::square(4), vec![0; 16]).expect("a mask");
    let other_size = batch(&|| {
        let small = small.clone();
        read(MaskBlock::made(names(["a", "b"]), move |_: &Path| Ok(small.clone())))
    });
    assert!(other_size.contains("pictures") && other_size.contains('4') && other_size.contains("48"), "{other_size}");

    let boxes = |area: [f32; 4]| {
        let dls = DataBlock::new(ImageBlock::rgb(), BoxBlock::new(move |_: &Path| Ok(area)))
            .with_splitter(IndexSplitter::new([1]))
            .with_item_transform(Resize::squish(32))
            .dataloaders(&pictures, &Device::flex())
            .map_err(|error| error.to_string())?;
        dls.with_batch_size(23).one_batch().map(drop).map_err(|error| error.to_string())
    };
    let reversed = boxes([20.0, 0.0, 10.0, 5.0]).unwrap_err();
    assert_eq!(
        reversed,
        format!(
            "labels: {} has the box 20 0 10 5; give left, top, right and bottom, finite and in this order, or `None`",
            first.display()
        )
    );
    let outside = boxes([100.0, 0.0, 110.0, 5.0]).unwrap_err();
    assert!(
        outside.contains("pictures") && outside.contains("the box 100 0 110 5 lies outside the picture of"),
        "{outside}"
    );
}

#[test]
fn kinds_say_what_they_are() {
    let names = Vocab::ordered(["a", "b"]).expect("names");
    let pair = TargetKind::pair(TargetKind::Category(names), TargetKind::Box);
    assert_eq!(pair.to_string(), "one class of 2 and a box");
}
