//! Which sizes of tensors follow the number of items, from two recordings with other numbers of them.

use std::collections::HashMap;

use burn::backend::ir::{OperationIr, TensorId, TensorIr};

use crate::OnnxError;
use crate::record::{ITEMS, Recording};

/// A size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dim {
    Fixed(usize),
    /// So many times the number of items.
    PerItem(usize),
}

impl Dim {
    fn of([one, other]: [usize; 2]) -> Option<Self> {
        let [few, many] = ITEMS;
        if one == other {
            return Some(Self::Fixed(one));
        }
        let times = one / few;
        (one == times * few && other == times * many).then_some(Self::PerItem(times))
    }

    pub fn fixed(self) -> Option<usize> {
        match self {
            Self::Fixed(size) => Some(size),
            Self::PerItem(_) => None,
        }
    }
}

/// The sizes of every tensor of the first recording.
pub fn dims(pair: &[Recording; 2]) -> Result<HashMap<TensorId, Vec<Dim>>, OnnxError> {
    let [one, other] = pair.each_ref().map(|recording| recording.operations.as_slice());
    if one.len() != other.len() {
        let why = format!(
            "of {} items it takes {} operations, of {} it takes {}",
            ITEMS[0],
            one.len(),
            ITEMS[1],
            other.len()
        );
        return Err(OnnxError::DependsOnBatch { why });
    }
    let mut dims = HashMap::new();
    for (one, other) in one.iter().zip(other) {
        for (one, other) in tensors(one).zip(tensors(other)) {
            let apart = || OnnxError::DependsOnBatch {
                why: format!(
                    "a tensor has the shape {:?} of {} items and {:?} of {}",
                    one.shape, ITEMS[0], other.shape, ITEMS[1]
                ),
            };
            if one.shape.num_dims() != other.shape.num_dims() {
                return Err(apart());
            }
            let sizes = one.shape.iter().zip(other.shape.iter()).map(|(one, other)| Dim::of([*one, *other]));
            dims.insert(one.id, sizes.collect::<Option<Vec<Dim>>>().ok_or_else(apart)?);
        }
    }
    Ok(dims)
}

fn tensors(operation: &OperationIr) -> impl Iterator<Item = &TensorIr> {
    operation.inputs().chain(operation.outputs())
}
