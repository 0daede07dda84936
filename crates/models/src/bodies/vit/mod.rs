//! Vision transformers.

mod block;
mod positions;

pub use block::ViTBlock;
pub(crate) use positions::resampled;

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::tensor::ops::PadMode;
use burn::tensor::{Device, Tensor};
use firelight_layers::{Activation, convolve};

use crate::bodies::arch::{NeckKind, Spec, members};
use crate::bodies::body::{Backbone, renamed};
use crate::fresh_layers::{BEGIN, patches};
use crate::layer_norm::LayerNorm2d;
use crate::{Body, Fresh, Paths, StochasticDepth};

members! {
    ViTTiny = vit("vit_tiny_patch16_224", &[2 * 192], 5_524_416, |c, f, d| net(&Plan::new(192, 16, 14), c, f, d)).bicubic(0.9).halves()
        .published("augreg_in21k_ft_in1k", 224, Some(75.5), 1.26);
    ViTSmall = vit("vit_small_patch16_224", &[2 * 384], 21_665_664, |c, f, d| net(&Plan::new(384, 16, 14), c, f, d)).bicubic(0.9).halves()
        .published("augreg_in21k_ft_in1k", 224, Some(81.4), 4.61);
    ViTBase = vit("vit_base_patch16_224", &[2 * 768], 85_798_656, |c, f, d| net(&Plan::new(768, 16, 14), c, f, d)).bicubic(0.9).halves()
        .published("augreg2_in21k_ft_in1k", 224, Some(85.1), 17.58);
    DeiT3Small = vit("deit3_small_patch16_224", &[2 * 384], 21_674_496, |c, f, d| net(&Plan::new(384, 16, 14).bare().scaled(1e-6), c, f, d)).bicubic(0.9)
        .published("fb_in1k", 224, Some(81.4), 4.61);
    DeiT3Base = vit("deit3_base_patch16_224", &[2 * 768], 85_816_320, |c, f, d| net(&Plan::new(768, 16, 14).bare().scaled(1e-6), c, f, d)).bicubic(0.9)
        .published("fb_in1k", 224, Some(83.8), 17.58);
    DinoV2Small = vit("vit_small_patch14_dinov2", &[2 * 384], 22_056_192, |c, f, d| net(&Plan::new(384, 14, 37).scaled(1e-5), c, f, d)).stride(14).bicubic(1.0).picture(518)
        .published("lvd142m", 518, None, 46.76);
    DinoV2Base = vit("vit_base_patch14_dinov2", &[2 * 768], 86_579_712, |c, f, d| net(&Plan::new(768, 14, 37).scaled(1e-5), c, f, d)).stride(14).bicubic(1.0).picture(518)
        .published("lvd142m", 518, None, 151.71);
    DinoV2SmallRegisters = vit("vit_small_patch14_reg4_dinov2", &[2 * 384], 22_057_344, |c, f, d| net(&Plan::new(384, 14, 37).bare().scaled(1e-5).registers(4), c, f, d)).stride(14).bicubic(1.0).picture(518)
        .published("lvd142m", 518, None, 46.95);
    DinoV2BaseRegisters = vit("vit_base_patch14_reg4_dinov2", &[2 * 768], 86_582_016, |c, f, d| net(&Plan::new(768, 14, 37).bare().scaled(1e-5).registers(4), c, f, d)).stride(14).bicubic(1.0).picture(518)
        .published("lvd142m", 518, None, 152.25);
}

const fn vit(
    name: &'static str,
    stages: &'static [usize],
    parameters: usize,
    build: fn(usize, &mut Fresh, &Device) -> Body,
) -> Spec {
    Spec::new(name, stages, parameters, build).stride(16).neck(NeckKind::ClassToken)
}

fn net(plan: &Plan, channels: usize, fresh: &mut Fresh, device: &Device) -> Body {
    Body::ViT(ViT::new(plan, channels, fresh, device))
}

/// A transformer of twelve blocks, as its paper's table has it.
#[derive(Debug)]
struct Plan {
    width: usize,
    /// Side of a patch in pixels.
    patch: usize,
    /// Side of the grid that positions are learned of.
    grid: usize,
    /// Whether the class token has a learned position too.
    class_position: bool,
    scale: Option<f64>,
    registers: usize,
}

impl Plan {
    fn new(width: usize, patch: usize, grid: usize) -> Self {
        Self { width, patch, grid, class_position: true, scale: None, registers: 0 }
    }

    fn bare(self) -> Self {
        Self { class_position: false, ..self }
    }

    fn scaled(self, scale: f64) -> Self {
        Self { scale: Some(scale), ..self }
    }

    fn registers(self, registers: usize) -> Self {
        Self { registers, ..self }
    }
}

/// Channels of one head of attention.
const HEAD: usize = 64;

const DEPTH: usize = 12;

/// The body of a vision transformer (Dosovitskiy and others, <https://arxiv.org/abs/2010.11929>) with timm's names: as published by its authors
/// (`AugReg`), by `DeiT` III (<https://arxiv.org/abs/2204.07118>) and as `DINOv2` (<https://arxiv.org/abs/2304.07193>), with registers
/// (<https://arxiv.org/abs/2309.16588>) or without.
///
/// Its map has two numbers for each channel of a patch: the patch's own, and after them the class token's, which are the same at every position.
/// So a head's average is what `DINOv2`'s authors give a linear layer, class token and mean of the patches, and its maximum the strongest patch.
/// Pictures are of any size: what is missing of a last patch is filled with 0, and learned positions are resampled.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use firelight_models::Arch;
///
/// let device = Device::flex();
/// let body = Arch::ViTTiny.body(42, &device);
/// assert_eq!(body.forward(Tensor::zeros([1, 3, 64, 40], &device)).dims(), [1, 2 * 192, 4, 3]);
/// ```
#[derive(Module, Debug)]
pub struct ViT {
    patches: Conv2d,
    cls_token: Param<Tensor<3>>,
    reg_token: Option<Param<Tensor<3>>>,
    pos_embed: Param<Tensor<3>>,
    blocks: Vec<ViTBlock>,
    norm: LayerNorm2d,
    grid: usize,
    #[module(skip)]
    depth: StochasticDepth,
}

