use burn::tensor::Device;

use super::Arch;
use crate::{Body, Fresh};

/// All that is known of an architecture; a family's file has one for each of its members.
#[derive(Debug)]
pub(crate) struct Spec {
    /// Of [`Arch`], without the type.
    pub constant: &'static str,
    pub name: &'static str,
    /// Channels of the last map of each resolution, finest first.
    pub stages: &'static [usize],
    /// How many of a picture's pixels one of the finest map is for, along each side.
    pub stride: usize,
    /// Numbers of the body that training changes.
    pub parameters: usize,
    /// Side of the square pictures that the weights were trained on.
    pub picture: usize,
    pub mean: [f32; 3],
    pub deviation: [f32; 3],
    pub bicubic: bool,
    /// Share of the shorter side that the published evaluation cuts from the centre.
    pub crop: f32,
    /// What the published network has between the pooled map and its last layer.
    pub neck: NeckKind,
    pub published: Option<Published>,
    /// A body for pictures of so many channels.
    pub build: fn(usize, &mut Fresh, &Device) -> Body,
}

/// What timm publishes of an architecture, of the weights that it takes first.
///
/// ```
/// use firelight_models::Arch;
///
/// let weights = Arch::ConvNeXtTiny.published().unwrap();
/// assert_eq!((weights.tag, weights.top1), ("in12k_ft_in1k", Some(84.2)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Published {
    /// Which weights: the repository is `timm/NAME.TAG`.
    pub tag: &'static str,
    /// Side of the square pictures that they were trained on.
    pub size: usize,
    /// Percent of `ImageNet`'s validation part that the network tells right at that size; none for weights without its classes.
    pub top1: Option<f32>,
    /// Multiply-adds of one picture of that size, in 10⁹.
    pub multiply_adds: f32,
    /// Whether their licence excludes commercial use.
    pub non_commercial: bool,
}

/// What a published network does with the pooled feature map before its last layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NeckKind {
    /// Nothing.
    Plain,
    /// A layer norm of the features (`ConvNeXt`).
    Norm,
    /// A 1×1 convolution to so many features, with a bias and hard swish (`MobileNetV3`).
    HardSwish(usize),
    /// The same with a batch norm and `ReLU` (`MobileNetV4`).
    NormRelu(usize),
    /// The second half of the features alone: the class token's (`ViT`).
    ClassToken,
}

impl Spec {
    /// One whose weights see `ImageNet`'s colours at 224 px, resampled bilinearly, with a crop of 0.875.
    pub const fn new(
        name: &'static str,
        stages: &'static [usize],
        parameters: usize,
        build: fn(usize, &mut Fresh, &Device) -> Body,
    ) -> Self {
        Self {
            constant: "",
            name,
            stages,
            stride: 2,
            parameters,
            picture: 224,
            mean: [0.485, 0.456, 0.406],
            deviation: [0.229, 0.224, 0.225],
            bicubic: false,
            crop: 0.875,
            neck: NeckKind::Plain,
            published: None,
            build,
        }
    }

    pub const fn stride(mut self, stride: usize) -> Self {
        self.stride = stride;
        self
    }

    pub const fn picture(mut self, side: usize) -> Self {
        self.picture = side;
        self
    }

    pub const fn normalization(mut self, mean: [f32; 3], deviation: [f32; 3]) -> Self {
        (self.mean, self.deviation) = (mean, deviation);
        self
    }

    /// Pictures from -1 to 1, as Inception's.
    pub const fn halves(self) -> Self {
        self.normalization([0.5; 3], [0.5; 3])
    }

    pub const fn crop(mut self, share: f32) -> Self {
        self.crop = share;
        self
    }

    pub const fn bicubic(mut self, crop: f32) -> Self {
        (self.bicubic, self.crop) = (true, crop);
        self
    }

    /// timm's first weights: their tag, their pictures' side, the share of `ImageNet` in percent that they tell right at that size, and
    /// multiply-adds in 10⁹ of the network at that size. Source: timm's tables of results.
    pub const fn published(mut self, tag: &'static str, size: usize, top1: Option<f32>, multiply_adds: f32) -> Self {
        self.published = Some(Published { tag, size, top1, multiply_adds, non_commercial: false });
        self
    }

    /// Weights whose licence excludes commercial use.
    pub const fn non_commercial(mut self) -> Self {
        if let Some(published) = &mut self.published {
            published.non_commercial = true;
        }
        self
    }

    pub const fn neck(mut self, neck: NeckKind) -> Self {
        self.neck = neck;
        self
    }
}

/// Each member of a family as a constant of [`Arch`], and the list of them.
macro_rules! members {
    ($($constant:ident = $spec:expr;)*) => {
        #[allow(non_upper_case_globals, missing_docs)] // each is the architecture of its name
        impl crate::Arch {
            $(pub const $constant: Self = Self(&Spec { constant: stringify!($constant), ..$spec });)*
        }

        pub(crate) const MEMBERS: &[crate::Arch] = &[$(crate::Arch::$constant),*];
    };
}
pub(crate) use members;

/// The families, in the order in which their members are listed.
pub(super) const FAMILIES: [&[Arch]; 7] = [
    crate::bodies::small::MEMBERS,
    crate::bodies::resnet::MEMBERS,
    crate::bodies::efficientnet::MEMBERS,
    crate::bodies::mobile::MEMBERS,
    crate::bodies::regnet::MEMBERS,
    crate::bodies::convnext::MEMBERS,
    crate::bodies::vit::MEMBERS,
];
