//! Functions of one number, and activations.

use burn::backend::ir::{ActivationOperationIr, FloatOperationIr, ScalarIr, TensorIr};

use super::numeric::with_scalar;
use super::{Lowered, base, direct};
use crate::OnnxError;
use crate::builder::{Builder, float, int};

pub(super) fn lower(graph: &mut Builder, operation: &FloatOperationIr) -> Result<Lowered, OnnxError> {
    use FloatOperationIr as Float;
    let (operator, one) = match operation {
        Float::Exp(one) => ("Exp", one),
        Float::Log(one) => ("Log", one),
        Float::Erf(one) => ("Erf", one),
        Float::Sqrt(one) => ("Sqrt", one),
        Float::Cos(one) => ("Cos", one),
        Float::Cosh(one) => ("Cosh", one),
        Float::Sin(one) => ("Sin", one),
        Float::Sinh(one) => ("Sinh", one),
        Float::Tan(one) => ("Tan", one),
        Float::Tanh(one) => ("Tanh", one),
        Float::ArcCos(one) => ("Acos", one),
        Float::ArcCosh(one) => ("Acosh", one),
        Float::ArcSin(one) => ("Asin", one),
        Float::ArcSinh(one) => ("Asinh", one),
        Float::ArcTan(one) => ("Atan", one),
        Float::ArcTanh(one) => ("Atanh", one),
        Float::Round(one) => ("Round", one),
        Float::Floor(one) => ("Floor", one),
        Float::Ceil(one) => ("Ceil", one),
        Float::Recip(one) => ("Reciprocal", one),
        Float::IsNan(one) => ("IsNaN", one),
        Float::IsInf(one) => ("IsInf", one),
        Float::Log1p(one) => {
            let (input, unit) = (graph.name(&one.input), graph.scalar(one.input.dtype, ScalarIr::Float(1.0))?);
            let above = graph.between("Add", vec![input, unit], vec![]);
            graph.gives(&one.out, "Log", vec![above], vec![]);
            return Ok(Lowered::Done);
        }
        Float::PowfScalar(power) => return with_scalar(graph, "Pow", power),
        Float::Powf(two) => return Ok(direct(graph, "Pow", &[&two.lhs, &two.rhs], &two.out)),
        Float::Matmul(two) => return Ok(direct(graph, "MatMul", &[&two.lhs, &two.rhs], &two.out)),
        Float::IntoInt(cast) => return base::cast(graph, &cast.input, &cast.out),
        Float::Random(_) => return Ok(Lowered::Not("a file has no chance in it; record the model for inference")),
        _ => return Ok(Lowered::Not("there is no rule for it")),
    };
    Ok(direct(graph, operator, &[&one.input], &one.out))
}

pub(super) fn activation(graph: &mut Builder, operation: &ActivationOperationIr) -> Result<Lowered, OnnxError> {
    use ActivationOperationIr as Act;
    Ok(match operation {
        Act::Relu(one) => direct(graph, "Relu", &[&one.input], &one.out),
        Act::Sigmoid(one) => direct(graph, "Sigmoid", &[&one.input], &one.out),
        Act::LogSigmoid(one) => {
            let input = graph.name(&one.input);
            let minus = graph.between("Neg", vec![input], vec![]);
            let soft = graph.between("Softplus", vec![minus], vec![]);
            graph.gives(&one.out, "Neg", vec![soft], vec![]);
            Lowered::Done
        }
        Act::PRelu(two) => direct(graph, "PRelu", &[&two.lhs, &two.rhs], &two.out),
        Act::LeakyRelu(slope) => {
            let input = graph.name(&slope.lhs);
            graph.gives(&slope.out, "LeakyRelu", vec![input], vec![float("alpha", slope.rhs.elem())]);
            Lowered::Done
        }
        Act::HardSigmoid(hard) => {
            let input = graph.name(&hard.tensor);
            let attributes = vec![float("alpha", hard.alpha.elem()), float("beta", hard.beta.elem())];
            graph.gives(&hard.out, "HardSigmoid", vec![input], attributes);
            Lowered::Done
        }
        Act::Gelu(one) => gelu(graph, &one.input, &one.out)?,
        Act::Softmax(along) => by_axis(graph, "Softmax", &along.input, along.axis, &along.out),
        Act::LogSoftmax(along) => by_axis(graph, "LogSoftmax", &along.input, along.axis, &along.out),
        _ => Lowered::Not("there is no rule for it"),
    })
}

fn by_axis(graph: &mut Builder, operator: &str, input: &TensorIr, axis: usize, out: &TensorIr) -> Lowered {
    let input = graph.name(input);
    graph.gives(out, operator, vec![input], vec![int("axis", axis as i64)]);
    Lowered::Done
}

/// `x · (1 + erf(x / √2)) / 2`; an operator of its own it is from set 20 on.
fn gelu(graph: &mut Builder, input: &TensorIr, out: &TensorIr) -> Result<Lowered, OnnxError> {
    let number = |graph: &mut Builder, value| graph.scalar(input.dtype, ScalarIr::Float(value));
    let (x, root) = (graph.name(input), number(graph, std::f64::consts::SQRT_2)?);
    let scaled = graph.between("Div", vec![x.clone(), root], vec![]);
    let erf = graph.between("Erf", vec![scaled], vec![]);
    let (one, half) = (number(graph, 1.0)?, number(graph, 0.5)?);
    let share = graph.between("Add", vec![erf, one], vec![]);
    let product = graph.between("Mul", vec![x, share], vec![]);
    graph.gives(out, "Mul", vec![product, half], vec![]);
    Ok(Lowered::Done)
}