impl ViT {
    fn new(plan: &Plan, channels: usize, fresh: &mut Fresh, device: &Device) -> Self {
        let Plan { width, patch, grid, class_position, scale, registers } = *plan;
        let patches = patches([channels, width], patch, fresh, device);
        let positions = grid * grid + usize::from(class_position);
        Self {
            patches,
            cls_token: fresh.normal([1, 1, width], 1e-6, device),
            reg_token: (registers > 0).then(|| fresh.normal([1, registers, width], 1e-6, device)),
            pos_embed: fresh.normal([1, positions, width], BEGIN, device),
            blocks: (0..DEPTH).map(|_| ViTBlock::new(width, width / HEAD, scale, fresh, device)).collect(),
            norm: LayerNorm2d::new(width, device),
            grid,
            depth: StochasticDepth::of(DEPTH).with_branches(2),
        }
    }

    /// Tokens of the class, of the registers, and of the patches row by row, with their positions.
    fn tokens(&self, patches: Tensor<4>) -> Tensor<3> {
        let ([pictures, width, height, across], precision) = (patches.dims(), patches.dtype());
        let rows: Tensor<2> = self.pos_embed.val().squeeze_dim(0);
        let [count, _] = rows.dims();
        let first = count - self.grid * self.grid;
        let grid = resampled(rows.clone().narrow(0, first, count - first), [self.grid; 2], [height, across]);
        let seen = patches.flatten::<3>(2, 3).swap_dims(1, 2) + grid.cast(precision).unsqueeze::<3>();
        let each = |token: Tensor<3>| {
            let [_, tokens, _] = token.dims();
            token.cast(precision).expand([pictures, tokens, width])
        };
        let class = self.cls_token.val();
        let class = if first == 1 { class + rows.narrow(0, 0, 1).unsqueeze::<3>() } else { class };
        let mut all = vec![each(class)];
        all.extend(self.reg_token.as_ref().map(|token| each(token.val())));
        all.push(seen);
        Tensor::cat(all, 1)
    }
}

impl Backbone for ViT {
    fn channels(&self) -> usize {
        self.patches.weight.dims()[1]
    }

    fn stages_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Vec<Tensor<4>> {
        vec![self.forward_along(pictures, paths)]
    }

    fn forward_along(&self, pictures: Tensor<4>, paths: &mut Paths<'_>) -> Tensor<4> {
        let patches = convolve(&self.patches, whole(pictures, self.patches.kernel_size), Activation::Identity);
        let [count, width, height, across] = patches.dims();
        let x = self.blocks.iter().fold(self.tokens(patches), |x, block| block.forward(x, paths));
        let x = self.norm.tokens(x);
        let [_, tokens, _] = x.dims();
        let class = x.clone().slice([0..count, 0..1]).swap_dims(1, 2).unsqueeze_dim::<4>(3);
        let seen = x.slice([0..count, tokens - height * across..tokens]).swap_dims(1, 2);
        let seen = seen.reshape([count, width, height, across]);
        Tensor::cat(vec![seen, class.expand([count, width, height, across])], 1)
    }

    /// It has no batch norm.
    fn folded(&self) -> Self {
        self.clone()
    }

    fn depth(&self) -> &StochasticDepth {
        &self.depth
    }

    fn depth_mut(&mut self) -> &mut StochasticDepth {
        &mut self.depth
    }

    fn groups(&self) -> &'static [&'static str] {
        &[
            r"ViT\.(patches\.|cls_token|reg_token|pos_embed|blocks\.[0-2]\.)",
            r"ViT\.blocks\.[3-5]\.",
            r"ViT\.blocks\.[6-8]\.",
            r"ViT\.(blocks\.(9|10|11)|norm)\.",
        ]
    }

    /// `blocks.0.qkv.weight` to `blocks.0.attn.qkv.weight`.
    fn published(&self, ours: &str) -> String {
        const NAMES: [(&str, &str); 7] = [
            ("patches.", "patch_embed.proj."),
            (".qkv.", ".attn.qkv."),
            (".proj.", ".attn.proj."),
            (".scale1", ".ls1.gamma"),
            (".scale2", ".ls2.gamma"),
            (".fc1.", ".mlp.fc1."),
            (".fc2.", ".mlp.fc2."),
        ];
        if ours.starts_with("blocks.") {
            return renamed(ours, &NAMES);
        }
        match ours.strip_prefix("fc.") {
            Some(last) => format!("head.{last}"),
            None => renamed(ours, &NAMES[..1]),
        }
    }

    fn stem(&self) -> &'static str {
        "patches.weight"
    }
}

/// Pictures with rows and columns of 0 at the bottom and right, up to whole patches.
fn whole(pictures: Tensor<4>, patch: [usize; 2]) -> Tensor<4> {
    let [_, _, height, width] = pictures.dims();
    let lacking = [height, width].map(|side| side.next_multiple_of(patch[0]) - side);
    if lacking == [0, 0] {
        return pictures;
    }
    pictures.pad([(0, lacking[0]), (0, lacking[1])], PadMode::Constant(0.0))
}
