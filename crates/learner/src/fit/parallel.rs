//! Gradients of one batch from several devices.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{Device, Tensor};
use firelight_datablock::{Dataset, FittedTarget};
use firelight_losses::Loss;

use super::examples::{Examples, Mixed};
use crate::LearnerError;
use crate::optim::scale;

/// A batch in about equal shares, one a device; each goes to its device by the thread that works for it.
pub(super) struct Shares<'a, const D: usize, F: FittedTarget> {
    fitted: &'a F,
    shares: Vec<Share<D, F::Target>>,
}

struct Share<const D: usize, T> {
    /// Still at home, without a graph.
    inputs: Tensor<D>,
    targets: Vec<T>,
    /// Targets of what was mixed into the inputs, and what share of each is its own.
    mixed: Option<(Vec<T>, Vec<f32>)>,
    device: Device,
}

impl<'a, const D: usize, F: FittedTarget> Shares<'a, D, F> {
    /// Shares `examples` of the data set. Devices beyond the number of rows get none.
    pub fn new(examples: Examples<D, F::Tensor>, dataset: &'a Dataset<F>, devices: &[Device]) -> Self {
        let Examples { inputs, items, mixed, .. } = examples;
        let (inputs, rows) = (inputs.inner(), items.len());
        let cut = |share: usize| share * rows / devices.len();
        let targets = |items: &[usize]| items.iter().map(|&item| dataset.targets()[item].clone()).collect();
        let share = |(number, device): (usize, &Device)| {
            let rows = cut(number)..cut(number + 1);
            (!rows.is_empty()).then(|| Share {
                inputs: inputs.clone().narrow(0, rows.start, rows.len()),
                targets: targets(&items[rows.clone()]),
                mixed: mixed.as_ref().map(|mixed| (targets(&mixed.items[rows.clone()]), mixed.shares[rows].to_vec())),
                device: device.clone().inner(),
            })
        };
        Self { fitted: dataset.fitted(), shares: devices.iter().enumerate().filter_map(share).collect() }
    }
}

impl<const D: usize, T> Share<D, T> {
    /// As examples on the device, with a graph.
    fn examples<F: FittedTarget<Target = T>>(self, fitted: &F) -> Examples<D, F::Tensor> {
        let tracked = self.device.clone().autodiff();
        let mix = |(targets, shares): (Vec<T>, _)| Mixed {
            targets: fitted.collate(&targets, &tracked),
            items: Vec::new(),
            shares,
        };
        Examples {
            inputs: Tensor::from_inner(self.inputs.to_device(&self.device)),
            targets: fitted.collate(&self.targets, &tracked),
            items: Vec::new(),
            mixed: self.mixed.map(mix),
        }
    }
}

/// What a device makes of its share.
struct Part<M> {
    /// Sum of the losses, and what a mean divides by.
    loss: f64,
    weight: f64,
    gradients: GradientsParams,
    /// A plain copy of the model as the device left it, on the device at home: its running statistics have moved.
    moved: M,
}

/// The mean loss of a batch and its gradients at `home`, where the model is: every device gets a copy of the model and works
/// on its share at the same time as the others, and what they find is added up. The gradients are those of the loss times `factor`.
///
/// The result is that of one device on the whole batch, but for batch norms in training: each device normalises with the statistics
/// of its share, and the running statistics become the mean of what the devices have.
///
/// # Errors
///
/// [`LearnerError::Device`] if one of them fails. The model then is as it was.
pub(super) fn gradients<M, L, F, const D: usize>(
    model: M,
    loss: &L,
    shares: Shares<D, F>,
    forward: &(impl Fn(&M, Tensor<D>) -> Tensor<2> + Sync),
    factor: f64,
    home: &Device,
) -> Result<(f64, GradientsParams, M), LearnerError>
where
    M: Module,
    L: Loss<F::Tensor>,
    F: FittedTarget,
{
    let Shares { fitted, shares } = shares;
    let plain = home.clone().inner();
    // Copies share a batch norm's running statistics; a plain copy has its own.
    let copies: Vec<M> = shares.iter().map(|_| model.valid()).collect();
    let work = |copy: M, share: Share<D, F::Target>| {
        let copy = copy.fork(&share.device).train();
        let rows = share.targets.len();
        let (losses, weights) = share.examples(fitted).losses(loss, |inputs| forward(&copy, inputs));
        let weight = weights.map(|weights| weights.inner().sum());
        let sum = losses.sum();
        let gradients = (sum.clone() * factor).backward();
        let gradients = GradientsParams::from_grads(gradients, &copy).to_device(&plain, &copy);
        let number = |tensor: Tensor<1>| f64::from(tensor.into_scalar::<f32>());
        Part {
            loss: number(sum.inner()),
            weight: weight.map_or(rows as f64, number),
            gradients,
            moved: copy.valid().fork(&plain),
        }
    };
    let parts = std::thread::scope(|scope| {
        let start = |(copy, share): (M, Share<D, F::Target>)| {
            let device = share.device.clone();
            let work = &work;
            // A backend tells by a panic that a device is lost; it must not end the program.
            let run = move || catch_unwind(AssertUnwindSafe(|| work(copy, share)));
            (device, scope.spawn(run))
        };
        let running: Vec<_> = copies.into_iter().zip(shares).map(start).collect();
        running
            .into_iter()
            .map(|(device, thread)| {
                let failed = |why: Box<dyn Any + Send>| LearnerError::Device {
                    device: format!("{device:?}"),
                    why: said(why.as_ref()),
                };
                thread.join().and_then(|part| part).map_err(failed)
            })
            .collect::<Result<Vec<Part<M>>, LearnerError>>()
    })?;

    let weight: f64 = parts.iter().map(|part| part.weight).sum();
    let mean = parts.iter().map(|part| part.loss).sum::<f64>() / weight;
    let (mut sum, mut statistics) = (GradientsAccumulator::new(), Statistics::default());
    for part in parts {
        part.moved.visit(&mut statistics);
        statistics.devices += 1;
        sum.accumulate(&model, part.gradients);
    }
    let gradients = scale(&model, sum.grads(), 1.0 / weight);
    Ok((mean, gradients, model.map(&mut statistics)))
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "it gave no reason".into())
}

/// The mean of the batch norms' running statistics over the devices: added up by visiting their copies, put in place by
/// mapping the model. They are told by their names, since a module does not say what is a statistic.
#[derive(Default)]
struct Statistics {
    path: Vec<String>,
    sums: GradientsParams,
    devices: usize,
}

impl Statistics {
    fn is_statistic(&self) -> bool {
        self.path.last().is_some_and(|name| name == "running_mean" || name == "running_var")
    }
}

impl ModuleVisitor for Statistics {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if self.is_statistic() {
            let value = parameter.val();
            let sum = self.sums.remove::<D>(parameter.id).map_or(value.clone(), |sum| sum + value);
            self.sums.register(parameter.id, sum);
        }
    }
}

impl ModuleMapper for Statistics {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let sum = if self.is_statistic() { self.sums.remove::<D>(parameter.id) } else { None };
        let Some(sum) = sum else { return parameter };
        let (id, _, mapper) = parameter.consume();
        Param::from_mapped_value(id, Tensor::from_inner(sum.div_scalar(self.devices as f64)), mapper)
    }
}
