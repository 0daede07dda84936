use burn::backend::Flex;
use burn::tensor::Tensor;

use super::is_ours;
use super::numbers::{self, Numbers, changeable, in_order, slice};
use crate::factors::{AdamFactors, SgdFactors};
use crate::kernel;

/// Whether our kernels apply to tensors that are updated together.
pub fn fits<const D: usize>(parameter: &Tensor<D>, others: &[&Tensor<D>]) -> bool {
    let plain = |tensor: &Tensor<D>| is_ours(tensor) && !tensor.device().is_autodiff();
    plain(parameter) && others.iter().all(|tensor| plain(tensor) && tensor.dims() == parameter.dims())
}

fn take<const D: usize>(tensor: Tensor<D>) -> Numbers {
    tensor.try_into_primitive::<Flex>().expect("a tensor that fits")
}

/// One step of Adam in one pass, for tensors that [`fits`].
pub fn adam<const D: usize>(
    factors: &AdamFactors,
    parameter: Tensor<D>,
    [mean, square]: [Tensor<D>; 2],
    gradient: Tensor<D>,
) -> [Tensor<D>; 3] {
    let [mut parameter, mut mean, mut square] = [parameter, mean, square].map(take).map(changeable);
    let gradient = in_order(take(gradient));
    kernel::adam(factors, parameter.storage_mut(), mean.storage_mut(), square.storage_mut(), slice(&gradient));
    [parameter, mean, square].map(Tensor::from_primitive::<Flex>)
}

/// One step of gradient descent in one pass, for tensors that [`fits`], with a velocity if it has momentum.
pub fn sgd<const D: usize>(
    factors: &SgdFactors,
    parameter: Tensor<D>,
    velocity: Option<Tensor<D>>,
    gradient: Tensor<D>,
) -> (Tensor<D>, Option<Tensor<D>>) {
    let mut parameter = changeable(take(parameter));
    let mut velocity = velocity.map(|velocity| changeable(take(velocity)));
    let gradient = in_order(take(gradient));
    match &mut velocity {
        Some(velocity) => {
            kernel::sgd(factors, parameter.storage_mut(), velocity.storage_mut(), slice(&gradient));
        }
        None => kernel::descend(factors, parameter.storage_mut(), slice(&gradient)),
    }
    (Tensor::from_primitive::<Flex>(parameter), velocity.map(Tensor::from_primitive::<Flex>))
}

/// The sum of all squares, for a tensor that [`fits`].
pub fn sum_of_squares<const D: usize>(tensor: Tensor<D>) -> Tensor<1> {
    let sum = kernel::sum_of_squares(slice(&in_order(take(tensor))));
    Tensor::from_primitive::<Flex>(numbers::tensor(vec![sum], [1]))
}
