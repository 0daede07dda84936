//! Gradients of one batch from several devices.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::{Device, Tensor};
use firelight_datablock::{Dataset, FittedTarget};
use firelight_losses::{Loss, Reduction};

use crate::LearnerError;

/// A batch in about equal shares, one a device; each goes to its device by the thread that works for it.
pub(super) struct Shares<'a, const D: usize, F: FittedTarget> {
    fitted: &'a F,
    shares: Vec<Share<D, F::Target>>,
}

struct Share<const D: usize, T> {
    /// Still at home, without a graph.
    inputs: Tensor<D>,
    targets: Vec<T>,
    device: Device,
}

impl<'a, const D: usize, F: FittedTarget> Shares<'a, D, F> {
    /// Shares `inputs`, whose rows are `items` of the data set. Devices beyond the number of rows get none.
    pub fn new(inputs: Tensor<D>, items: &[usize], dataset: &'a Dataset<F>, devices: &[Device]) -> Self {
        let (inputs, rows) = (inputs.inner(), items.len());
        let cut = |share: usize| share * rows / devices.len();
        let share = |(number, device): (usize, &Device)| {
            let (start, end) = (cut(number), cut(number + 1));
            (end > start).then(|| Share {
                inputs: inputs.clone().narrow(0, start, end - start),
                targets: items[start..end].iter().map(|&item| dataset.targets()[item].clone()).collect(),
                device: device.clone().inner(),
            })
        };
        Self { fitted: dataset.fitted(), shares: devices.iter().enumerate().filter_map(share).collect() }
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
/// on its share at the same time as the others, and what they find is added up. The gradients are divided by `window`, the number
/// of batches whose gradients are gathered.
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
    window: usize,
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
        let inputs = Tensor::from_inner(share.inputs.to_device(&share.device));
        let targets = fitted.collate(&share.targets, &share.device.clone().autodiff());
        let output = forward(&copy, inputs);
        let rows = output.dims()[0];
        let weight = loss.mean_weights(&output, &targets).map(|weights| weights.inner().sum());
        let sum = loss.forward(output, targets, Reduction::Sum);
        let gradients = GradientsParams::from_grads(sum.backward(), &copy).to_device(&plain, &copy);
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
    let mut scale = Scale { gradients: sum.grads(), factor: 1.0 / (weight * window as f64) };
    model.visit(&mut scale);
    Ok((mean, scale.gradients, model.map(&mut statistics)))
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "it gave no reason".into())
}

/// Multiplies all gradients.
struct Scale {
    gradients: GradientsParams,
    factor: f64,
}

impl ModuleVisitor for Scale {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(parameter.id) {
            self.gradients.register(parameter.id, gradient.mul_scalar(self.factor));
        }
    }
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
