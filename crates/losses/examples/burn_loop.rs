//! The losses in a loop written by hand: two of three classes are close, and a wrong one of them costs little.

use burn::module::Module;
use burn::nn::LinearConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{Device, Int, Tensor, activation::softmax};
use firelight_losses::{CostMatrix, Decision, Groups, Loss, Reduction, SoftLabelCrossEntropy, SoftLabels, Vocab};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vocab = Vocab::from_labels(["Bengal", "beagle", "pug"]);
    let species = Groups::by(&vocab, |breed| if breed.starts_with(char::is_uppercase) { "cat" } else { "dog" });
    // a fifth of every target goes to the other breed of its species
    let loss = SoftLabelCrossEntropy::new(&SoftLabels::from_groups(&species).within_mass(0.2), &vocab)?;

    // weight in kilograms and length of the ears in centimetres, a row an animal
    let device = Device::flex().autodiff();
    let measured = [[4.0, 4.0], [5.0, 5.0], [10.0, 14.0], [12.0, 15.0], [7.0, 6.0], [8.0, 7.0]];
    let features = Tensor::<2>::from_floats(measured, &device) / 10.0;
    let breeds = Tensor::<1, Int>::from_ints([0, 0, 1, 1, 2, 2], &device);

    // ANCHOR: loop
    let mut model = LinearConfig::new(2, vocab.len()).init(&device);
    let mut optimizer = SgdConfig::new().init();
    for step in 0..=600 {
        let value = loss.forward(model.forward(features.clone()), breeds.clone(), Reduction::Mean);
        if step % 200 == 0 {
            println!("step {step}: loss {:.3}", value.clone().into_scalar::<f32>());
        }
        let gradients = GradientsParams::from_grads(value.backward(), &model);
        model = optimizer.step(0.5, model, gradients);
    }
    // ANCHOR_END: loop

    // between a beagle and a pug, with the ears of neither
    let unknown = Tensor::<2>::from_floats([[9.0, 9.0]], &device.inner()) / 10.0;
    let probabilities: Vec<f32> = softmax(model.valid().forward(unknown), 1).into_data().iter().collect();
    for (breed, probability) in vocab.names().iter().zip(&probabilities) {
        println!("{breed:8} {probability:.2}");
    }
    let decision = Decision::minimum_risk(&CostMatrix::from_groups(&species, 0.25, 1.0), &vocab)?;
    println!("the cheapest answer is {}", &vocab[decision.decide(&probabilities)[0]]);
    Ok(())
}
