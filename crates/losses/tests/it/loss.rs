use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use firelight_losses::{
    BinaryCrossEntropy, ClassWeights, CrossEntropy, Distillation, Loss, MeanAbsolute, MeanSquared, Reduction,
    Similarity, SimilarityCrossEntropy, SoftLabelCrossEntropy, SoftLabels, Vocab,
};

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}

fn rows<const N: usize>(values: [[f32; N]; 2]) -> Tensor<2> {
    Tensor::from_floats(values, &Device::flex().autodiff())
}

#[test]
fn binary_cross_entropy_agrees_with_pytorch_for_any_logit() {
    let (inf, far) = (f32::INFINITY, 1e4);
    let output = rows([[0.5, -1.0, far], [-far, -inf, inf]]).require_grad();
    let present =
        Tensor::<2, Bool>::from_bool(TensorData::from([[true, false, false], [true, false, true]]), &output.device());
    let value = BinaryCrossEntropy::new().per_example(output.clone(), present.clone());
    // ln(1 + e^-0.5), ln(1 + e^-1), 1e4; 1e4, 0, 0; over 3.
    let want = [(0.474077 + 0.313262 + far) / 3.0, far / 3.0];
    assert!(floats(value.clone()).iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-3));
    let gradient = floats(output.grad(&value.sum().backward()).unwrap());
    let want = [-0.377541 / 3.0, 0.268941 / 3.0, 1.0 / 3.0, -1.0 / 3.0, 0.0, 0.0];
    assert!(gradient.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-6), "{gradient:?}");
    let vocab = Vocab::ordered(["a", "b", "c"]).unwrap();
    let weights = ClassWeights::new([("c", 1.0), ("b", 1.0), ("a", 4.0)]).unwrap();
    let weighted = BinaryCrossEntropy::new().with_positive_weights(&weights, &vocab).unwrap();
    let value = floats(weighted.per_example(output.inner(), present.inner()));
    assert!((value[0] - (4.0 * 0.474077 + 0.313262 + far) / 3.0).abs() < 1e-3);
    let sigmoid = Loss::<Tensor<2, Bool>>::activation(&weighted, Tensor::zeros([1, 3], &Device::flex()));
    assert_eq!(floats(sigmoid), [0.5, 0.5, 0.5]);
}

#[test]
fn regression_losses_are_means_over_the_values() {
    let (output, targets) = (rows([[1.0, 2.0], [0.0, -3.0]]), rows([[0.0, 0.0], [0.0, 1.0]]));
    assert_eq!(floats(MeanSquared.per_example(output.clone(), targets.clone())), [2.5, 8.0]);
    assert_eq!(floats(MeanAbsolute.per_example(output.clone(), targets)), [1.5, 2.0]);
    assert_eq!(floats(MeanSquared.activation(output)), [1.0, 2.0, 0.0, -3.0]);
}

#[test]
fn a_teacher_that_agrees_has_nothing_to_teach() {
    let output = rows([[1.0, 2.0], [0.0, -30.0]]).require_grad();
    let value = Distillation::new(4.0).unwrap().per_example(output.clone(), output.clone());
    assert!(floats(value.clone()).iter().all(|loss| loss.abs() < 1e-6));
    assert_eq!(floats(output.grad(&value.sum().backward()).unwrap()), [0.0; 4]);
}

#[test]
fn losses_work_behind_pointers_and_know_their_vocab() {
    let vocab = Vocab::from_labels(["a", "b"]);
    let loss = SoftLabelCrossEntropy::new(&SoftLabels::identity(&vocab), &vocab).unwrap();
    let boxed: Box<dyn Loss<Tensor<1, Int>>> = Box::new(loss);
    assert_eq!(boxed.vocab(), Some(&vocab));
    let plain: &dyn Loss<Tensor<1, Int>> = &CrossEntropy::new();
    assert_eq!(plain.vocab(), None);
    let output = rows([[2.0, 0.0], [0.0, 0.0]]);
    let targets = Tensor::<1, Int>::from_ints([0, 1], &output.device());
    let one = floats(boxed.forward(output.clone(), targets.clone(), Reduction::Mean));
    let other = floats(plain.forward(output.clone(), targets, Reduction::Mean));
    assert!((one[0] - other[0]).abs() < 1e-6);
    assert!((floats(boxed.activation(output))[0] - 0.880797).abs() < 1e-6);
}

