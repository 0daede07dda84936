//! A whole program that classifies pictures with an export: `classify EXPORT PICTURE…`.

use burn::tensor::Device;
use firelight_predict::{PredictError, Predictor};

fn main() -> Result<(), PredictError> {
    let mut arguments = std::env::args().skip(1);
    let Some(export) = arguments.next() else {
        println!("classify EXPORT PICTURE…");
        return Ok(());
    };
    let predictor = Predictor::load(export, &Device::flex())?;
    for picture in arguments {
        let prediction = predictor.predict(&picture)?;
        println!("{picture}: {} ({:.1} %)", prediction.class, 100.0 * prediction.probability());
    }
    Ok(())
}
