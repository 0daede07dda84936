//! The items of all parts, each with what the body makes of it.

use burn::tensor::Tensor;
use firelight_datablock::{DataError, DataLoader, Dataset, FittedTarget, OnError};
use firelight_doctor::{Features, Part as Place};
use firelight_models::Model;

use crate::LearnerError;
use crate::fit::PartFeatures;
use crate::part::Part;
use crate::readings::host;
use crate::task::Task;

/// A row for each item that can be read: training part, validation part, test part.
pub(super) struct Rows<F: FittedTarget> {
    /// Which part each is of, and its number there.
    pub items: Vec<(Part, usize)>,
    /// `[items, features]` on the plain device; of no items where none were computed.
    pub values: Tensor<2>,
    /// As they lie in the pictures that the body saw.
    pub targets: Vec<F::Target>,
}

impl<F: FittedTarget> Rows<F> {
    /// What a body makes of all parts, each picture once.
    pub fn pass<M: Model<Features = Tensor<2>> + Sync>(task: &Task<F>, model: &M) -> Result<Self, LearnerError> {
        let body = model.for_inference();
        let loaders = loaders(task)?;
        let batches = loaders.iter().map(|(_, loader)| loader.num_batches()).sum();
        let bar = task.data.progress().bar(batches, "features");
        let (mut items, mut values, mut targets) = (Vec::new(), Vec::new(), Vec::new());
        for (part, loader) in &loaders {
            let of_part = PartFeatures::of(&body, loader, 0, &bar)?;
            items.extend(of_part.items.into_iter().map(|item| (*part, item)));
            values.push(of_part.values);
            targets.extend(of_part.targets);
        }
        let rows = Self { items, values: Tensor::cat(values, 0), targets };
        let [_, columns] = rows.values.dims();
        let numbers = host(rows.values.clone());
        let broken = numbers.chunks(columns.max(1)).position(|row| !row.iter().all(|number| number.is_finite()));
        match broken {
            Some(row) => {
                let (part, item) = rows.items[row];
                Err(LearnerError::NoNumbers { path: Some(dataset(task, part)?.path(item).into_owned()) })
            }
            None => Ok(rows),
        }
    }

    /// All items, where nobody asks for features; those that can be read, where the loaders leave out the others.
    pub fn without_features(task: &Task<F>) -> Result<Self, LearnerError> {
        let mut items = Vec::new();
        for (part, loader) in loaders(task)? {
            if loader.on_error() == OnError::Fail {
                items.extend((0..loader.dataset().len()).map(|item| (part, item)));
                continue;
            }
            for batch in loader.batches(0)? {
                items.extend(batch?.items.into_iter().map(|item| (part, item)));
            }
        }
        Ok(Self { items, values: Tensor::zeros([0, 1], &task.plain_device()), targets: Vec::new() })
    }

    /// What each item is called.
    pub fn names(&self, task: &Task<F>) -> Result<Vec<String>, LearnerError> {
        self.items.iter().map(|&(part, item)| Ok(dataset(task, part)?.name(item)?)).collect()
    }

    /// The part that each item is in.
    pub fn parts(&self) -> Vec<Place> {
        self.items.iter().map(|(part, _)| place(*part)).collect()
    }

    /// For comparisons.
    pub fn directions(&self) -> Result<Features, LearnerError> {
        let [_, columns] = self.values.dims();
        let numbers = host(self.values.clone());
        let rows: Vec<&[f32]> = numbers.chunks(columns.max(1)).collect();
        Ok(Features::new(&rows)?)
    }
}

/// Those of the parts that there are.
fn loaders<F: FittedTarget>(task: &Task<F>) -> Result<Vec<(Part, DataLoader<F>)>, LearnerError> {
    let validates = task.data.validates().then_some(Part::Valid);
    let tests = task.data.test_part().map(|_| Part::Test);
    let parts = [Some(Part::Train), validates, tests].into_iter().flatten();
    parts.map(|part| Ok((part, task.part(part)?))).collect()
}

pub(super) fn place(part: Part) -> Place {
    match part {
        Part::Train => Place::Train,
        Part::Valid => Place::Valid,
        Part::Test => Place::Test,
    }
}

pub(super) fn dataset<F: FittedTarget>(task: &Task<F>, part: Part) -> Result<&Dataset<F>, LearnerError> {
    Ok(match part {
        Part::Train => task.data.train(),
        Part::Valid => task.data.valid(),
        Part::Test => task.data.test_part().ok_or(DataError::NoTestPart)?,
    }
    .dataset())
}
