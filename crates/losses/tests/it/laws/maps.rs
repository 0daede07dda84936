//! Losses of maps: what they are on pixels, what void pixels do, and that pictures and pixels do not know their order.

use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use firelight_losses::{CrossEntropy, Dice, Focal, FocalDice, Loss, Parts, PerPixel, Reduction, Totals, VOID, Vocab};
use proptest::prelude::*;

use super::losses::World;
use super::{IGNORED, alike, classes, floats, logits, rows, value_and_gradient};

const CLASSES: usize = 5;
const HEIGHT: usize = 2;
const WIDTH: usize = 3;
const PIXELS: usize = HEIGHT * WIDTH;

type OfMasks = Box<dyn Loss<Tensor<3, Int>>>;

/// A row of logits a pixel as maps, or back.
fn turned(numbers: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let turn = |picture: &[f32]| -> Vec<f32> {
        (0..columns)
            .flat_map(|column| (0..rows).map(move |row| (row, column)))
            .map(|(row, column)| picture[row * columns + column])
            .collect()
    };
    numbers.chunks(rows * columns).flat_map(turn).collect()
}

fn output(z: &[f32], device: &Device) -> Tensor<2> {
    rows(&turned(z, PIXELS, CLASSES), z.len() / (PIXELS * CLASSES), PIXELS * CLASSES, device)
}

fn masks(codes: &[i64], device: &Device) -> Tensor<3, Int> {
    Tensor::from_data(TensorData::new(codes.to_vec(), [codes.len() / PIXELS, HEIGHT, WIDTH]), device)
}

/// One bit pattern for what is not a number, and one for 0: a sum is never -0.
fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|number| if number.is_nan() { u32::MAX } else { (number + 0.0).to_bits() }).collect()
}

/// Rows of logits and a code a pixel, [`CLASSES`] for void, of a number of pictures.
fn pictures(usual: bool) -> impl Strategy<Value = (Vec<f32>, Vec<i64>)> {
    (1..4usize).prop_flat_map(move |batch| {
        let z = if usual {
            prop::collection::vec(-8.0f32..8.0, batch * PIXELS * CLASSES).boxed()
        } else {
            logits(batch * PIXELS, CLASSES).boxed()
        };
        (z, prop::collection::vec(0..=CLASSES as i64, batch * PIXELS))
    })
}

/// Codes of masks: void for the number after the classes.
fn void(drawn: &[i64]) -> Vec<i64> {
    drawn.iter().map(|code| if *code < CLASSES as i64 { *code } else { i64::from(VOID) }).collect()
}

