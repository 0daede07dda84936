//! The gradients of all parameters of a model together.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;
use firelight_layers::update::sum_of_squares;

/// What gradients are multiplied by.
#[derive(Debug)]
pub(crate) enum Factor {
    Known(f64),
    /// `[1]`, which nobody has read yet.
    OnDevice(Box<Tensor<1>>),
}

impl Factor {
    /// What takes the loss's `scale` off gradients of a `length`, and cuts those that are then longer than `most`.
    pub fn of(length: f64, scale: f64, most: Option<f64>) -> Self {
        let cut = most.map_or(1.0, |most| (most / (length / scale + 1e-6)).min(1.0));
        Self::Known(cut / scale)
    }

    /// The same of a length that is still on the device, `[1]`: known where nothing is cut.
    pub fn on_device(length: Tensor<1>, scale: f64, most: Option<f64>) -> Self {
        let Some(most) = most else { return Self::Known(1.0 / scale) };
        let cut = length.div_scalar(scale).add_scalar(1e-6).recip().mul_scalar(most).clamp_max(1.0);
        Self::OnDevice(Box::new(cut.div_scalar(scale)))
    }
}

/// All gradients times a number.
pub(crate) fn scale<M: Module>(model: &M, gradients: GradientsParams, factor: Factor) -> GradientsParams {
    if matches!(&factor, Factor::Known(factor) if factor.to_bits() == 1.0_f64.to_bits()) {
        return gradients; // nothing to do, exactly
    }
    let mut product = Product { gradients, factor };
    model.visit(&mut product);
    product.gradients
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
            let square = sum_of_squares(gradient);
            self.sum = Some(match self.sum.take() {
                Some(sum) => sum + square,
                None => square,
            });
        }
    }
}

/// Multiplies every gradient.
struct Product {
    gradients: GradientsParams,
    factor: Factor,
}

impl ModuleVisitor for Product {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(parameter.id) {
            let product = match &self.factor {
                Factor::Known(factor) => gradient.mul_scalar(*factor),
                Factor::OnDevice(factor) => gradient * Tensor::clone(factor).reshape([1; D]),
            };
            self.gradients.register(parameter.id, product);
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
    fn gradients_have_a_length_together_and_are_multiplied_together() {
        let device = Device::flex().autodiff();
        let two = Two {
            line: Param::from_tensor(Tensor::ones([1], &device)),
            field: Param::from_tensor(Tensor::ones([1, 2], &device)),
        };
        // Gradients (3) and (0, 4): length 5.
        let field: Tensor<1> = two.field.val().flatten(0, 1);
        let loss = two.line.val() * 3.0 + field.slice(1..2) * 4.0;
        let gradients = GradientsParams::from_grads(loss.backward(), &two);
        let whole = length(&two, &gradients).expect("gradients").into_scalar::<f32>();
        assert!((whole - 5.0).abs() < 1e-6, "{whole}");
        let gradients = scale(&two, gradients, Factor::Known(0.5));
        let line = gradients.get::<1>(two.line.id).expect("a gradient").into_data().iter::<f32>().collect::<Vec<_>>();
        let field = gradients.get::<2>(two.field.id).expect("a gradient").into_data().iter::<f32>().collect();
        assert_eq!([line, field].concat(), [1.5, 0.0, 2.0]);
        assert!(length(&two, &GradientsParams::new()).is_none());
    }

    #[test]
    fn a_factor_on_the_device_is_the_one_of_the_host() {
        let value = |factor: Factor| match factor {
            Factor::Known(factor) => factor,
            Factor::OnDevice(factor) => factor.into_scalar::<f32>().into(),
        };
        for (length, scale, most) in
            [(8.0, 1.0, None), (8.0, 4.0, None), (8.0, 1.0, Some(0.5)), (8.0, 4.0, Some(0.5)), (8.0, 4.0, Some(3.0))]
        {
            let there = Tensor::from_floats([length as f32], &Device::flex());
            let (here, there) = (Factor::of(length, scale, most), Factor::on_device(there, scale, most));
            let (here, there) = (value(here), value(there));
            assert!((here - there).abs() < 1e-6 * here, "{here} and {there}");
        }
    }
}
