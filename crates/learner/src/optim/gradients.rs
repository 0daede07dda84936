//! The gradients of all parameters of a model together.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

/// Shortens the gradients of all parameters together to the length `most`, if they are longer: `g · min(1, most / (‖g‖ + 1e-6))`,
/// as `PyTorch`'s `clip_grad_norm_`. The length stays on the device.
pub(crate) fn clip_global_norm<M: Module>(model: &M, gradients: GradientsParams, most: f64) -> GradientsParams {
    let Some(length) = length(model, &gradients) else { return gradients };
    let factor = ((length + 1e-6).recip() * most).clamp_max(1.0);
    multiply(model, gradients, Factor::OnDevice(&factor))
}

/// All gradients times a number.
pub(crate) fn scale<M: Module>(model: &M, gradients: GradientsParams, factor: f64) -> GradientsParams {
    multiply(model, gradients, Factor::Known(factor))
}

/// The length of all gradients as one vector, `[1]`; `None` if there are none.
pub(crate) fn length<M: Module>(model: &M, gradients: &GradientsParams) -> Option<Tensor<1>> {
    let mut squares = Squares { gradients, sum: None };
    model.visit(&mut squares);
    squares.sum.map(Tensor::sqrt)
}

/// Adds up the squares of all gradients.
struct Squares<'a> {
    gradients: &'a GradientsParams,
    sum: Option<Tensor<1>>,
}

impl ModuleVisitor for Squares<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.get::<D>(parameter.id) {
            let square = gradient.square().sum();
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + square,
                None => square,
            });
        }
    }
}

#[derive(Clone, Copy)]
enum Factor<'a> {
    Known(f64),
    OnDevice(&'a Tensor<1>),
}

fn multiply<M: Module>(model: &M, gradients: GradientsParams, factor: Factor) -> GradientsParams {
    let mut product = Product { gradients, factor };
    model.visit(&mut product);
    product.gradients
}

/// Multiplies every gradient.
struct Product<'a> {
    gradients: GradientsParams,
    factor: Factor<'a>,
}

impl ModuleVisitor for Product<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(parameter.id) {
            let gradient = match self.factor {
                Factor::Known(factor) => gradient.mul_scalar(factor),
                Factor::OnDevice(factor) => gradient * factor.clone().unsqueeze(),
            };
            self.gradients.register(parameter.id, gradient);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[derive(Module, Debug)]
    struct Two {
        line: Param<Tensor<1>>,
        field: Param<Tensor<2>>,
    }

    #[test]
    fn the_length_of_all_gradients_together_is_cut() {
        let device = Device::flex().autodiff();
        let two = Two {
            line: Param::from_tensor(Tensor::ones([1], &device)),
            field: Param::from_tensor(Tensor::ones([1, 2], &device)),
        };
        let gradients = |most: f64| {
            // Gradients (3) and (0, 4): length 5.
            let field: Tensor<1> = two.field.val().flatten(0, 1);
            let loss = two.line.val() * 3.0 + field.slice(1..2) * 4.0;
            let gradients = clip_global_norm(&two, GradientsParams::from_grads(loss.backward(), &two), most);
            let line =
                gradients.get::<1>(two.line.id).expect("a gradient").into_data().iter::<f32>().collect::<Vec<_>>();
            let field = gradients.get::<2>(two.field.id).expect("a gradient").into_data().iter::<f32>().collect();
            [line, field].concat()
        };
        assert_eq!(gradients(10.0), [3.0, 0.0, 4.0]);
        for (value, expected) in gradients(1.0).iter().zip([0.6, 0.0, 0.8]) {
            assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
        }
    }
}