fn of_maps() -> Vec<OfMasks> {
    let world = World::of(CLASSES);
    let mut losses: Vec<OfMasks> = Vec::new();
    losses.extend(world.by_class().into_iter().map(|case| Box::new(PerPixel::new(case.loss)) as OfMasks));
    losses.push(Box::new(Dice::new()));
    losses.push(Box::new(Dice::new().with_squares().with_smoothing(1.0).unwrap()));
    losses.push(Box::new(Dice::new().without_background()));
    losses.push(Box::new(FocalDice::of(2.0, 0.5, &world.vocab).unwrap()));
    losses
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A mask of one pixel is a class number.
    #[test]
    fn a_loss_of_one_pixel_is_the_loss_inside(z in logits(4, CLASSES), drawn in prop::collection::vec(0..=CLASSES as i64, 4)) {
        let device = Device::flex().autodiff();
        for case in World::of(CLASSES).by_class() {
            let beyond = if case.ignores { IGNORED } else { 0 };
            let numbers: Vec<i64> = drawn.iter().map(|class| if *class < CLASSES as i64 { *class } else { beyond }).collect();
            let name = case.loss.describe();
            let codes = classes(&numbers, &device);
            let output = rows(&z, 4, CLASSES, &device);
            let one = value_and_gradient(case.loss.as_ref(), output.clone(), codes.clone(), Parts::mean);
            let parts = case.loss.parts(output.clone(), codes.clone());
            let loss = PerPixel::new(case.loss);
            let mask = codes.reshape([4, 1, 1]);
            let other = value_and_gradient(&loss, output.clone(), mask.clone(), Parts::mean);
            prop_assert_eq!(bits(&other.0), bits(&one.0), "{}", name);
            prop_assert_eq!(bits(&other.1), bits(&one.1), "{}", name);
            for (ours, inner) in loss.parts(output.clone(), mask.clone()).terms().iter().zip(parts.terms()) {
                let counts = inner.denominators.clone().map_or(vec![1.0; 4], floats);
                prop_assert_eq!(bits(&floats(ours.denominators.clone().unwrap())), bits(&counts), "{}", name);
            }
        }
    }

    /// Pixels are rows of one large batch, and void ones are no rows.
    #[test]
    fn a_mean_is_that_of_the_loss_inside_over_all_counted_pixels((z, drawn) in pictures(true)) {
        let device = Device::flex().autodiff();
        let codes = void(&drawn);
        let kept: Vec<usize> = (0..codes.len()).filter(|pixel| codes[*pixel] != i64::from(VOID)).collect();
        let z_kept: Vec<f32> = kept.iter().flat_map(|pixel| z[pixel * CLASSES..][..CLASSES].to_vec()).collect();
        let numbers: Vec<i64> = kept.iter().map(|pixel| codes[*pixel]).collect();
        for case in World::of(CLASSES).by_class() {
            let name = case.loss.describe();
            let flat = rows(&z_kept, kept.len(), CLASSES, &device);
            let (values, slopes) = value_and_gradient(case.loss.as_ref(), flat.clone(), classes(&numbers, &device), Parts::mean);
            let mean = floats(case.loss.forward(flat, classes(&numbers, &device), Reduction::Mean))[0];
            let loss = PerPixel::new(case.loss);
            let ours = floats(loss.forward(output(&z, &device), masks(&codes, &device), Reduction::Mean))[0];
            prop_assert!(alike(ours, f64::from(mean), 8.0), "{name}: {ours} and {mean}");
            let (pictures, gradient) = value_and_gradient(&loss, output(&z, &device), masks(&codes, &device), Parts::mean);
            let gradient = turned(&gradient, CLASSES, PIXELS);
            let (mut sums, mut want) = (vec![0.0f64; pictures.len()], vec![0.0f32; z.len()]);
            for (row, pixel) in kept.iter().enumerate() {
                sums[pixel / PIXELS] += f64::from(values[row]) / PIXELS as f64;
                want[pixel * CLASSES..][..CLASSES].copy_from_slice(&slopes[row * CLASSES..][..CLASSES]);
            }
            for (ours, sum) in pictures.iter().zip(sums) {
                prop_assert!(alike(*ours, sum, 8.0), "{name}: {ours} and {sum}");
            }
            for (ours, want) in gradient.iter().zip(want) {
                prop_assert!((ours - want).abs() < 1e-5 * (1.0 + want.abs()), "{name}: slopes {ours} and {want}");
            }
        }
    }

    /// Logits of void pixels may be anything.
    #[test]
    fn void_pixels_change_nothing_whatever_their_logits_are(
        (z, drawn) in pictures(false),
        odd in prop::collection::vec(prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), -1e4f32..1e4], CLASSES),
    ) {
        let device = Device::flex().autodiff();
        let codes = void(&drawn);
        let mut other = z.clone();
        for pixel in (0..codes.len()).filter(|pixel| codes[*pixel] == i64::from(VOID)) {
            other[pixel * CLASSES..][..CLASSES].copy_from_slice(&odd);
        }
        for loss in of_maps() {
            let name = loss.describe();
            for reduce in [Parts::per_example, Parts::mean] {
                let run = |z: &[f32]| value_and_gradient(loss.as_ref(), output(z, &device), masks(&codes, &device), reduce);
                let ((values, gradient), (others, slopes)) = (run(&z), run(&other));
                prop_assert_eq!(bits(&others), bits(&values), "{}", name);
                prop_assert_eq!(bits(&slopes), bits(&gradient), "{}", name);
                for (row, code) in turned(&slopes, CLASSES, PIXELS).chunks(CLASSES).zip(&codes) {
                    prop_assert!(*code != i64::from(VOID) || row.iter().all(|slope| slope.abs() < 1e-30), "{name}: {row:?}");
                }
            }
        }
    }

    /// One picture that is not a number leaves the others their losses, and a batch is its halves.
    #[test]
    fn means_are_those_of_any_partition((z, drawn) in pictures(true), cut in any::<usize>()) {
        let device = Device::flex();
        let codes = void(&drawn);
        let batch = codes.len() / PIXELS;
        let cut = cut % (batch + 1);
        for loss in of_maps() {
            let parts = |from: usize, to: usize| {
                let z = &z[from * PIXELS * CLASSES..to * PIXELS * CLASSES];
                let output = rows(&turned(z, PIXELS, CLASSES), to - from, PIXELS * CLASSES, &device);
                loss.parts(output, masks(&codes[from * PIXELS..to * PIXELS], &device))
            };
            let (mut whole, mut halves) = (Totals::default(), Totals::default());
            whole.add(&parts(0, batch));
            halves.add(&parts(0, cut));
            halves.add(&parts(cut, batch));
            prop_assert!(alike(halves.mean() as f32, whole.mean(), 8.0), "{}: {halves:?} {whole:?}", loss.describe());
            let mean = floats(parts(0, batch).mean())[0];
            prop_assert!(alike(mean, whole.mean(), 8.0), "{}: {mean} {whole:?}", loss.describe());
            let weights = loss.mean_weights(&output(&z, &device), &masks(&codes, &device)).map(floats);
            let first = parts(0, batch).terms()[0].denominators.clone().map(floats);
            prop_assert_eq!(weights, first, "{}", loss.describe());
        }
    }

    #[test]
    fn pictures_and_pixels_in_another_order_have_the_same_losses(
        (z, drawn) in pictures(true),
        order in Just((0..PIXELS).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let device = Device::flex();
        let codes = void(&drawn);
        let batch = codes.len() / PIXELS;
        let place = |picture: usize, pixel: usize| (batch - 1 - picture) * PIXELS + order[pixel];
        let places: Vec<usize> = (0..batch * PIXELS).map(|at| place(at / PIXELS, at % PIXELS)).collect();
        let moved: Vec<f32> = places.iter().flat_map(|place| z[place * CLASSES..][..CLASSES].to_vec()).collect();
        let moved_codes: Vec<i64> = places.iter().map(|place| codes[*place]).collect();
        for loss in of_maps() {
            let run = |z: &[f32], codes: &[i64]| floats(loss.per_example(output(z, &device), masks(codes, &device)));
            let mut others = run(&moved, &moved_codes);
            others.reverse();
            for (ours, other) in run(&z, &codes).iter().zip(&others) {
                prop_assert!(alike(*ours, f64::from(*other), 8.0), "{}: {ours} and {other}", loss.describe());
            }
        }
    }

    #[test]
    fn the_gradient_of_dice_is_its_slope(
        (z, drawn) in pictures(true),
        at in any::<prop::sample::Index>(),
        squares in any::<bool>(),
        background in any::<bool>(),
    ) {
        let device = Device::flex().autodiff();
        let codes = void(&drawn);
        let dice = if squares { Dice::new().with_squares() } else { Dice::new() };
        let dice = if background { dice } else { dice.without_background() };
        let at = at.index(z.len());
        let wide = output(&z, &device).cast(DType::F64).detach();
        let shift = |by: f64| {
            let mut shift = vec![0.0f64; z.len()];
            shift[at] = by;
            let shift = Tensor::<2>::from_data(TensorData::new(shift, wide.dims()), (&wide.clone().inner().device(), DType::F64));
            dice.forward(wide.clone().inner() + shift, masks(&codes, &device), Reduction::Mean).into_scalar::<f64>()
        };
        let slope = (shift(1e-5) - shift(-1e-5)) / 2e-5;
        let (_, gradient) = value_and_gradient(&dice, wide.clone(), masks(&codes, &device), Parts::mean);
        prop_assert!((f64::from(gradient[at]) - slope).abs() < 1e-6, "{}: {} and {slope}", dice.describe(), gradient[at]);
    }
}

