//! Arithmetic, comparisons and sums.

use burn::backend::DType;
use burn::backend::ir::{NumericOperationIr, PadModeIr, PadOpIr, ReduceDimOpIr, ScalarOpIr, TensorIr};

use super::{Lowered, base, direct};
use crate::OnnxError;
use crate::builder::{Builder, int, text};

pub(super) fn lower(graph: &mut Builder, operation: &NumericOperationIr, float: bool) -> Result<Lowered, OnnxError> {
    use NumericOperationIr as Numeric;
    let pair = |graph: &mut Builder, operator, lhs, rhs, out| direct(graph, operator, &[lhs, rhs], out);
    Ok(match operation {
        Numeric::Add(two) => pair(graph, "Add", &two.lhs, &two.rhs, &two.out),
        Numeric::Sub(two) => pair(graph, "Sub", &two.lhs, &two.rhs, &two.out),
        Numeric::Mul(two) => pair(graph, "Mul", &two.lhs, &two.rhs, &two.out),
        Numeric::Div(two) => pair(graph, "Div", &two.lhs, &two.rhs, &two.out),
        Numeric::Powi(two) => pair(graph, "Pow", &two.lhs, &two.rhs, &two.out),
        Numeric::Greater(two) => pair(graph, "Greater", &two.lhs, &two.rhs, &two.out),
        Numeric::GreaterEqual(two) => pair(graph, "GreaterOrEqual", &two.lhs, &two.rhs, &two.out),
        Numeric::Lower(two) => pair(graph, "Less", &two.lhs, &two.rhs, &two.out),
        Numeric::LowerEqual(two) => pair(graph, "LessOrEqual", &two.lhs, &two.rhs, &two.out),
        Numeric::AddScalar(one) => with_scalar(graph, "Add", one)?,
        Numeric::SubScalar(one) => with_scalar(graph, "Sub", one)?,
        Numeric::MulScalar(one) => with_scalar(graph, "Mul", one)?,
        Numeric::DivScalar(one) => with_scalar(graph, "Div", one)?,
        Numeric::PowiScalar(one) => with_scalar(graph, "Pow", one)?,
        Numeric::GreaterElem(one) => with_scalar(graph, "Greater", one)?,
        Numeric::GreaterEqualElem(one) => with_scalar(graph, "GreaterOrEqual", one)?,
        Numeric::LowerElem(one) => with_scalar(graph, "Less", one)?,
        Numeric::LowerEqualElem(one) => with_scalar(graph, "LessOrEqual", one)?,
        Numeric::ClampMin(one) => with_scalar(graph, "Max", one)?,
        Numeric::ClampMax(one) => with_scalar(graph, "Min", one)?,
        Numeric::Clamp(clamp) => {
            let bounds = [clamp.min, clamp.max].map(|bound| graph.scalar(clamp.tensor.dtype, bound));
            let [least, most] = bounds;
            let inputs = vec![graph.name(&clamp.tensor), least?, most?];
            graph.gives(&clamp.out, "Clip", inputs, vec![]);
            Lowered::Done
        }
        Numeric::Abs(one) => direct(graph, "Abs", &[&one.input], &one.out),
        Numeric::Neg(one) => direct(graph, "Neg", &[&one.input], &one.out),
        Numeric::Sign(one) => direct(graph, "Sign", &[&one.input], &one.out),
        Numeric::Full(full) => base::filled(graph, full)?,
        // Of whole numbers burn's mean is another one.
        Numeric::MeanDim(reduce) if float => by_axis(graph, "ReduceMean", reduce),
        Numeric::SumDim(reduce) => by_axis(graph, "ReduceSum", reduce),
        Numeric::ProdDim(reduce) => by_axis(graph, "ReduceProd", reduce),
        Numeric::MaxDim(reduce) => by_axis(graph, "ReduceMax", reduce),
        Numeric::MinDim(reduce) => by_axis(graph, "ReduceMin", reduce),
        Numeric::SumDims(reduce) => {
            let axes: Vec<i64> = reduce.axes.iter().map(|axis| *axis as i64).collect();
            reduced(graph, "ReduceSum", &reduce.input, &axes, &reduce.out);
            Lowered::Done
        }
        Numeric::ArgMax(reduce) => place(graph, "ArgMax", reduce),
        Numeric::ArgMin(reduce) => place(graph, "ArgMin", reduce),
        Numeric::CumSum(along) => {
            let axis = graph.scalar(DType::I64, burn::backend::ir::ScalarIr::Int(along.axis as i64))?;
            let input = graph.name(&along.input);
            graph.gives(&along.out, "CumSum", vec![input, axis], vec![]);
            Lowered::Done
        }
        Numeric::Pad(pad) => padded(graph, pad)?,
        Numeric::Mean(_) | Numeric::Sum(_) | Numeric::Max(_) | Numeric::Min(_) | Numeric::Prod(_) => {
            Lowered::Not("one number of all items together is not each item's own")
        }
        _ => Lowered::Not("there is no rule for it"),
    })
}

pub(super) fn with_scalar(graph: &mut Builder, operator: &str, operation: &ScalarOpIr) -> Result<Lowered, OnnxError> {
    let value = graph.scalar(operation.lhs.dtype, operation.rhs)?;
    let input = graph.name(&operation.lhs);
    graph.gives(&operation.out, operator, vec![input, value], vec![]);
    Ok(Lowered::Done)
}

fn by_axis(graph: &mut Builder, operator: &str, reduce: &ReduceDimOpIr) -> Lowered {
    reduced(graph, operator, &reduce.input, &[reduce.axis as i64], &reduce.out);
    Lowered::Done
}

/// Over some axes, which stay with the size 1.
fn reduced(graph: &mut Builder, operator: &str, input: &TensorIr, axes: &[i64], out: &TensorIr) {
    // Until set 18 the axes of all but the sum were an attribute.
    let inputs = vec![graph.name(input), graph.whole(axes)];
    graph.gives(out, operator, inputs, vec![int("keepdims", 1)]);
}

/// The first of the highest or lowest along an axis, in the whole numbers of the recording, which are the format's.
fn place(graph: &mut Builder, operator: &str, reduce: &ReduceDimOpIr) -> Lowered {
    if reduce.out.dtype != DType::I64 {
        return Lowered::Not("its places are not 64-bit numbers");
    }
    let input = graph.name(&reduce.input);
    graph.gives(&reduce.out, operator, vec![input], vec![int("axis", reduce.axis as i64), int("keepdims", 1)]);
    Lowered::Done
}

fn padded(graph: &mut Builder, pad: &PadOpIr) -> Result<Lowered, OnnxError> {
    let (mode, value) = match pad.mode {
        PadModeIr::Constant(value) => ("constant", Some(graph.scalar(pad.input.dtype, value)?)),
        PadModeIr::Reflect => ("reflect", None),
        PadModeIr::Edge => ("edge", None),
    };
    // Of the last axes; the format wants all starts before all ends.
    let missing = pad.input.shape.num_dims().saturating_sub(pad.padding.len());
    let all = || std::iter::repeat_n(&(0, 0), missing).chain(&pad.padding);
    let sizes: Vec<i64> =
        all().map(|(before, _)| *before as i64).chain(all().map(|(_, after)| *after as i64)).collect();
    let inputs = [graph.name(&pad.input), graph.whole(&sizes)].into_iter().chain(value).collect();
    graph.gives(&pad.out, "Pad", inputs, vec![text("mode", mode)]);
    Ok(Lowered::Done)
}
