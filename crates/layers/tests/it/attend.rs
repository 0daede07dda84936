use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use firelight_layers::attend;

use crate::close::{assert_close, numbers};

/// The formula, one operation after another.
fn by_hand(all: Tensor<3>, heads: usize) -> Tensor<3> {
    let [pictures, tokens, width] = all.dims();
    let each = width / 3 / heads;
    let all = all.reshape([pictures, tokens, 3, heads, each]).permute([2, 0, 3, 1, 4]);
    let part = |index: usize| all.clone().narrow(0, index, 1).squeeze_dim::<4>(0);
    let scores = part(0).matmul(part(1).swap_dims(2, 3)) / (each as f64).sqrt();
    softmax(scores, 3).matmul(part(2)).swap_dims(1, 2).reshape([pictures, tokens, heads * each])
}

#[test]
fn attention_and_its_gradient_are_those_of_the_formula() {
    let device = Device::flex().autodiff();
    let cases =
        [[1, 1, 1, 1], [2, 5, 3, 7], [1, 33, 2, 64], [3, 50, 4, 16], [1, 197, 1, 48], [2, 64, 2, 50], [1, 300, 1, 100]];
    for [pictures, tokens, heads, each] in cases {
        let what = format!("{pictures} pictures, {tokens} tokens, {heads} heads of {each}");
        // Large enough for weights that differ.
        let all = numbers([pictures, tokens, 3 * heads * each], 1, &device).mul_scalar(3.0).require_grad();
        let factors = numbers([pictures, tokens, heads * each], 2, &device);
        let [ours, theirs] = [attend(all.clone(), heads), by_hand(all.clone(), heads)];
        assert_close(&what, ours.clone().inner(), theirs.clone().inner());
        assert_close(&what, attend(all.clone().inner(), heads), theirs.clone().inner());
        let [ours, theirs] = [ours, theirs].map(|output| (output * factors.clone()).sum().backward());
        assert_close(&what, all.grad(&ours).unwrap(), all.grad(&theirs).unwrap());
    }
}

#[test]
fn what_is_not_a_number_reaches_its_own_head_and_picture_alone() {
    let device = Device::flex();
    let all = numbers([2, 40, 3 * 2 * 8], 1, &device);
    let spoilt = all.clone().slice_assign([0..1, 3..4, 0..1], Tensor::full([1, 1, 1], f32::NAN, &device));
    let (seen, clean) = (attend(spoilt, 2), attend(all, 2));
    let nan: Vec<bool> = seen.clone().is_nan().into_data().iter().collect();
    for (place, nan) in nan.into_iter().enumerate() {
        // The query of a token and a head: its own output alone.
        assert_eq!(nan, place / 16 == 3 && place % 16 < 8, "place {place}");
    }
    assert_close("the other picture", seen.narrow(0, 1, 1), clean.narrow(0, 1, 1));
}