/// fastai's gradients at a mask that fits: nothing to learn.
#[test]
fn dice_is_0_for_a_mask_that_fits_and_1_for_one_that_does_not() {
    let device = Device::flex();
    let codes: Vec<i64> = vec![0, 1, 2, 3, 4, 0];
    let z: Vec<f32> =
        codes.iter().flat_map(|code| (0..5).map(move |class| if class == *code { 60.0 } else { -60.0 })).collect();
    for dice in [Dice::new(), Dice::new().with_squares(), Dice::new().without_background()] {
        let loss = |codes: &[i64]| floats(dice.per_example(output(&z, &device), masks(codes, &device)))[0];
        assert!(loss(&codes).abs() < 1e-6, "{}", dice.describe());
        assert!((loss(&[1, 2, 3, 4, 0, 1]) - 1.0).abs() < 1e-6, "{}", dice.describe());
    }
}

#[test]
fn pictures_of_nothing_but_void_and_no_pictures_have_a_mean_of_0() {
    let device = Device::flex().autodiff();
    let nothing = vec![i64::from(VOID); PIXELS];
    for loss in of_maps() {
        let z = vec![f32::NAN; PIXELS * CLASSES];
        let (values, gradient) =
            value_and_gradient(loss.as_ref(), output(&z, &device), masks(&nothing, &device), Parts::mean);
        assert_eq!(values, [0.0], "{}", loss.describe());
        assert!(gradient.iter().all(|slope| slope.abs() < 1e-30), "{}", loss.describe());
        let mean = loss.forward(output(&z, &device), masks(&nothing, &device), Reduction::Mean);
        assert_eq!(floats(mean), [0.0], "{}", loss.describe());

        let output = Tensor::zeros([0, PIXELS * CLASSES], &device);
        let parts = loss.parts(output.clone(), Tensor::empty([0, HEIGHT, WIDTH], &device));
        assert_eq!(parts.per_example().dims(), [0], "{}", loss.describe());
        assert_eq!(floats(parts.mean()), [0.0], "{}", loss.describe());
        assert!(loss.mean_weights(&output, &Tensor::empty([0, HEIGHT, WIDTH], &device)).is_none());
    }
}

