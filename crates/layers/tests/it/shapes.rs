//! Every shape of convolution in the learner's architectures, at 224 px.

use std::collections::BTreeSet;

use burn::tensor::ops::ConvOptions;

use crate::conv::{Case, assert_like_burn};

/// Inputs, outputs, kernel, stride, size, groups.
type Shape = (usize, usize, usize, usize, usize, usize);

fn resnet(blocks: [usize; 4], bottleneck: bool) -> BTreeSet<Shape> {
    let mut shapes = BTreeSet::from([(3, 64, 7, 2, 224, 1)]);
    let mut inputs = 64;
    let mut size = 56;
    for (layer, blocks) in blocks.into_iter().enumerate() {
        let width = 64 << layer;
        let outputs = if bottleneck { 4 * width } else { width };
        for block in 0..blocks {
            let stride = if block == 0 && layer > 0 { 2 } else { 1 };
            let half = size / stride;
            if bottleneck {
                shapes.extend([
                    (inputs, width, 1, 1, size, 1),
                    (width, width, 3, stride, size, 1),
                    (width, outputs, 1, 1, half, 1),
                ]);
            } else {
                shapes.extend([(inputs, width, 3, stride, size, 1), (width, outputs, 3, 1, half, 1)]);
            }
            if stride != 1 || inputs != outputs {
                shapes.insert((inputs, outputs, 1, stride, size, 1));
            }
            (inputs, size) = (outputs, half);
        }
    }
    shapes
}

fn efficientnet_lite0() -> BTreeSet<Shape> {
    let groups = [
        (1, 3, 1, 16, 1),
        (6, 3, 2, 24, 2),
        (6, 5, 2, 40, 2),
        (6, 3, 2, 80, 3),
        (6, 5, 1, 112, 3),
        (6, 5, 2, 192, 4),
        (6, 3, 1, 320, 1),
    ];
    let mut shapes = BTreeSet::from([(3, 32, 3, 2, 224, 1), (320, 1280, 1, 1, 7, 1)]);
    let (mut inputs, mut size) = (32, 112);
    for (expansion, kernel, stride, outputs, repeats) in groups {
        for repeat in 0..repeats {
            let stride = if repeat == 0 { stride } else { 1 };
            let middle = inputs * expansion;
            if expansion > 1 {
                shapes.insert((inputs, middle, 1, 1, size, 1));
            }
            shapes.insert((middle, middle, kernel, stride, size, middle));
            size /= stride;
            shapes.insert((middle, outputs, 1, 1, size, 1));
            inputs = outputs;
        }
    }
    shapes
}

fn assert_all(shapes: BTreeSet<Shape>) {
    for (inputs, outputs, kernel, stride, size, groups) in shapes {
        let same = groups > 1 || outputs == 32;
        let total = if same && stride == 2 { kernel - 2 } else { kernel - 1 };
        let padding = (total / 2, total - total / 2);
        assert_like_burn(&Case {
            input: [if size > 60 { 1 } else { 3 }, inputs, size, size],
            weight: [outputs, inputs / groups, kernel, kernel],
            options: ConvOptions::new_with_padding([stride; 2], [padding; 2], [1, 1], groups),
            bias: false,
        });
    }
}

#[test]
fn convolutions_of_resnet_18_and_34_are_burns() {
    let mut shapes = resnet([2, 2, 2, 2], false);
    shapes.extend(resnet([3, 4, 6, 3], false));
    assert_all(shapes);
}

#[test]
fn convolutions_of_resnet_50_are_burns() {
    assert_all(resnet([3, 4, 6, 3], true));
}

#[test]
fn convolutions_of_efficientnet_lite0_are_burns() {
    assert_all(efficientnet_lite0());
}
