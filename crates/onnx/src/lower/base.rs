//! Shapes, parts and copies.

use burn::backend::ir::{BaseOperationIr, CreationOpIr, FullOpIr, ScalarIr, SliceOpIr, TensorIr};
use burn::tensor::Slice;

use super::{Lowered, direct};
use crate::OnnxError;
use crate::builder::{Builder, element, int, ints};
use crate::dims::Dim;

pub(super) fn lower(graph: &mut Builder, operation: &BaseOperationIr) -> Result<Lowered, OnnxError> {
    use BaseOperationIr as Base;
    Ok(match operation {
        Base::Reshape(shape) => reshape(graph, &shape.input, &shape.out),
        Base::SwapDims(swap) => {
            let mut axes: Vec<usize> = (0..swap.input.shape.num_dims()).collect();
            axes.swap(swap.dim1, swap.dim2);
            transpose(graph, &swap.input, &swap.out, axes)
        }
        Base::Permute(permute) => transpose(graph, &permute.input, &permute.out, permute.axes.clone()),
        Base::Expand(shape) => {
            // Axes that are there already follow from the input: those of the items need not be told.
            let (from, to) = (graph.dims(&shape.input).to_vec(), graph.dims(&shape.out).to_vec());
            let new = to.len().saturating_sub(from.len());
            let told =
                |(axis, dim): (usize, &Dim)| if axis >= new && from[axis - new] == *dim { Dim::Fixed(1) } else { *dim };
            let dims: Vec<Dim> = to.iter().enumerate().map(told).collect();
            let (input, wanted) = (graph.name(&shape.input), graph.shape(&dims));
            graph.gives(&shape.out, "Expand", vec![input, wanted], vec![]);
            Lowered::Done
        }
        Base::Flip(flip) => {
            let axes: Vec<i64> = flip.axes.iter().map(|axis| *axis as i64).collect();
            let all = |number: i64| vec![number; axes.len()];
            // From the last to before the first.
            let parts = [all(-1), all(i64::MIN + 1), axes.clone(), all(-1)].map(|part| graph.whole(&part));
            let inputs = std::iter::once(graph.name(&flip.input)).chain(parts).collect();
            graph.gives(&flip.out, "Slice", inputs, vec![]);
            Lowered::Done
        }
        Base::Slice(slice) => sliced(graph, slice),
        Base::Select(select) => {
            let inputs = vec![graph.name(&select.tensor), graph.name(&select.indices)];
            graph.gives(&select.out, "Gather", inputs, vec![int("axis", select.dim as i64)]);
            Lowered::Done
        }
        Base::Gather(gather) => {
            let inputs = vec![graph.name(&gather.tensor), graph.name(&gather.indices)];
            graph.gives(&gather.out, "GatherElements", inputs, vec![int("axis", gather.dim as i64)]);
            Lowered::Done
        }
        Base::MaskWhere(mask) => direct(graph, "Where", &[&mask.mask, &mask.value, &mask.tensor], &mask.out),
        Base::MaskFill(mask) => {
            let value = graph.scalar(mask.tensor.dtype, mask.value)?;
            let inputs = vec![graph.name(&mask.mask), value, graph.name(&mask.tensor)];
            graph.gives(&mask.out, "Where", inputs, vec![]);
            Lowered::Done
        }
        Base::Cat(cat) => {
            let inputs = cat.tensors.iter().map(|tensor| graph.name(tensor)).collect();
            graph.gives(&cat.out, "Concat", inputs, vec![int("axis", cat.dim as i64)]);
            Lowered::Done
        }
        Base::RepeatDim(repeat) => {
            let times = |axis| {
                let [from, to] = [&repeat.tensor, &repeat.out].map(|tensor| graph.dims(tensor)[axis]);
                match (from, to) {
                    (Dim::Fixed(1), Dim::PerItem(times)) if axis == repeat.dim => Dim::PerItem(times),
                    _ => Dim::Fixed(if axis == repeat.dim { repeat.times } else { 1 }),
                }
            };
            let times: Vec<Dim> = (0..repeat.tensor.shape.num_dims()).map(times).collect();
            let (input, times) = (graph.name(&repeat.tensor), graph.shape(&times));
            graph.gives(&repeat.out, "Tile", vec![input, times], vec![]);
            Lowered::Done
        }
        Base::Cast(cast_) => cast(graph, &cast_.input, &cast_.out)?,
        Base::Equal(pair) => direct(graph, "Equal", &[&pair.lhs, &pair.rhs], &pair.out),
        Base::EqualElem(pair) => super::numeric::with_scalar(graph, "Equal", pair)?,
        Base::NotEqual(pair) => {
            let inputs = vec![graph.name(&pair.lhs), graph.name(&pair.rhs)];
            let equal = graph.between("Equal", inputs, vec![]);
            graph.gives(&pair.out, "Not", vec![equal], vec![]);
            Lowered::Done
        }
        Base::Zeros(CreationOpIr { out }) => filled(graph, &FullOpIr { out: out.clone(), value: ScalarIr::Int(0) })?,
        Base::Ones(CreationOpIr { out }) => filled(graph, &FullOpIr { out: out.clone(), value: ScalarIr::Int(1) })?,
        _ => Lowered::Not("there is no rule for it"),
    })
}