#[test]
fn maps_in_double_and_half_precision_have_losses_in_double_and_single() {
    let device = Device::flex().autodiff();
    let z: Vec<f32> = (0..2 * PIXELS * CLASSES).map(|at| (at * 7 % 11) as f32 / 4.0).collect();
    let codes = void(&[0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0]);
    for loss in of_maps() {
        let of = |dtype: DType| {
            let output = output(&z, &device).cast(dtype).detach();
            let mean = loss.forward(output.clone(), masks(&codes, &device), Reduction::Mean);
            (mean.dtype(), value_and_gradient(loss.as_ref(), output, masks(&codes, &device), Parts::mean))
        };
        let (single, (values, gradient)) = of(DType::F32);
        assert_eq!(single, DType::F32, "{}", loss.describe());
        for (dtype, want) in [(DType::F64, DType::F64), (DType::F16, DType::F32)] {
            let (got, (others, slopes)) = of(dtype);
            assert_eq!(got, want, "{}", loss.describe());
            for (a, b) in values.iter().chain(&gradient).zip(others.iter().chain(&slopes)) {
                assert!((a - b).abs() < 1e-3 * (1.0 + a.abs()), "{} in {dtype:?}: {a} and {b}", loss.describe());
            }
        }
    }
}

#[test]
fn an_activation_is_that_of_the_loss_inside_for_every_pixel() {
    let device = Device::flex();
    let vocab = World::of(CLASSES).vocab;
    let z: Vec<f32> = (0..2 * PIXELS * CLASSES).map(|at| (at * 7 % 11) as f32 / 4.0).collect();
    let flat = floats(CrossEntropy::new().activation_of(&rows(&z, 2 * PIXELS, CLASSES, &device)));
    let losses: [OfMasks; 3] = [
        Box::new(PerPixel::<CrossEntropy>::default().with_vocab(&vocab)),
        Box::new(Dice::new().with_vocab(&vocab)),
        Box::new(FocalDice::of(2.0, 1.0, &vocab).unwrap()),
    ];
    for loss in losses {
        let ours = turned(&floats(loss.activation(output(&z, &device))), CLASSES, PIXELS);
        assert!(ours.iter().zip(&flat).all(|(a, b)| (a - b).abs() < 1e-6), "{}", loss.describe());
        assert_eq!(loss.vocab(), Some(&vocab));
        assert_eq!(loss.activation(Tensor::zeros([0, 30], &device)).dims(), [0, 30]);
    }
}

/// Which of its implementations is meant.
trait OfClassNumbers {
    fn activation_of(&self, output: &Tensor<2>) -> Tensor<2>;
}

impl OfClassNumbers for CrossEntropy {
    fn activation_of(&self, output: &Tensor<2>) -> Tensor<2> {
        Loss::<Tensor<1, Int>>::activation(self, output.clone())
    }
}

#[test]
fn a_loss_of_pixels_says_all_that_the_loss_inside_says() {
    let world = World::of(CLASSES);
    for (inner, outer) in world.by_class().into_iter().zip(World::of(CLASSES).by_class()) {
        let outer = PerPixel::new(outer.loss);
        assert_eq!(outer.describe(), format!("{} per pixel", inner.loss.describe()));
        assert_eq!((outer.vocab(), outer.traits()), (inner.loss.vocab(), inner.loss.traits()));
        assert_eq!(outer.matrices().len(), inner.loss.matrices().len());
    }
    let vocab = Vocab::ordered(["a", "b"]).unwrap();
    let plain = PerPixel::new(Focal::new(2.0).unwrap());
    assert_eq!(plain.vocab(), None);
    assert_eq!(plain.with_vocab(&vocab).vocab(), Some(&vocab));
    insta::assert_snapshot!(FocalDice::of(2.0, 0.5, &vocab).unwrap().describe(), @"combined (1 of focal loss (gamma 2) per pixel, 0.5 of dice (smoothing 0.000001))");
    insta::assert_snapshot!(Dice::new().with_squares().without_background().describe(), @"dice (smoothing 0.000001, squares, without background)");
}
