//! Values of fastai 2.8.12 and torchvision 0.23.0, over two batches of two maps `[classes, 6, 5]` by a rule.

use firelight_costs::Decision;
use firelight_metrics::{
    MaskMetric, dice, dice_multi, foreground_accuracy, foreground_iou, giou, iou, mean_iou, measure,
};
use firelight_vocab::Vocab;

/// Maps and masks of both batches.
fn examples(classes: usize) -> (Vec<Vec<f32>>, Vec<Vec<u8>>) {
    let pixels = 6 * 5;
    let mut examples = (Vec::new(), Vec::new());
    for batch in 0..2 {
        let number = |i: usize| ((i * i * 7 + i * 11 + batch * 29 + 3) % 97) as f32 / 97.0 * 6.0 - 3.0;
        let code = |i: usize| ((i * i * 3 + i / 4 + batch) % 13 % (2 * classes) / 2) as u8;
        for picture in 0..2 {
            let numbers = classes * pixels;
            examples.0.push((picture * numbers..(picture + 1) * numbers).map(number).collect());
            examples.1.push((picture * pixels..(picture + 1) * pixels).map(code).collect());
        }
    }
    examples
}

fn value(metric: &MaskMetric, (maps, masks): &(Vec<Vec<f32>>, Vec<Vec<u8>>)) -> f64 {
    measure(metric, maps, masks, &Decision::Argmax).expect("a value")
}

#[test]
fn values_of_masks_are_those_of_fastai() {
    // Of Dice and JaccardCoeff, which are of two classes, DiceMulti, JaccardCoeffMulti, and foreground_acc of background 0 and 1 over all
    // pixels at once.
    let two = [0.51376146789, 0.345679012346, 0.554590657609, 0.384796027912, 0.509090900421, 0.600000023842];
    let three = [0.310378510379, 0.184561403509, 0.347826093435, 0.361445784569];
    for (classes, expected) in [(2, &two[..]), (3, &three), (4, &three)] {
        let names: Vec<String> = (0..classes).map(|class| class.to_string()).collect();
        let vocab = Vocab::ordered(names).expect("a vocab");
        let mut examples = examples(classes.min(3));
        if classes == 4 {
            // A fourth class that is nowhere.
            examples.0.iter_mut().for_each(|map| map.extend([-9.0; 30]));
        }
        let rest = [dice_multi(&vocab), mean_iou(&vocab), foreground_accuracy(0), foreground_accuracy(1)];
        let of_two: Vec<MaskMetric> = if classes == 2 { vec![dice(), foreground_iou()] } else { Vec::new() };
        let metrics: Vec<MaskMetric> = of_two.into_iter().chain(rest).collect();
        assert_eq!(metrics.len(), expected.len());
        for (metric, expected) in metrics.iter().zip(expected) {
            let value = value(metric, &examples);
            assert!((value - expected).abs() < 1e-7, "{} of {classes}: {value}, there {expected}", metric.name());
        }
    }
}

#[test]
fn overlaps_are_those_of_torchvision() {
    let boxes = [
        ([-0.5, -0.25, 0.5, 0.75], [-0.25, -0.5, 0.75, 0.5], 0.391304, 0.311304),
        ([-0.25, -0.5, 0.75, 0.5], [-0.25, -0.5, 0.75, 0.5], 1.0, 1.0),
        ([-1.0, -1.0, -0.5, -0.25], [0.25, 0.5, 1.0, 0.75], 0.0, -0.839286),
        ([-0.125, -0.25, 0.25, 0.5], [-0.75, -0.5, 0.75, 0.75], 0.15, 0.15),
        ([-0.5, -0.5, 0.0, 0.5], [0.0, -0.25, 0.5, 0.25], 0.0, -0.25),
    ];
    for (output, target, expected, generalized) in boxes {
        let (iou, giou) = (iou(output, target), giou(output, target));
        assert!((iou - expected).abs() < 2e-6 && (giou - generalized).abs() < 2e-6, "{output:?}: {iou}, {giou}");
    }
}
