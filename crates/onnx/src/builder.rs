//! Nodes and constants of a graph, as they come.

use std::collections::{BTreeMap, HashMap};

use burn::backend::DType;
use burn::backend::ir::{ScalarIr, TensorId, TensorIr};
use burn::tensor::f16;

use crate::OnnxError;
use crate::dims::Dim;
use crate::proto::{Attribute, Dimension, Extent, Node, Shape, Tensor, TensorType, Type, ValueInfo};

/// What the symbolic axis is called.
const BATCH: &str = "batch";

/// What a tensor without a name is called. Paths of parameters have no slash, so that what is numbered here has a name of its own.
pub fn plain(id: TensorId) -> String {
    format!("tensor/{}", id.value())
}

/// The format's number of an element type.
pub fn element(dtype: DType) -> Result<i32, OnnxError> {
    Ok(match dtype {
        DType::F32 => 1,
        DType::U8 => 2,
        DType::I8 => 3,
        DType::U16 => 4,
        DType::I16 => 5,
        DType::I32 => 6,
        DType::I64 => 7,
        DType::Bool(store) if is_a_byte(store) => 9,
        DType::F16 => 10,
        DType::F64 => 11,
        DType::U32 => 12,
        DType::U64 => 13,
        DType::BF16 => 16,
        other => {
            return Err(OnnxError::Unsupported {
                operation: format!("a tensor of {other:?}"),
                why: "the format has none of it".into(),
            });
        }
    })
}

/// Whether booleans of this kind are a byte each, as the format has them.
fn is_a_byte(store: burn::tensor::BoolStore) -> bool {
    !matches!(store, burn::tensor::BoolStore::U32)
}

/// A graph as it grows.
pub struct Builder<'a> {
    dims: &'a HashMap<TensorId, Vec<Dim>>,
    names: HashMap<TensorId, String>,
    input: String,
    nodes: Vec<Node>,
    /// Those that lowering needs, each once.
    constants: BTreeMap<(i32, Vec<i64>, Vec<u8>), Tensor>,
    /// The number of items, where it was asked for.
    items: Option<String>,
}

impl<'a> Builder<'a> {
    /// Nothing yet, with names for some tensors, and the name of the input.
    pub fn new(dims: &'a HashMap<TensorId, Vec<Dim>>, names: HashMap<TensorId, String>, input: &str) -> Self {
        Self { dims, names, input: input.to_owned(), nodes: Vec::new(), constants: BTreeMap::new(), items: None }
    }

    /// The nodes in their order, and the constants.
    pub fn into_parts(self) -> (Vec<Node>, Vec<Tensor>) {
        (self.nodes, self.constants.into_values().collect())
    }

    pub fn name(&self, tensor: &TensorIr) -> String {
        self.name_of(tensor.id)
    }

