//! Pieces of work with whole networks, without a learner.

use firelight::burn::module::Module;
use firelight::burn::optim::GradientsParams;
use firelight::burn::tensor::{FloatDType, Int, Tensor, TensorData};
use firelight::learner::optim::GroupOptimizer;
use firelight::models::Classifier;
use firelight::prelude::*;
use serde_json::{Map, Value, json};

use crate::Asked;
use crate::clock::timed;

/// Of the network's last layer, as published.
const CLASSES: usize = 1000;

/// The numbers that a network computes with.
pub fn dtype(precision: Precision) -> FloatDType {
    match precision {
        Precision::F16 => FloatDType::F16,
        Precision::BF16 => FloatDType::BF16,
        _ => FloatDType::F32,
    }
}

/// Weights by formula, which every device gets alike.
fn network(asked: &Asked, device: &Device) -> Classifier {
    asked.arch.classifier(CLASSES, 1, device)
}

/// Bumpy numbers, as `torch_bodies.py` has them.
fn pictures(asked: &Asked, device: &Device) -> Tensor<4> {
    let shape = [asked.batch, 3, asked.side, asked.side];
    // On the host: a graphics card has its own sine.
    let numbers: Vec<f32> = (0..shape.iter().product()).map(|i: usize| (i as f32 * 0.01 + 0.3).sin()).collect();
    Tensor::<4>::from_data(TensorData::new(numbers, shape), device).cast(dtype(asked.precision))
}

/// Scores, with batch norms in the convolutions; and how far those are from what flex makes of the same in single precision.
pub fn inference(asked: &Asked, device: &Device) -> Result<Map<String, Value>> {
    let scores = |device: &Device, asked: &Asked| {
        let (network, pictures) = (network(asked, device).folded(), pictures(asked, device));
        move || network.forward(pictures.clone())
    };
    let mut told = timed(asked.seconds, device, scores(device, asked))?;
    let few = Asked { batch: asked.batch.min(2), ..*asked };
    let reference = scores(&device_by_name("flex")?, &Asked { precision: Precision::F32, ..few })();
    let numbers = |scores: Tensor<2>| scores.into_data().iter::<f64>().collect::<Vec<f64>>();
    let (ours, reference) = (numbers(scores(device, &few)()), numbers(reference));
    let length = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|number| number * number).sum::<f64>().sqrt();
    let apart = length(&mut ours.iter().zip(&reference).map(|(ours, reference)| ours - reference));
    told.insert("apart".into(), json!(apart / length(&mut reference.iter().copied())));
    Ok(told)
}

/// The features of a body that does not train.
pub fn frozen(asked: &Asked, device: &Device) -> Result<Map<String, Value>> {
    let (network, pictures) = (network(asked, device), pictures(asked, device));
    timed(asked.seconds, device, || network.body.forward(pictures.clone()))
}

/// Scores and the gradients of all parameters.
pub fn training(asked: &Asked, device: &Device) -> Result<Map<String, Value>> {
    let (network, pictures) = (network(asked, device).train(), Tensor::from_inner(pictures(asked, device)));
    timed(asked.seconds, device, || {
        let scores = network.forward(pictures.clone());
        (scores.clone() * scores).mean().backward()
    })
}

/// A loss, its gradients and an update by them. Nothing is read.
pub fn step(asked: &Asked, device: &Device) -> Result<Map<String, Value>> {
    let tracked = device.clone().autodiff();
    let pictures: Tensor<4> = Tensor::from_inner(pictures(asked, device));
    let targets = Tensor::<1, Int>::arange(0..asked.batch as i64, &tracked);
    let mut optimizer = GroupOptimizer::new(Sgd::new().with_momentum(0.9), &[String::new()])?;
    let mut network = Some(network(asked, device).train());
    let mut failed = None;
    let told = timed(asked.seconds, device, || {
        let now = network.take()?;
        let scores = now.forward(pictures.clone());
        let loss = CrossEntropy::new().forward(scores, targets.clone(), Reduction::Mean);
        let gradients = GradientsParams::from_grads(loss.backward(), &now);
        match optimizer.step(now, gradients, &[1e-4], None) {
            Ok(next) => network = Some(next),
            Err(error) => failed = Some(error),
        }
        Some(loss.inner())
    });
    failed.map_or(told, |error| Err(error.into()))
}
