//! The bodies by name; with a name and a file of weights, what of the file fits:
//!
//! ```sh
//! cargo run --release -p firelight-models --example bodies -- resnet18 resnet18-f37072fd.pth
//! ```

use std::error::Error;

use burn::module::Module;
use burn::tensor::Device;
use firelight_models::{Arch, weights};

fn main() -> Result<(), Box<dyn Error>> {
    let device = Device::flex();
    let mut arguments = std::env::args().skip(1);
    if let (Some(name), Some(file)) = (arguments.next(), arguments.next()) {
        let (body, report) = weights::load_body(name.parse::<Arch>()?, file, &device)?;
        println!("{} parameters\n{report}", body.num_params());
        return Ok(());
    }
    println!("{:<30} {:>8} {:>11} {:>5}", "name", "features", "parameters", "size");
    for arch in Arch::all() {
        println!("{:<30} {:>8} {:>11} {:>5}", arch.name(), arch.features(), arch.parameters(), arch.picture_size());
    }
    Ok(())
}