/// One axis may follow from the others, and the symbolic one does.
pub(super) fn reshape(graph: &mut Builder, input: &TensorIr, out: &TensorIr) -> Lowered {
    let dims = graph.dims(out).to_vec();
    let symbolic = dims.iter().filter(|dim| dim.fixed().is_none()).count();
    let shape = if symbolic == 1 {
        let sizes: Vec<i64> = dims.iter().map(|dim| dim.fixed().map_or(-1, |size| size as i64)).collect();
        graph.whole(&sizes)
    } else {
        graph.shape(&dims)
    };
    let input = graph.name(input);
    graph.gives(out, "Reshape", vec![input, shape], vec![]);
    Lowered::Done
}

fn transpose(graph: &mut Builder, input: &TensorIr, out: &TensorIr, axes: Vec<usize>) -> Lowered {
    let input = graph.name(input);
    graph.gives(out, "Transpose", vec![input], vec![ints("perm", axes)]);
    Lowered::Done
}

pub(super) fn cast(graph: &mut Builder, input: &TensorIr, out: &TensorIr) -> Result<Lowered, OnnxError> {
    let (input, to) = (graph.name(input), element(out.dtype)?);
    graph.gives(out, "Cast", vec![input], vec![int("to", i64::from(to))]);
    Ok(Lowered::Done)
}

pub(super) fn filled(graph: &mut Builder, full: &FullOpIr) -> Result<Lowered, OnnxError> {
    let dims = graph.dims(&full.out).to_vec();
    let (value, shape) = (graph.scalar(full.out.dtype, full.value)?, graph.shape(&dims));
    graph.gives(&full.out, "Expand", vec![value, shape], vec![]);
    Ok(Lowered::Done)
}

/// The axes of which something is left out. Of an axis that follows the number of items that cannot be told from a recording.
fn sliced(graph: &mut Builder, slice: &SliceOpIr) -> Lowered {
    let (from, to) = (graph.dims(&slice.tensor).to_vec(), graph.dims(&slice.out).to_vec());
    let mut parts: [Vec<i64>; 4] = Default::default();
    for (axis, Slice { start, end, step }) in slice.ranges.iter().copied().enumerate() {
        if from[axis] == to[axis] && step == 1 {
            continue;
        }
        let Some(size) = from[axis].fixed().map(|size| size as isize) else {
            return Lowered::Not("it takes a part of the items");
        };
        let within = |place: isize| if place < 0 { place + size } else { place.min(size) };
        let (first, last) = (within(start), end.map_or(size, within));
        // Backwards, a range of burn's is the same one from its end.
        let (first, last) =
            if step < 0 { (last - 1, if first == 0 { isize::MIN + 1 } else { first - 1 }) } else { (first, last) };
        for (part, number) in parts.iter_mut().zip([first, last, axis as isize, step]) {
            part.push(number as i64);
        }
    }
    if parts[0].is_empty() {
        return direct(graph, "Identity", &[&slice.tensor], &slice.out);
    }
    let parts = parts.map(|part| graph.whole(&part));
    let inputs = std::iter::once(graph.name(&slice.tensor)).chain(parts).collect();
    graph.gives(&slice.out, "Slice", inputs, vec![]);
    Lowered::Done
}