#[test]
fn a_soft_label_loss_can_ignore_rows() {
    let vocab = Vocab::from_labels(["a", "b"]);
    let labels = SoftLabels::uniform(&vocab, 0.2).unwrap();
    let loss = SoftLabelCrossEntropy::new(&labels, &vocab).unwrap().with_ignore_index(-100);
    let output = rows([[2.0, 0.0], [5.0, 0.0]]).require_grad();
    let targets = Tensor::<1, Int>::from_ints([0, -100], &output.device());
    let value = loss.forward(output.clone(), targets, Reduction::Mean);
    assert!((floats(value.clone())[0] - (0.126928 + 0.1 * 2.0)).abs() < 1e-5);
    let gradient = floats(output.grad(&value.backward()).unwrap());
    assert_eq!(gradient[2..], [0.0, 0.0]);
    assert!(gradient[0] < 0.0);
}

/// A logit of -inf is no logarithm of a likeness of 0.
#[test]
fn similarity_of_nothing_but_itself_is_cross_entropy_where_the_target_cannot_be() {
    let vocab = Vocab::from_labels(["a", "b", "c"]);
    let loss = SimilarityCrossEntropy::new(&Similarity::identity(&vocab), &vocab).unwrap();
    let slopes = |loss: &dyn Loss<Tensor<1, Int>>| {
        let output = rows([[f32::NEG_INFINITY, 1.0, 2.0], [0.5, f32::NEG_INFINITY, 0.0]]).require_grad();
        let value = loss.per_example(output.clone(), Tensor::from_ints([0, 0], &output.device()));
        let gradient = floats(output.grad(&value.clone().sum().backward()).unwrap());
        (floats(value), gradient)
    };
    let ((value, gradient), (want_value, want)) = (slopes(&loss), slopes(&CrossEntropy::new()));
    assert!(value[0] == f32::INFINITY && want_value[0] == f32::INFINITY, "{value:?}");
    assert!((value[1] - want_value[1]).abs() < 1e-6, "{value:?}");
    assert!(gradient.iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-6), "{gradient:?}, not {want:?}");
    assert!((gradient[0] + 1.0).abs() < 1e-6, "{gradient:?}");
}

#[test]
fn smoothed_probabilities_are_smoothed_class_numbers_and_a_row_of_zeros_counts_nothing() {
    let vocab = Vocab::from_labels(["a", "b"]);
    let weights = ClassWeights::new([("a", 1.0), ("b", 4.0)]).unwrap();
    let plain = CrossEntropy::new().with_label_smoothing(0.1).unwrap();
    let weighted = plain.clone().with_class_weights(&weights, &vocab).unwrap();
    for loss in [plain, weighted.clone(), weighted.with_unweighted_smoothing()] {
        let output = || rows([[2.0, 0.0], [0.5, 1.0]]);
        let numbers = Tensor::<1, Int>::from_ints([1, 0], &output().device());
        let of_numbers = floats(loss.per_example(output(), numbers));
        let of_rows = floats(loss.per_example(output(), rows([[0.0, 1.0], [1.0, 0.0]])));
        assert!(of_rows.iter().zip(&of_numbers).all(|(a, b)| (a - b).abs() < 1e-6), "{of_rows:?}, not {of_numbers:?}");
        let output = output().require_grad();
        let value = loss.per_example(output.clone(), rows([[0.0; 2]; 2]));
        assert_eq!(floats(value.clone()), [0.0; 2]);
        assert_eq!(floats(output.grad(&value.sum().backward()).unwrap()), [0.0; 4]);
    }
}
