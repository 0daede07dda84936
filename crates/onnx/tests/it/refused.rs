//! What is no file, and why.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Distribution, Tensor};
use firelight_onnx::{Export, OnnxError, Output};

#[derive(Module, Debug)]
struct Nothing {}

fn error(forward: impl Fn(Tensor<2>) -> Tensor<2>) -> String {
    let told = Export::new("x", [6]).module(&Nothing {}, |_, x| vec![Output::new("y", forward(x))]);
    told.expect_err("a refusal").to_string()
}

#[test]
fn a_refusal_names_what_it_is_about() {
    for (forward, words) in [
        ((|x| x.sort(1)) as fn(Tensor<2>) -> Tensor<2>, "burn's Sort cannot be written to ONNX"),
        (
            |x| x.clone() + Tensor::random(x.dims(), Distribution::Default, &x.device()),
            "burn's Random cannot be written to ONNX: a file has no chance in it",
        ),
        (
            |x| x.clone() - x.mean().unsqueeze(),
            "burn's Mean cannot be written to ONNX: one number of all items together",
        ),
        (|x| x.slice(0..1), "burn's Slice cannot be written to ONNX: it takes a part of the items"),
        (|x| x.flip([0]).narrow(0, 1, 3), "it takes a part of the items"),
        (|x| if x.dims()[0] > 6 { x * 2.0 } else { x + 1.0 }, "the forward pass depends on the number of items"),
        (
            |x| {
                let items = x.dims()[0] as f32;
                x * items
            },
            "the forward pass depends on the number of items",
        ),
        (
            |x| {
                let told: f32 = x.clone().sum().into_scalar();
                x * told
            },
            "cannot be recorded, which is done without numbers",
        ),
        (|x| Tensor::zeros([x.dims()[0], 2], &Device::flex()), "on another device"),
    ] {
        let told = error(forward);
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn weights_have_the_modules_names() {
    let layer = LinearConfig::new(4, 2).init(&Device::flex());
    let model = Export::new("rows", [4])
        .module(&layer, |layer: &Linear, rows: Tensor<2>| vec![Output::new("scores", layer.forward(rows))]);
    let bytes = model.expect("a model").to_bytes();
    for name in ["weight", "bias", "rows", "scores", "batch"] {
        assert!(bytes.windows(name.len()).any(|window| window == name.as_bytes()), "{name}");
    }
}

#[test]
fn a_pass_without_its_input_is_none() {
    let told = Export::new("x", [6])
        .module(&Nothing {}, |_, x: Tensor<2>| vec![Output::new("y", Tensor::<2>::ones([2, 2], &x.device()))]);
    assert!(matches!(told, Err(OnnxError::Unrecorded { .. })), "{told:?}");
}
