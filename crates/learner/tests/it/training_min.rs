
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::Tensor;
use firelight_learner::models::{Model, VisionModel};



/// The bits of every parameter, each under its path.
pub type AllBits = Vec<(String, Vec<u32>)>;

/// Looks at the bits of every parameter.
#[derive(Default)]
struct Bits {
    path: Vec<String>,
    all: AllBits,
}

impl ModuleVisitor for Bits {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let bits = param.val().inner().into_data().iter::<f32>().map(f32::to_bits).collect();
        self.all.push((self.path.join("."), bits));
    }
}

pub fn bits(model: &VisionModel) -> AllBits {
    let mut bits = Bits::default();
    model.valid().visit(&mut bits);
    bits.all
}

