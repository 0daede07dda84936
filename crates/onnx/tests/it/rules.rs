//! Each rule, by a pass that needs it.

use burn::module::{Module, Param};
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::module::{adaptive_avg_pool2d, attention, avg_pool2d, interpolate, max_pool2d};
use burn::tensor::ops::{
    AttentionModuleOptions, AvgPoolOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions, PadMode,
};
use burn::tensor::{Device, Int, Tensor, activation};

use crate::runtime::{agrees, all_agree};

/// A module whose parameters are called as the input, an output and what is numbered in a file.
#[derive(Module, Debug)]
struct Clashing {
    x: Param<Tensor<1>>,
    y0: Param<Tensor<1>>,
    c0: Param<Tensor<1>>,
    n0: Param<Tensor<1>>,
}

#[test]
fn names_of_a_modules_own_are_in_nobodys_way() {
    let device = Device::flex();
    let param = |number: f32| Param::from_tensor(Tensor::<1>::from_floats([number; 6], &device));
    let module = Clashing { x: param(1.0), y0: param(2.0), c0: param(3.0), n0: param(4.0) };
    agrees(&module, [1, 6], |module: &Clashing, x: Tensor<2>| {
        let sum = x * module.x.val().unsqueeze() + module.y0.val().unsqueeze() * 0.5;
        activation::gelu(sum * module.c0.val().unsqueeze()) - module.n0.val().unsqueeze()
    });
}

#[test]
fn an_output_may_be_the_input() {
    let passes: [fn(Tensor<2>) -> Tensor<2>; 2] = [|x| x, |x| x * 2.0];
    bare([1, 6], &passes);
}

/// A module without a parameter.
#[derive(Module, Debug)]
struct Nothing {}

fn bare<const D: usize, const E: usize>(shape: [usize; D], passes: &[fn(Tensor<D>) -> Tensor<E>]) {
    let passes: Vec<_> = passes.iter().map(|pass| |_: &Nothing, x: Tensor<D>| pass(x)).collect();
    all_agree(&Nothing {}, shape, &passes);
}

#[test]
fn convolutions() {
    let device = Device::flex();
    for (groups, stride, padding) in
        [(1, 1, PaddingConfig2d::Same), (2, 2, PaddingConfig2d::Explicit(0, 1, 2, 1)), (4, 1, PaddingConfig2d::Valid)]
    {
        let config =
            Conv2dConfig::new([4, 8], [3, 5]).with_groups(groups).with_stride([stride, stride]).with_padding(padding);
        agrees(&config.init(&device), [1, 4, 9, 11], |conv: &Conv2d, x| conv.forward(x));
    }
    let dilated = Conv2dConfig::new([4, 6], [3, 3]).with_dilation([2, 1]).with_bias(false).init(&device);
    agrees(&dilated, [1, 4, 9, 11], |conv: &Conv2d, x| conv.forward(x));
    let config =
        ConvTranspose2dConfig::new([4, 6], [3, 3]).with_stride([2, 2]).with_padding([1, 1]).with_padding_out([1, 0]);
    agrees(&config.init(&device), [1, 4, 5, 6], |conv: &ConvTranspose2d, x| conv.forward(x));
}

#[test]
fn norms_and_linear_layers() {
    let device = Device::flex();
    agrees(&BatchNormConfig::new(5).init(&device), [1, 5, 3, 4], |norm: &BatchNorm, x: Tensor<4>| norm.forward(x));
    agrees(&LayerNormConfig::new(6).init(&device), [1, 4, 6], |norm: &LayerNorm, x: Tensor<3>| norm.forward(x));
    agrees(&LinearConfig::new(6, 3).init(&device), [1, 6], |linear: &Linear, x: Tensor<2>| linear.forward(x));
    let bare = LinearConfig::new(6, 3).with_bias(false).init(&device);
    agrees(&bare, [1, 4, 6], |linear: &Linear, x: Tensor<3>| linear.forward(x));
}

#[test]
fn pools() {
    let counting = |x: Tensor<4>, counts| {
        let options = AvgPoolOptions {
            kernel_size: [3, 2],
            stride: [2, 2],
            padding: [(1, 1); 2],
            count_include_pad: counts,
            ceil_mode: false,
        };
        avg_pool2d(x, options)
    };
    let of_nothing = |pass: &dyn Fn(Tensor<4>) -> Tensor<4>| agrees(&Nothing {}, [1, 3, 9, 12], |_, x| pass(x));
    of_nothing(&|x| {
        let options = MaxPoolOptions {
            kernel_size: [3, 3],
            stride: [2, 2],
            padding: [(1, 1); 2],
            dilation: [1, 1],
            ceil_mode: true,
        };
        Tensor::cat(vec![max_pool2d(x.clone(), options), counting(x.clone(), true), counting(x, false)], 1)
    });
    of_nothing(&|x| adaptive_avg_pool2d(x.clone(), [1, 1]).repeat_dim(2, 3) + adaptive_avg_pool2d(x, [3, 4]));
}

type Pass = Box<dyn Fn(&Nothing, Tensor<4>) -> Tensor<4>>;

