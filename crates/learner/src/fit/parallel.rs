//! Gradients of one batch from several devices.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::ScopedJoinHandle;

use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor};
use firelight_datablock::{Dataset, FittedTarget};
use firelight_losses::Loss;

use super::gradients::{Contribution, Forward};
use crate::LearnerError;
use crate::examples::{Examples, Mixed};
use crate::readings::Readings;
use firelight_models::{Model, Noise};
use firelight_transforms::panic_message;

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
    /// The row of the batch that its first is.
    first: usize,
    device: Device,
}

impl<'a, const D: usize, F: FittedTarget> Shares<'a, D, F> {
    /// Shares `examples` of the data set. Devices beyond the number of rows get none.
    pub fn new(examples: Examples<D, F>, dataset: &'a Dataset<F>, devices: &[Device]) -> Self {
        let Examples { inputs, placed, mixed, .. } = examples;
        let (inputs, rows) = (inputs.inner(), placed.len());
        let cut = |share: usize| share * rows / devices.len();
        let share = |(number, device): (usize, &Device)| {
            let rows = cut(number)..cut(number + 1);
            (!rows.is_empty()).then(|| Share {
                inputs: inputs.clone().narrow(0, rows.start, rows.len()),
                targets: placed[rows.clone()].to_vec(),
                mixed: mixed
                    .as_ref()
                    .map(|mixed| (mixed.placed[rows.clone()].to_vec(), mixed.shares[rows.clone()].to_vec())),
                first: rows.start,
                device: device.clone().inner(),
            })
        };
        Self { fitted: dataset.fitted(), shares: devices.iter().enumerate().filter_map(share).collect() }
    }
}

impl<const D: usize, T> Share<D, T> {
    /// As examples on the device, with a graph.
    fn examples<F: FittedTarget<Target = T>>(self, fitted: &F) -> Examples<D, F> {
        let tracked = self.device.clone().autodiff();
        let mix = |(targets, shares): (Vec<T>, _)| Mixed {
            targets: fitted.collate(&targets, &tracked),
            placed: Vec::new(),
            shares,
        };
        Examples {
            inputs: Tensor::from_inner(self.inputs.to_device(&self.device)),
            targets: fitted.collate(&self.targets, &tracked),
            placed: Vec::new(),
            items: Vec::new(),
            mixed: self.mixed.map(mix),
            number: 0,
            first: self.first,
        }
    }
}

/// What every device contributes to the mean loss of a batch, with gradients at `home`, where the model is, and the model with
/// the mean of the devices' running statistics. Every device gets a copy of the model and works on its share at the same time as the
/// others; gradients are those of sums times `factor`.
///
/// Added up the contributions are those of one device on the whole batch, but for batch norms in training: each device normalises
/// with the statistics of its share.
///
/// # Errors
///
/// [`LearnerError::Device`] if one of them fails.
pub(super) fn contributions<M, F, const D: usize>(
    model: &M,
    loss: &dyn Loss<F::Tensor>,
    shares: Shares<D, F>,
    forward: &impl Forward<M, D>,
    noise: &Noise,
    factor: f64,
    (home, readings): (&Device, &Readings),
) -> Result<(Vec<Contribution>, M), LearnerError>
where
    M: Model,
    F: FittedTarget,
{
    let Shares { fitted, shares } = shares;
    let plain = home.clone().inner();
    // Copies share a batch norm's running statistics; a plain copy has its own.
    let copies: Vec<M> = shares.iter().map(|_| model.valid()).collect();
    let work = |copy: M, share: Share<D, F::Target>| {
        let copy = copy.fork(&share.device).train();
        let contribution = Contribution::of(&copy, share.examples(fitted), loss, forward, noise, factor, readings);
        (contribution.moved(&plain, &copy), copy.valid().fork(&plain))
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
        let finish = |(device, thread): (Device, ScopedJoinHandle<'_, _>)| {
            let failed = |why: Box<dyn Any + Send>| LearnerError::Device {
                device: format!("{device:?}"),
                why: panic_message(why.as_ref()),
            };
            thread.join().and_then(|part| part).map_err(failed)
        };
        running.into_iter().map(finish).collect::<Result<Vec<(Contribution, M)>, LearnerError>>()
    })?;
    let mut statistics = Statistics { devices: parts.len(), ..Statistics::default() };
    let contributions = parts.into_iter().map(|(contribution, moved)| {
        moved.visit(&mut statistics);
        contribution
    });
    let contributions = contributions.collect();
    Ok((contributions, model.clone().map(&mut statistics)))
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
