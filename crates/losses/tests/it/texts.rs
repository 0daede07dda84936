//! Every text of an error.

use burn::tensor::{Device, Int, Tensor};
use firelight_losses::{CrossEntropy, Distillation, Focal, Loss, SoftLabelCrossEntropy, SoftLabels, Vocab};
use insta::assert_snapshot;

fn ab() -> Vocab {
    Vocab::from_labels(["a", "b"])
}

#[test]
fn parameters_out_of_range() {
    assert_snapshot!(CrossEntropy::new().with_label_smoothing(1.2).unwrap_err(), @"label smoothing 1.2 is outside [0,1]");
    assert_snapshot!(Focal::new(-1.0).unwrap_err(), @"gamma -1 must be >= 0");
    assert_snapshot!(Distillation::new(0.0).unwrap_err(), @"temperature 0 must be > 0");
    assert_snapshot!(Distillation::new(f64::NAN).unwrap_err(), @"temperature NaN must be > 0");
    // Beyond single precision, in which all is computed.
    assert_snapshot!(Distillation::new(1e-300).unwrap_err(), @"temperature 1e-300 is outside [1e-6,1e6]");
    assert_snapshot!(Distillation::new(f64::INFINITY).unwrap_err(), @"temperature inf is outside [1e-6,1e6]");
    assert_snapshot!(Focal::new(f64::INFINITY).unwrap_err(), @"gamma must be finite and >= 0");
    assert_snapshot!(Focal::new(f64::NAN).unwrap_err(), @"gamma NaN must be >= 0");
}

#[test]
fn matrices_that_are_refused_say_why_themselves() {
    let labels = SoftLabels::from_rows(["a", "b"], &[[0.9, 0.3], [0.1, 0.9]]).unwrap();
    let error = SoftLabelCrossEntropy::new(&labels, &ab()).unwrap_err();
    assert_eq!(error.to_string(), labels.check().unwrap_err().to_string());
}

#[test]
fn targets_that_are_no_classes() {
    let error = firelight_losses::check_targets([0, 41], 37).unwrap_err();
    assert_snapshot!(error, @"target 41 is out of range for 37 classes");
    let error = firelight_losses::check_targets([-1], 37).unwrap_err();
    assert_snapshot!(error, @"target -1 is out of range for 37 classes");
}

#[test]
#[should_panic(expected = "logits have 37 classes, matrix has 2")]
fn a_model_with_other_classes_than_the_matrix() {
    let loss = SoftLabelCrossEntropy::new(&SoftLabels::identity(&ab()), &ab()).unwrap();
    let targets = Tensor::<1, Int>::zeros([1], &Device::flex());
    loss.per_example(Tensor::zeros([1, 37], &Device::flex()), targets);
}

#[test]
#[should_panic(
    expected = "ignore_index works with class-index targets only; for soft targets set the row to all zeros"
)]
fn an_ignore_index_beside_probabilities() {
    let rows = Tensor::<2>::ones([1, 2], &Device::flex());
    CrossEntropy::new().with_ignore_index(-100).per_example(rows.clone(), rows);
}
