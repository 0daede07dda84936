//! The forward pass as burn records it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::backend::capture::{CaptureBackend, CaptureError, TensorId};
use burn::backend::ir::{IrVisitorMut, OperationIr, TensorIr};
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Bool, Device, Int, Shape, Tensor, TensorData};

use crate::output::id;
use crate::{OnnxError, Output};

/// Numbers of items that the two recordings have: with no common factor, and none that a module would treat apart.
pub const ITEMS: [usize; 2] = [5, 7];

/// What a forward pass does, without what nothing comes of. Tensors have the numbers 0, 1, … as they appear: two recordings of one pass have the same.
pub struct Recording {
    pub operations: Vec<OperationIr>,
    pub input: TensorId,
    pub outputs: Vec<(String, TensorId)>,
    /// Of the module's parameters, by their paths.
    pub names: HashMap<TensorId, String>,
    pub values: BTreeMap<TensorId, TensorData>,
}

/// Records the forward pass of so many items of a shape.
pub fn record<M: Module, const D: usize>(
    module: &M,
    items: usize,
    shape: &[usize],
    forward: &impl Fn(&M, Tensor<D>) -> Vec<Output>,
) -> Result<Recording, OnnxError> {
    let shape: Shape = std::iter::once(items).chain(shape.iter().copied()).collect();
    let unrecorded = |why: String| OnnxError::Unrecorded { why };
    // The plain twin of a device with gradients; of which a recording has none.
    let module = module.valid();
    let device = Device::capture();
    let mut told = None;
    let run = || {
        device.capture_scope(|scope| {
            let module = module.to_device(&device);
            let mut names = Names::default();
            module.visit(&mut names);
            let input = Tensor::<D>::from_data(TensorData::zeros::<f32, _>(shape), &device);
            let from = id(&input);
            let outputs = forward(&module, input);
            let ids: Vec<TensorId> = outputs.iter().filter_map(|output| output.id).collect();
            let completed = scope.complete(from, ids);
            told = Some((from, outputs, names.names));
            completed
        })
    };
    let captured = catch_unwind(AssertUnwindSafe(run))
        .map_err(|panic| unrecorded(message(panic.as_ref())))?
        .map_err(|why: CaptureError| unrecorded(why.to_string()))?;
    let nothing = || unrecorded("its input or one of its outputs is on another device".to_owned());
    let (input, outputs, names) = told.ok_or_else(nothing)?;
    if outputs.iter().any(|output| output.id.is_none()) {
        return Err(nothing());
    }
    let input = input.ok_or_else(nothing)?;
    // In the graph's own numbers: an alias of a tensor is the tensor.
    let outputs: Vec<(String, TensorId)> =
        outputs.into_iter().zip(&captured.graph.outputs).map(|(output, id)| (output.name, *id)).collect();
    let (mut operations, used) = alive(captured.graph.operations, &outputs);
    let mut numbers = Numbers::default();
    let input = numbers.of(input);
    for operation in &mut operations {
        operation.visit_mut(&mut numbers);
    }
    let outputs = outputs.into_iter().map(|(name, id)| (name, numbers.of(id))).collect();
    let names = names.into_iter().map(|(id, name)| (numbers.of(id), name)).collect();
    let values = captured.values.into_iter().filter(|(id, _)| used.contains(id));
    let values = values.map(|(id, value)| (numbers.of(id), value)).filter(|(id, _)| *id != input).collect();
    Ok(Recording { operations, input, outputs, names, values })
}

/// Numbers of tensors, in the order in which they appear.
#[derive(Default)]
struct Numbers(HashMap<TensorId, TensorId>);

impl Numbers {
    fn of(&mut self, id: TensorId) -> TensorId {
        let next = TensorId::new(self.0.len() as u64);
        *self.0.entry(id).or_insert(next)
    }
}

impl IrVisitorMut for Numbers {
    fn visit_tensor_mut(&mut self, tensor: &mut TensorIr) {
        tensor.id = self.of(tensor.id);
    }
}

/// The operations that the outputs need, and the tensors.
fn alive(operations: Vec<OperationIr>, outputs: &[(String, TensorId)]) -> (Vec<OperationIr>, HashSet<TensorId>) {
    let mut used: HashSet<TensorId> = outputs.iter().map(|(_, id)| *id).collect();
    let mut alive: Vec<OperationIr> = operations
        .into_iter()
        .rev()
        .filter(|operation| {
            let makes =
                !matches!(operation, OperationIr::Drop(_)) && operation.outputs().any(|made| used.contains(&made.id));
            if makes {
                used.extend(operation.inputs().map(|needed| needed.id));
            }
            makes
        })
        .collect();
    alive.reverse();
    (alive, used)
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}

/// The paths of a module's parameters.
#[derive(Default)]
struct Names {
    path: Vec<String>,
    names: HashMap<TensorId, String>,
}

impl Names {
    fn note(&mut self, id: Option<TensorId>) {
        if let Some(id) = id {
            self.names.entry(id).or_insert_with(|| self.path.join("."));
        }
    }
}

impl ModuleVisitor for Names {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.note(id(&param.val()));
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.note(param.val().try_into_primitive::<CaptureBackend>().ok().map(|primitive| primitive.id()));
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.note(param.val().try_into_primitive::<CaptureBackend>().ok().map(|primitive| primitive.id()));
    }
}
