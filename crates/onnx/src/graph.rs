//! A recording as a graph of the format.

use std::collections::HashMap;

use burn::backend::ir::TensorId;

use crate::OnnxError;
use crate::builder::{Builder, element, plain};
use crate::dims::Dim;
use crate::lower::lower;
use crate::proto::{Graph, Tensor, ValueInfo};
use crate::record::Recording;

/// The graph of a recording, without the numbers that it was given.
pub fn written(recording: &Recording, dims: &HashMap<TensorId, Vec<Dim>>, input: &str) -> Result<Graph, OnnxError> {
    let mut builder = Builder::new(dims, names(recording, input), input);
    for operation in &recording.operations {
        lower(&mut builder, operation)?;
    }
    // What no operation makes has a name of its own already.
    for (name, id) in recording.outputs.iter().filter(|(_, id)| is_given(recording, *id)) {
        builder.copies(*id, name);
    }
    let info = |name: &str, id: &TensorId| -> Result<ValueInfo, OnnxError> {
        let mut tensors =
            recording.operations.iter().flat_map(|operation| operation.inputs().chain(operation.outputs()));
        let tensor = tensors.find(|tensor| tensor.id == *id);
        let tensor = tensor.ok_or_else(|| OnnxError::Unrecorded { why: "its input is not used".into() })?;
        builder.info(name, tensor)
    };
    let outputs = recording.outputs.iter().map(|(name, id)| info(name, id)).collect::<Result<_, _>>()?;
    let inputs = vec![info(input, &recording.input)?];
    let (node, initializer) = builder.into_parts();
    Ok(Graph { input: inputs, output: outputs, node, name: Some("forward".into()), initializer })
}

/// The graph with the numbers of its recording.
pub fn with_values(mut graph: Graph, recording: Recording, input: &str) -> Result<Graph, OnnxError> {
    let names = names(&recording, input);
    for (id, value) in recording.values {
        let name = names.get(&id).cloned().unwrap_or_else(|| plain(id));
        let dims = value.shape().iter().map(|size| *size as i64).collect();
        let data_type = Some(element(value.dtype())?);
        let raw_data = Some(value.bytes().to_vec());
        graph.initializer.push(Tensor { dims, data_type, name: Some(name), raw_data });
    }
    Ok(graph)
}

/// What tensors are called that have names: the input, the outputs that operations make, and the parameters that are called otherwise than these.
fn names(recording: &Recording, input: &str) -> HashMap<TensorId, String> {
    let Recording { outputs, names, .. } = recording;
    let is_taken = |name: &String| name == input || outputs.iter().any(|(output, _)| output == name);
    let parameters = names.iter().filter(|(_, name)| !is_taken(name)).map(|(id, name)| (*id, name.clone()));
    let made = outputs.iter().filter(|(_, id)| !is_given(recording, *id)).map(|(name, id)| (*id, name.clone()));
    parameters.chain([(recording.input, input.to_owned())]).chain(made).collect()
}

/// Whether it is the input, or a number that the module has.
fn is_given(recording: &Recording, id: TensorId) -> bool {
    id == recording.input || recording.values.contains_key(&id)
}
