//! The same pass by burn and by ONNX Runtime.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use firelight_onnx::{Export, OnnxModel, Output};
use serde_json::{Value, json};

use crate::python::{answers, python};

/// Numbers that look random, from -2 to 2.
pub fn numbers(count: usize) -> Vec<f32> {
    (0..count).map(|index| ((index * 37 + index * index * 11) % 401) as f32 / 100.0 - 2.0).collect()
}

/// What the runtime says of inputs of these shapes and numbers; `None` where there is none.
pub fn run(model: &OnnxModel, inputs: &[(Vec<usize>, Vec<f32>)]) -> Option<Value> {
    let python = python()?;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("model.onnx");
    model.save(&file).expect("a file");
    let inputs: Vec<Value> = inputs.iter().map(|(shape, values)| json!({ "shape": shape, "values": values })).collect();
    Some(answers(&python, &file, &inputs))
}

/// Asserts that the runtime gives what burn gives, of one item and of seven.
pub fn agrees<M: Module, const D: usize, const E: usize>(
    module: &M,
    shape: [usize; D],
    forward: impl Fn(&M, Tensor<D>) -> Tensor<E>,
) {
    all_agree(module, shape, &[forward]);
}

/// The same of several passes in one file, the outputs `y0`, `y1` and so on.
pub fn all_agree<M: Module, const D: usize, const E: usize>(
    module: &M,
    shape: [usize; D],
    passes: &[impl Fn(&M, Tensor<D>) -> Tensor<E>],
) {
    let outputs = |module: &M, x: Tensor<D>| {
        passes
            .iter()
            .enumerate()
            .map(|(pass, forward)| Output::new(format!("y{pass}"), forward(module, x.clone())))
            .collect()
    };
    let model = Export::new("x", &shape[1..]).module(module, outputs).expect("a model");
    let shapes = [1, 7].map(|items| {
        let mut shape = shape;
        shape[0] = items;
        shape
    });
    let inputs: Vec<(Vec<usize>, Vec<f32>)> =
        shapes.iter().map(|shape| (shape.to_vec(), numbers(shape.iter().product()))).collect();
    let Some(answer) = run(&model, &inputs) else { return };
    assert_eq!(answer["inputs"]["x"][0], "batch");
    for (run, (shape, values)) in inputs.into_iter().enumerate() {
        let x = Tensor::<D>::from_data(TensorData::new(values, shape), &Device::flex());
        for (pass, forward) in passes.iter().enumerate() {
            let (ours, theirs) = (forward(module, x.clone()), &answer["runs"][run][format!("y{pass}")]);
            assert_eq!(theirs["shape"], json!(ours.dims().to_vec()), "run {run}, pass {pass}");
            let theirs = theirs["values"].as_array().expect("numbers");
            let theirs: Vec<f64> = theirs.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect();
            let ours: Vec<f32> = ours.into_data().iter().collect();
            let largest = ours.iter().fold(1.0_f32, |most, ours| most.max(ours.abs()));
            for (place, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                let apart = (f64::from(*ours) - theirs).abs();
                assert!(
                    apart <= 1e-5 * f64::from(largest),
                    "run {run}, pass {pass}, number {place}: {ours} is not {theirs}"
                );
            }
        }
    }
}