    fn name_of(&self, id: TensorId) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| plain(id))
    }

    /// A node that gives a tensor under another name.
    pub fn copies(&mut self, id: TensorId, name: &str) {
        let source = self.name_of(id);
        self.push(name.to_owned(), "Identity", vec![source], vec![]);
    }

    pub fn dims(&self, tensor: &TensorIr) -> &[Dim] {
        self.dims.get(&tensor.id).map_or(&[], Vec::as_slice)
    }

    /// A node that gives a tensor of the recording.
    pub fn gives(&mut self, out: &TensorIr, operator: &str, inputs: Vec<String>, attributes: Vec<Attribute>) {
        let name = self.name(out);
        self.push(name, operator, inputs, attributes);
    }

    /// A node between, and what its output is called.
    pub fn between(&mut self, operator: &str, inputs: Vec<String>, attributes: Vec<Attribute>) -> String {
        let name = format!("node/{}", self.nodes.len());
        self.push(name.clone(), operator, inputs, attributes);
        name
    }

    fn push(&mut self, output: String, operator: &str, input: Vec<String>, attribute: Vec<Attribute>) {
        self.nodes.push(Node {
            input,
            name: Some(format!("{operator}_{}", self.nodes.len())),
            output: vec![output],
            op_type: Some(operator.to_owned()),
            attribute,
        });
    }

    /// A constant of whole numbers in a row.
    pub fn whole(&mut self, numbers: &[i64]) -> String {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(7, vec![numbers.len() as i64], bytes)
    }

    /// A constant without an axis.
    pub fn scalar(&mut self, dtype: DType, value: ScalarIr) -> Result<String, OnnxError> {
        let bytes = match dtype {
            DType::F32 => value.elem::<f32>().to_le_bytes().to_vec(),
            DType::F64 => value.elem::<f64>().to_le_bytes().to_vec(),
            DType::F16 => value.elem::<f16>().to_le_bytes().to_vec(),
            DType::I64 => value.elem::<i64>().to_le_bytes().to_vec(),
            DType::I32 => value.elem::<i32>().to_le_bytes().to_vec(),
            DType::U8 => vec![value.elem::<u8>()],
            DType::Bool(_) => vec![u8::from(value.elem::<bool>())],
            other => {
                let operation = format!("a number of {other:?}");
                return Err(OnnxError::Unsupported {
                    operation,
                    why: "only f32, f64, f16, i64, i32, u8 and bool are".into(),
                });
            }
        };
        Ok(self.constant(element(dtype)?, Vec::new(), bytes))
    }

    fn constant(&mut self, data_type: i32, dims: Vec<i64>, bytes: Vec<u8>) -> String {
        let next = format!("constant/{}", self.constants.len());
        let tensor = self.constants.entry((data_type, dims.clone(), bytes.clone()));
        let made = Tensor { dims, data_type: Some(data_type), name: Some(next), raw_data: Some(bytes) };
        tensor.or_insert(made).name.clone().unwrap_or_default()
    }

    /// A shape as a tensor: a constant, or put together from the number of items.
    pub fn shape(&mut self, dims: &[Dim]) -> String {
        let fixed: Option<Vec<i64>> = dims.iter().map(|dim| dim.fixed().map(|size| size as i64)).collect();
        if let Some(fixed) = fixed {
            return self.whole(&fixed);
        }
        let parts = dims.iter().map(|dim| self.extent(*dim)).collect();
        self.between("Concat", parts, vec![int("axis", 0)])
    }

    fn extent(&mut self, dim: Dim) -> String {
        match dim {
            Dim::Fixed(size) => self.whole(&[size as i64]),
            Dim::PerItem(times) => {
                let items = self.items();
                if times == 1 {
                    return items;
                }
                let times = self.whole(&[times as i64]);
                self.between("Mul", vec![items, times], vec![])
            }
        }
    }

    /// The number of items, in a row of one.
    fn items(&mut self) -> String {
        if self.items.is_none() {
            let input = self.input.clone();
            let items = self.between("Shape", vec![input], vec![int("start", 0), int("end", 1)]);
            self.items = Some(items);
        }
        self.items.clone().unwrap_or_default()
    }

    /// What the file says of an input or an output.
    pub fn info(&self, name: &str, tensor: &TensorIr) -> Result<ValueInfo, OnnxError> {
        let extent = |dim: &Dim| match dim {
            Dim::Fixed(size) => Extent::Fixed(*size as i64),
            Dim::PerItem(1) => Extent::Symbol(BATCH.into()),
            Dim::PerItem(times) => Extent::Symbol(format!("{times}*{BATCH}")),
        };
        let dim = self.dims(tensor).iter().map(|dim| Dimension { extent: Some(extent(dim)) }).collect();
        let kind = TensorType { elem_type: Some(element(tensor.dtype)?), shape: Some(Shape { dim }) };
        Ok(ValueInfo { name: Some(name.to_owned()), kind: Some(Type { tensor: Some(kind) }) })
    }
}

fn named(name: &str, kind: i32) -> Attribute {
    Attribute { name: Some(name.to_owned()), kind: Some(kind), ..Attribute::default() }
}

pub fn int(name: &str, value: i64) -> Attribute {
    Attribute { i: Some(value), ..named(name, 2) }
}

pub fn float(name: &str, value: f64) -> Attribute {
    Attribute { f: Some(value as f32), ..named(name, 1) }
}

pub fn text(name: &str, value: &str) -> Attribute {
    Attribute { s: Some(value.as_bytes().to_vec()), ..named(name, 3) }
}

pub fn ints(name: &str, values: impl IntoIterator<Item = usize>) -> Attribute {
    Attribute { ints: values.into_iter().map(|value| value as i64).collect(), ..named(name, 7) }
}
