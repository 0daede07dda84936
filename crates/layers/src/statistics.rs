use burn::module::{Flag, Module, ModuleMapper, Param};

/// The module with batch norms that normalize by the statistics they have instead of the batch's, and leave them as they are. Their
/// gamma and beta train on: `PyTorch`'s `norm.eval()` in a model that trains, for fine-tuning in small batches.
///
/// [`move_statistics`] undoes it. Only [`BatchNorm`](burn::nn::BatchNorm) layers are switched, by their `training` flag; what else a module has stays, dropout
/// for one. Flags survive `valid()` and `train()` and are not in records: switch a module again after it was built anew. A layer that
/// is frozen altogether (`freeze()`) keeps its statistics anyway, and this does not thaw it.
///
/// ```
/// use burn::nn::BatchNormConfig;
/// use burn::tensor::{Device, Tensor};
/// use firelight_layers::{Activation, keep_statistics, normalize};
///
/// let device = Device::flex().autodiff();
/// let layer = keep_statistics(BatchNormConfig::new(2).init(&device));
/// let output = normalize(&layer, Tensor::<4>::full([1, 2, 1, 1], 3.0, &device), None, Activation::Identity);
/// let gradients = output.sum().backward(); // gamma and beta train
/// assert!(layer.gamma.val().grad(&gradients).is_some());
/// let mean: Vec<f32> = layer.running_mean.value_sync().into_data().iter().collect();
/// assert_eq!(mean, [0.0, 0.0]); // and the statistics do not
/// ```
pub fn keep_statistics<M: Module>(module: M) -> M {
    module.map(&mut Switch { moving: false, inside: Vec::new() })
}

/// The module with batch norms that train as burn's do: by the statistics of the batch, which move the running ones. It undoes
/// [`keep_statistics`]; it would also switch on the layers of a frozen module, so freeze after it.
///
/// ```
/// use burn::nn::BatchNormConfig;
/// use burn::tensor::Device;
/// use firelight_layers::{keep_statistics, move_statistics};
///
/// let layer = move_statistics(keep_statistics(BatchNormConfig::new(2).init(&Device::flex().autodiff())));
/// assert!(layer.training.is_enabled());
/// ```
pub fn move_statistics<M: Module>(module: M) -> M {
    module.map(&mut Switch { moving: true, inside: Vec::new() })
}

struct Switch {
    moving: bool,
    /// The types of the modules around, the innermost last.
    inside: Vec<String>,
}

impl ModuleMapper for Switch {
    fn enter_module(&mut self, _name: &str, container: &str) {
        self.inside.push(container.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.inside.pop();
    }

    fn map_flag(&mut self, flag: Param<Flag>) -> Param<Flag> {
        if self.inside.last().is_some_and(|container| container == "Struct:BatchNorm") {
            return flag.with_value(self.moving);
        }
        flag
    }
}