#[test]
fn sizes() {
    let mut passes: Vec<Pass> = Vec::new();
    for mode in [InterpolateMode::Nearest, InterpolateMode::Bilinear, InterpolateMode::Bicubic] {
        for corners in [true, false] {
            for size in [[7, 5], [13, 24]] {
                let options = InterpolateOptions::new(mode.clone()).with_output_size(size).with_align_corners(corners);
                passes.push(Box::new(move |_, x| interpolate(x, options.clone())));
            }
        }
    }
    all_agree(&Nothing {}, [1, 2, 9, 12], &passes);
}

#[test]
fn attention_is_a_softmax_of_products() {
    bare([1, 3, 4, 6], &[|x| attention(x.clone(), x.clone() * 0.5, x, None, None, AttentionModuleOptions::default())]);
}

#[test]
fn activations() {
    let all: [fn(Tensor<2>) -> Tensor<2>; 12] = [
        activation::relu,
        activation::sigmoid,
        activation::log_sigmoid,
        activation::gelu,
        activation::gelu_approximate,
        activation::silu,
        activation::hard_swish,
        activation::mish,
        |x| activation::leaky_relu(x, 0.2),
        |x| activation::hard_sigmoid(x, 0.2, 0.5),
        |x| activation::softmax(x, 1),
        |x| activation::log_softmax(x, 1),
    ];
    bare([1, 9], &all);
}

#[test]
fn arithmetic() {
    let all: [fn(Tensor<2>) -> Tensor<2>; 19] = [
        |x| (x.clone() * 2.0 + 1.0 - x.clone() / 3.0) * x,
        |x| x.clone() / (x.powi_scalar(2) + 0.5),
        |x| x.clone().abs().sqrt() + x.clone().exp() - (x.abs() + 0.1).log(),
        |x| x.clone().clamp(-0.5, 1.0) + x.clone().clamp_min(0.3) - x.clamp_max(-0.2),
        |x| (x.abs() + 0.5).powf_scalar(1.7).recip().neg(),
        |x| x.clone().sin() + x.clone().cos() + x.clone().tanh() + x.erf(),
        |x| x.clone().floor() + x.clone().ceil() + x.round() + 1.0,
        |x| x.clone().mean_dim(1) + x.clone().sum_dim(1) - x.clone().max_dim(1) + x.min_dim(1),
        |x| x.clone().greater_elem(0.2).float() + x.clone().lower_equal_elem(-0.2).float() * 3.0 - x.sign(),
        |x| x.clone().mask_fill(x.clone().lower_elem(0.0), 7.0),
        |x| x.clone().mask_where(x.clone().greater_equal_elem(1.0), x * 10.0),
        |x| x.clone().argmax(1).float() + x.argmin(1).float() * 100.0,
        |x| x.cumsum(1),
        |x| x.clone().equal(x.clone().abs()).bool_not().float() + x.clone().not_equal(x.abs()).float(),
        |x| x.clone().var(1) + x.clone().powf(x.clone() * 0.0 + 2.0) - x.ones_like() - 2.0,
        |x| x.pad((1, 2, 0, 0), PadMode::Constant(0.5)),
        |x| x.pad((1, 2, 0, 0), PadMode::Reflect),
        |x| x.pad((1, 2, 0, 0), PadMode::Edge),
        |x| x.clone().is_nan().float() + x.asin().is_nan().float(),
    ];
    bare([1, 8], &all);
}

#[test]
fn parts_and_shapes() {
    let all: [fn(Tensor<3>) -> Tensor<3>; 14] = [
        |x| x.clone().narrow(2, 1, 3).flip([2]) + x.narrow(1, 0, 1).narrow(2, 0, 3),
        |x| x.slice([0..100, 1..3, 0..5]),
        |x| x.swap_dims(1, 2).permute([0, 2, 1]),
        |x| {
            let [items, rows, columns] = x.dims();
            x.reshape([items * rows, 1, columns]).repeat_dim(1, 2)
        },
        |x| {
            let [items, rows, columns] = x.dims();
            let token = Tensor::<3>::ones([1, 1, columns], &x.device()) * 0.5;
            Tensor::cat(vec![token.expand([items, 1, columns]), x], 1) + rows as f32
        },
        |x| {
            let [items, _, columns] = x.dims();
            Tensor::<3>::ones([1, 1, columns], &x.device()).repeat_dim(0, items) + x
        },
        |x| {
            let places = Tensor::<1, Int>::from_ints([2, 0, 2], &x.device());
            x.select(1, places)
        },
        |x| {
            let places = x.clone().argmax(2);
            x.gather(2, places)
        },
        |x| Tensor::stack::<4>(vec![x.clone(), x * 2.0], 1).flatten(1, 2),
        |x| x.clone().zeros_like() + Tensor::full(x.dims(), 2.5, &x.device()) + x,
        |x| x.clone().matmul(x.swap_dims(1, 2)),
        |x| x.split(2, 2).swap_remove(1),
        |x| x.slice(burn::tensor::s![.., 0..4;2, 1..6;-2]),
        |x| x.unsqueeze_dim::<4>(1).squeeze_dim::<3>(1).int().float(),
    ];
    bare([1, 4, 6], &all);
}
