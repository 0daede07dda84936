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
    let mut names = recording.names.clone();
    names.insert(recording.input, input.to_owned());
    names.extend(recording.outputs.iter().map(|(name, id)| (*id, name.clone())));
    let mut builder = Builder::new(dims, names, input);
    for operation in &recording.operations {
        lower(&mut builder, operation)?;
    }
    let info = |id: &TensorId| -> Result<ValueInfo, OnnxError> {
        let mut tensors =
            recording.operations.iter().flat_map(|operation| operation.inputs().chain(operation.outputs()));
        let tensor = tensors.find(|tensor| tensor.id == *id);
        let tensor = tensor.ok_or_else(|| OnnxError::Unrecorded { why: "its input is not used".into() })?;
        builder.info(tensor)
    };
    let outputs = recording.outputs.iter().map(|(_, id)| info(id)).collect::<Result<_, _>>()?;
    let inputs = vec![info(&recording.input)?];
    let (node, initializer) = builder.into_parts();
    Ok(Graph { input: inputs, output: outputs, node, name: Some("forward".into()), initializer })
}

/// The graph with the numbers of its recording.
pub fn with_values(mut graph: Graph, recording: Recording) -> Result<Graph, OnnxError> {
    for (id, value) in recording.values {
        let name = recording.names.get(&id).cloned().unwrap_or_else(|| plain(id));
        let dims = value.shape().iter().map(|size| *size as i64).collect();
        let data_type = Some(element(value.dtype())?);
        let raw_data = Some(value.bytes().to_vec());
        graph.initializer.push(Tensor { dims, data_type, name: Some(name), raw_data });
    }
    Ok(graph)
}
