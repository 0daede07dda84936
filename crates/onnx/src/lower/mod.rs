//! Operations of burn as operators of ONNX: <https://onnx.ai/onnx/operators/>, of set 18.

mod base;
mod float;
mod module;
mod numeric;

use burn::backend::ir::{BoolOperationIr, IntOperationIr, OperationIr, TensorIr};

use crate::OnnxError;
use crate::builder::Builder;

/// Writes down one operation of a recording.
pub fn lower(graph: &mut Builder, operation: &OperationIr) -> Result<(), OnnxError> {
    let lowered = match operation {
        // Their numbers are in the file, or are the input's.
        OperationIr::Init(_) => Lowered::Done,
        OperationIr::BaseFloat(base) | OperationIr::BaseInt(base) | OperationIr::BaseBool(base) => {
            base::lower(graph, base)?
        }
        OperationIr::NumericFloat(_, numeric) => numeric::lower(graph, numeric, true)?,
        OperationIr::NumericInt(_, numeric) => numeric::lower(graph, numeric, false)?,
        OperationIr::Float(_, operation) => float::lower(graph, operation)?,
        OperationIr::Activation(operation) => float::activation(graph, operation)?,
        OperationIr::Module(operation) => module::lower(graph, operation)?,
        OperationIr::Int(IntOperationIr::IntoFloat(cast))
        | OperationIr::Bool(BoolOperationIr::IntoFloat(cast) | BoolOperationIr::IntoInt(cast)) => {
            base::cast(graph, &cast.input, &cast.out)?
        }
        OperationIr::Int(IntOperationIr::Matmul(product)) => {
            direct(graph, "MatMul", &[&product.lhs, &product.rhs], &product.out)
        }
        OperationIr::Bool(BoolOperationIr::Not(not)) => direct(graph, "Not", &[&not.input], &not.out),
        OperationIr::Bool(BoolOperationIr::And(pair)) => direct(graph, "And", &[&pair.lhs, &pair.rhs], &pair.out),
        OperationIr::Bool(BoolOperationIr::Or(pair)) => direct(graph, "Or", &[&pair.lhs, &pair.rhs], &pair.out),
        OperationIr::Bool(BoolOperationIr::Xor(pair)) => direct(graph, "Xor", &[&pair.lhs, &pair.rhs], &pair.out),
        _ => Lowered::Not("there is no rule for it"),
    };
    match lowered {
        Lowered::Done => Ok(()),
        Lowered::Not(why) => Err(OnnxError::Unsupported { operation: called(operation), why: why.into() }),
    }
}

/// Whether an operation is written.
enum Lowered {
    Done,
    /// And why not.
    Not(&'static str),
}

/// An operator of the same inputs and output.
fn direct(graph: &mut Builder, operator: &str, inputs: &[&TensorIr], out: &TensorIr) -> Lowered {
    let inputs = inputs.iter().map(|input| graph.name(input)).collect();
    graph.gives(out, operator, inputs, vec![]);
    Lowered::Done
}

/// What burn calls an operation: of `NumericFloat(F32, Clamp(ClampOpIr { …` it is `Clamp`.
fn called(operation: &OperationIr) -> String {
    let told = format!("{operation:?}");
    let before = told.split(" {").next().unwrap_or_default();
    let words: Vec<&str> = before.split(['(', ',', ' ']).filter(|word| !word.is_empty()).collect();
    let name = words[words.len().saturating_sub(2)];
    format!("burn's {name}")
}

#[cfg(test)]
mod tests {
    use burn::backend::DType;
    use burn::backend::ir::{FloatOperationIr, OperationIr, TensorId, TensorIr, UnaryOpIr};

    #[test]
    fn an_operation_is_called_as_burn_calls_it() {
        let tensor = TensorIr::uninit(TensorId::new(0), [1].into(), DType::F32);
        let operation = FloatOperationIr::Cosh(UnaryOpIr { input: tensor.clone(), out: tensor });
        assert_eq!(super::called(&OperationIr::Float(DType::F32, operation)), "burn's Cosh");
    }
}
