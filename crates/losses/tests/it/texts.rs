//! Every text of an error.

use burn::tensor::{Bool, Device, Int, Tensor};
use firelight_losses::{
    Both, Combined, CrossEntropy, Dice, Distillation, Focal, GeneralizedCrossEntropy, GeneralizedIou, Huber, Loss,
    MeanSquared, PerPixel, SmoothL1, SoftLabelCrossEntropy, SoftLabels, SymmetricCrossEntropy, Vocab,
};
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
    assert_snapshot!(GeneralizedCrossEntropy::new(0.0).unwrap_err(), @"q 0 must be > 0");
    assert_snapshot!(GeneralizedCrossEntropy::new(1.5).unwrap_err(), @"q 1.5 is outside [0,1]");
    assert_snapshot!(SymmetricCrossEntropy::new(0.1, -1.0).unwrap_err(), @"beta must be finite and >= 0");
    assert_snapshot!(SymmetricCrossEntropy::new(0.0, 0.0).unwrap_err(), @"the larger of alpha and beta, 0 must be > 0");
    assert_snapshot!(GeneralizedCrossEntropy::new(0.7).unwrap().describe(), @"generalized cross entropy (q 0.7)");
    assert_snapshot!(SymmetricCrossEntropy::new(0.1, 1.0).unwrap().with_ignore_index(-100).describe(), @"symmetric cross entropy (alpha 0.1, beta 1, ignoring -100)");
    assert_snapshot!(SmoothL1::new(0.0).unwrap_err(), @"beta 0 must be > 0");
    assert_snapshot!(SmoothL1::new(f64::INFINITY).unwrap_err(), @"beta inf is outside [1e-12,1e12]");
    assert_snapshot!(Huber::new(f64::NAN).unwrap_err(), @"delta NaN must be > 0");
    assert_snapshot!(Dice::new().with_smoothing(0.0).unwrap_err(), @"smoothing 0 must be > 0");
    let sum = || Combined::new(MeanSquared, MeanSquared);
    assert_snapshot!(sum().with_weights(-1.0, 1.0).unwrap_err(), @"the weight of the first loss must be finite and >= 0");
    assert_snapshot!(sum().with_weights(1.0, f64::NAN).unwrap_err(), @"the weight of the second loss must be finite and >= 0");
    let both = Both::new(MeanSquared, 1, MeanSquared).with_weights(f64::INFINITY, 1.0);
    assert_snapshot!(both.unwrap_err(), @"the weight of the first loss must be finite and >= 0");
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

fn per_pixel(numbers: usize, masks: usize) {
    let output = Tensor::<2>::zeros([1, numbers], &Device::flex());
    PerPixel::new(CrossEntropy::new()).per_example(output, Tensor::zeros([masks, 2, 2], &Device::flex()));
}

#[test]
#[should_panic(
    expected = "outputs of 10 numbers are no map of 4 pixels; a model has to give one number for each class and pixel"
)]
fn a_model_whose_map_has_other_pixels_than_the_mask() {
    per_pixel(10, 1);
}

#[test]
#[should_panic(expected = "outputs are of 1 pictures, masks of 2: a picture has no partner")]
fn a_batch_of_masks_of_another_size() {
    per_pixel(8, 2);
}

#[test]
#[should_panic(
    expected = "an output alone does not say how many classes its map has; give the loss its vocab by with_vocab"
)]
fn the_probabilities_of_a_map_of_nobody_knows_how_many_classes() {
    PerPixel::new(CrossEntropy::new()).activation(Tensor::zeros([1, 8], &Device::flex()));
}

#[test]
#[should_panic(
    expected = "outputs of 9 numbers are no maps of 2 classes; a model has to give one number for each class and pixel"
)]
fn the_probabilities_of_a_map_of_other_classes() {
    Dice::new().with_vocab(&ab()).activation(Tensor::zeros([1, 9], &Device::flex()));
}

#[test]
#[should_panic(expected = "outputs of 2 numbers are not those of two targets, the first of which has 2")]
fn an_output_without_room_for_a_second_target() {
    let rows = |columns: usize| Tensor::<2>::zeros([1, columns], &Device::flex());
    Both::new(MeanSquared, 2, MeanSquared).per_example(rows(2), (rows(2), rows(1)));
}

#[test]
#[should_panic(expected = "outputs of 6 numbers are no boxes; a box is left, top, right and bottom")]
fn an_output_that_is_no_box() {
    let rows = || Tensor::<2>::zeros([1, 6], &Device::flex());
    let known = Tensor::<2, Bool>::from_data([[true; 6]], &Device::flex());
    GeneralizedIou.per_example(rows(), (rows(), known));
}
