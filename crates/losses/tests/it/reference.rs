//! The numbers of `reference/maps.json`, which `reference/maps.py` makes: values, means and gradients of the losses of maps, points and boxes.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};
use firelight_losses::{
    ClassWeights, Combined, CrossEntropy, Dice, Focal, FocalDice, GeneralizedIou, Huber, Known, KnownValues, Loss,
    MeanAbsolute, MeanSquared, PerPixel, Reduction, SmoothL1, Vocab,
};
use serde_json::Value;

type OfMasks = Box<dyn Loss<Tensor<3, Int>>>;
type OfValues = Box<dyn Loss<KnownValues>>;

fn reference(part: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("reference/maps.json")).unwrap();
    all[part].clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn rows(value: &Value, batch: usize, device: &Device) -> Tensor<2> {
    let numbers = numbers(value);
    let columns = numbers.len() / batch;
    Tensor::from_data(TensorData::new(numbers, [batch, columns]).convert::<f32>(), device)
}

fn floats<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

/// Every loss of the part beside its reference, and no reference left over.
fn assert_equal<T: Clone>(part: &Value, losses: Vec<(&str, Box<dyn Loss<T>>)>, output: &Tensor<2>, targets: &T) {
    let cases = part["cases"].as_object().unwrap();
    assert_eq!(losses.len(), cases.len());
    for (name, loss) in losses {
        let want = &cases[name];
        let output = output.clone().require_grad();
        let each = floats(loss.per_example(output.clone(), targets.clone()));
        for (row, (ours, want)) in each.iter().zip(numbers(&want["losses"])).enumerate() {
            assert!((ours - want).abs() < 1e-5 * (1.0 + want.abs()), "{name} of row {row}: {ours}, not {want}");
        }
        let mean = loss.forward(output.clone(), targets.clone(), Reduction::Mean);
        let (ours, expected) = (floats(mean.clone())[0], want["mean"].as_f64().unwrap());
        assert!((ours - expected).abs() < 1e-5 * (1.0 + expected.abs()), "{name}: {ours}, not {expected}");
        let gradient = floats(output.grad(&mean.backward()).unwrap());
        for (at, (ours, want)) in gradient.iter().zip(numbers(&want["gradient"])).enumerate() {
            assert!((ours - want).abs() < 1e-6 + 1e-5 * want.abs(), "{name}, slope {at}: {ours}, not {want}");
        }
    }
}

#[test]
fn losses_of_masks_are_those_of_pytorch_and_fastai() {
    let part = reference("masks");
    let shape: Vec<usize> = numbers(&part["shape"]).into_iter().map(|size| size as usize).collect();
    let device = Device::flex().autodiff();
    let output = rows(&part["logits"], shape[0], &device);
    let codes: Vec<i64> = numbers(&part["mask"]).into_iter().map(|code| code as i64).collect();
    let mask = Tensor::<3, Int>::from_data(TensorData::new(codes, [shape[0], shape[2], shape[3]]), &device);
    let vocab = Vocab::ordered(["ground", "cat", "dog", "edge"]).unwrap();
    let weights = ClassWeights::new(vocab.iter().zip(numbers(&part["weights"]))).unwrap();
    let weighted = || CrossEntropy::new().with_class_weights(&weights, &vocab).unwrap();
    let of = |loss: CrossEntropy| -> OfMasks { Box::new(PerPixel::new(loss)) };
    let losses: Vec<(&str, OfMasks)> = vec![
        ("cross entropy", of(CrossEntropy::new())),
        ("weighted cross entropy", of(weighted())),
        ("smoothed cross entropy", of(weighted().with_label_smoothing(0.1).unwrap())),
        ("focal 2", Box::new(PerPixel::new(Focal::new(2.0).unwrap()))),
        ("dice", Box::new(Dice::new())),
        ("dice of squares, smoothing 0.5", Box::new(Dice::new().with_squares().with_smoothing(0.5).unwrap())),
        ("dice without background", Box::new(Dice::new().without_background())),
        ("focal 2 + 0.7 dice", Box::new(FocalDice::of(2.0, 0.7, &vocab).unwrap())),
    ];
    assert_equal(&part, losses, &output, &mask);
}

fn values(part: &Value, batch: usize, device: &Device) -> KnownValues {
    let known: Vec<bool> = part["known"].as_array().unwrap().iter().map(|known| known.as_bool().unwrap()).collect();
    let columns = known.len() / batch;
    let known = Tensor::<2, Bool>::from_data(TensorData::new(known, [batch, columns]), device);
    (rows(&part["values"], batch, device), known)
}

#[test]
fn losses_of_known_values_are_those_of_pytorch() {
    let (part, device) = (reference("points"), Device::flex().autodiff());
    let losses: Vec<(&str, OfValues)> = vec![
        ("squared", Box::new(Known::new(MeanSquared))),
        ("absolute", Box::new(Known::new(MeanAbsolute))),
        ("smooth l1 1", Box::new(Known::new(SmoothL1::default()))),
        ("smooth l1 0.1", Box::new(Known::new(SmoothL1::new(0.1).unwrap()))),
        ("huber 2", Box::new(Known::new(Huber::new(2.0).unwrap()))),
    ];
    assert_equal(&part, losses, &rows(&part["output"], 4, &device), &values(&part, 4, &device));
}

#[test]
fn the_loss_of_boxes_is_that_of_torchvision() {
    let (part, device) = (reference("boxes"), Device::flex().autodiff());
    let losses: Vec<(&str, OfValues)> = vec![("generalized iou", Box::new(GeneralizedIou))];
    let (output, targets) = (rows(&part["output"], 9, &device), values(&part, 9, &device));
    assert_equal(&part, losses, &output, &targets);
    // What boxes are trained with by default is the sum.
    let both: Combined<Known<SmoothL1>, GeneralizedIou> = firelight_losses::BoxLoss::default();
    let mean = |loss: &dyn Loss<KnownValues>| {
        floats(loss.forward(output.clone().inner(), targets.clone(), Reduction::Mean))[0]
    };
    let sum = mean(&Known::new(SmoothL1::default())) + mean(&GeneralizedIou);
    assert!((mean(&both) - sum).abs() < 1e-5, "{} is not {sum}", mean(&both));
}
