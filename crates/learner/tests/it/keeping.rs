use burn::tensor::Device;
use firelight_learner::models::Arch;
use firelight_learner::models::weights::{Names, to_bytes};
use firelight_learner::{Backbone, Learner, LearnerError, resnet18, vision_learner};

use crate::shapes::{self, ShapeLearner};

fn trained(folder: &tempfile::TempDir) -> ShapeLearner {
    let mut learn = shapes::learner(shapes::loaders(folder, &Device::flex()));
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    learn
}

#[test]
fn loaded_weights_predict_as_the_saved_ones_and_bring_the_optimizer_along() {
    let folder = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("weights");
    // Without dropout, whose numbers come from the device's one stream that other tests draw from too.
    let fresh = || {
        let backbone = Backbone::from(Arch::Small).with_dropout(0.0);
        vision_learner(shapes::loaders(&folder, &Device::flex()), backbone).expect("a learner").without_observers()
    };
    let mut learn = fresh();
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    learn.save(&file).expect("a file");
    assert_eq!(std::fs::read_dir(place.path()).expect("a folder").count(), 1, "no temporary file stays");
    let mut other = fresh();
    assert_ne!(other.predictions().expect("predictions"), learn.predictions().expect("predictions"));
    other.load(&file).expect("weights");
    assert_eq!(other.predictions().expect("predictions"), learn.predictions().expect("predictions"));
    // What it would save is the same again, to the byte: the optimizer's running means came along.
    let again = place.path().join("again");
    other.save(&again).expect("a file");
    assert_eq!(std::fs::read(again).expect("bytes"), std::fs::read(&file).expect("bytes"));
}

#[test]
fn weights_that_do_not_fit_are_refused_and_the_learner_stays_as_it_was() {
    let folder = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("weights");
    trained(&folder).save(&file).expect("a file");
    let refusal = |learn: &mut ShapeLearner, file: &std::path::Path| {
        let before = learn.predictions().expect("predictions");
        let error = learn.load(file).expect_err("refused");
        assert!(matches!(error, LearnerError::Unusable { .. }), "{error}");
        assert_eq!(learn.predictions().expect("predictions"), before, "{error}");
        error.to_string().replace(&file.display().to_string(), "weights")
    };
    // Another architecture.
    let loaders = shapes::loaders(&folder, &Device::flex());
    let mut other = vision_learner(loaders, Backbone::from(Arch::ResNet18)).expect("a learner").without_observers();
    let said = refusal(&mut other, &file);
    assert!(
        said.starts_with(
            "load: weights is not a usable Firelight file of weights: its tensors are another model's\n  "
        ),
        "{said}"
    );
    assert!(said.contains(" missing: body.") && said.contains(" unexpected: body."), "{said}");
    // Other classes.
    let few = shapes::renamed(&folder, "bars", "stripes");
    let mut renamed = shapes::learner(shapes::loaders(&few, &Device::flex()));
    assert_eq!(
        refusal(&mut renamed, &file),
        "load: weights is not a usable Firelight file of weights: it is for 3 classes and the data have 3; only in the file: \
         \"bars\"; only in the data: \"stripes\""
    );
    // An export is another kind of file.
    let mut learn = trained(&folder);
    learn.export(&file).expect("an export");
    assert_eq!(
        refusal(&mut learn, &file),
        "load: weights is not a usable Firelight file of weights: it does not start as one; was it written by `save`?"
    );
}

#[test]
fn damaged_weights_are_refused_and_never_wrong_in_silence() {
    let folder = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("weights");
    let mut learn = trained(&folder);
    learn.save(&file).expect("a file");
    let whole = std::fs::read(&file).expect("bytes");
    let before = learn.predictions().expect("predictions");
    shapes::damage(&whole, |bytes, what| {
        std::fs::write(&file, bytes).expect("a file");
        let error = learn.load(&file).expect_err(what);
        assert!(matches!(error, LearnerError::Unusable { .. }), "{what}: {error}");
    });
    assert_eq!(learn.predictions().expect("predictions"), before);
}

#[test]
fn a_trained_body_goes_to_other_programs_and_comes_back() {
    let folder = shapes::folder(24);
    let place = tempfile::tempdir().expect("a folder");
    let file = place.path().join("body.safetensors");
    let loaders = || shapes::loaders(&folder, &Device::flex());
    let mut learn = vision_learner(loaders(), Arch::ResNet18).expect("a learner");
    learn.fit(1, 1e-3).expect("a fit");
    learn.save_body(&file, Names::Timm).expect("a file");
    let again = vision_learner(loaders(), resnet18().with_weights(&file)).expect("its weights");
    let bytes = |learn: &Learner<_>| to_bytes(&learn.model().body).expect("bytes");
    assert!(bytes(&again) == bytes(&learn));
}
