//! From a module to a file.

use std::io;
use std::path::Path;

use burn::module::Module;
use burn::tensor::Tensor;
use prost::Message;

use crate::dims::dims;
use crate::graph::{with_values, written};
use crate::proto::{IR_VERSION, Model, OPSET, Opset, Property};
use crate::record::{ITEMS, record};
use crate::{OnnxError, Output};

/// The most bytes that a protocol buffer holds.
const MOST: usize = i32::MAX as usize;

/// What a module is written as: the name of its input, and the shape of one item.
///
/// Operator set 18. The first axis of the input, and every axis that follows it, is symbolic (`batch`); all others are fixed. Weights are in the file, under
/// the paths that the module has them by.
///
/// ```
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::{Device, Tensor};
/// use firelight_onnx::{Export, Output};
///
/// let layer = LinearConfig::new(4, 2).init(&Device::flex());
/// let model = Export::new("rows", [4]).module(&layer, |layer: &Linear, rows: Tensor<2>| vec![Output::new("scores", layer.forward(rows))])?;
/// let folder = std::env::temp_dir();
/// model.with_property("classes", "cat, dog").save(folder.join("layer.onnx"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Export {
    input: String,
    shape: Vec<usize>,
}

impl Export {
    /// With an input of this name, whose items have this shape: `[channels, height, width]` of pictures.
    pub fn new(input: impl Into<String>, shape: impl Into<Vec<usize>>) -> Self {
        Self { input: input.into(), shape: shape.into() }
    }

    /// Records the forward pass twice, with two numbers of items, and writes down what is the same of both. No number is computed; a forward pass that looks
    /// at numbers, or has chance in it, cannot be recorded.
    ///
    /// # Errors
    ///
    /// [`OnnxError`]: operations that are not written, and passes that are others for other numbers of items.
    ///
    /// # Panics
    ///
    /// If the shape has not `D - 1` sizes.
    pub fn module<M: Module, const D: usize>(
        &self,
        module: &M,
        forward: impl Fn(&M, Tensor<D>) -> Vec<Output>,
    ) -> Result<OnnxModel, OnnxError> {
        assert_eq!(self.shape.len() + 1, D, "an item of a Tensor<{D}> has {} sizes", D - 1);
        let [few, many] = ITEMS;
        let pair = [record(module, few, &self.shape, &forward)?, record(module, many, &self.shape, &forward)?];
        let bytes = pair[0].values.values().map(|value| value.bytes().len()).sum();
        if bytes > MOST {
            return Err(OnnxError::TooLarge { bytes });
        }
        let dims = dims(&pair)?;
        let [one, other] = pair;
        // Of the other what it does is compared, and the numbers are dropped before the first's are copied.
        let graph = written(&one, &dims, &self.input)?;
        if one.values != other.values || graph != written(&other, &dims, &self.input)? {
            let why = format!("its operations, or the numbers it makes, are others of {few} and {many} items");
            return Err(OnnxError::DependsOnBatch { why });
        }
        drop(other);
        let graph = with_values(graph, one, &self.input)?;
        Ok(OnnxModel {
            model: Model {
                ir_version: Some(IR_VERSION),
                producer_name: Some("firelight".into()),
                producer_version: Some(env!("CARGO_PKG_VERSION").into()),
                graph: Some(graph),
                opset_import: vec![Opset { version: Some(OPSET) }],
                metadata_props: Vec::new(),
            },
        })
    }
}

/// A model of the format, in memory.
#[derive(Clone)]
pub struct OnnxModel {
    model: Model,
}

impl std::fmt::Debug for OnnxModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nodes = self.model.graph.as_ref().map_or(0, |graph| graph.node.len());
        f.debug_struct("OnnxModel").field("nodes", &nodes).finish_non_exhaustive()
    }
}

impl OnnxModel {
    /// Says something about the model in the file: a pair of `metadata_props`.
    pub fn with_property(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.model.metadata_props.push(Property { key: Some(key.into()), value: Some(value.into()) });
        self
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.model.encode_to_vec()
    }

    /// Writes the file, whole or not at all.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn save(&self, path: impl AsRef<Path>) -> io::Result<()> {
        firelight_files::write_whole(path, &self.to_bytes())
    }
}
