use burn::tensor::Device;
use firelight_layers::Activation;

use super::MobileNet;
use super::plan::{Block, Plan, Style};
use crate::bodies::arch::{NeckKind, Spec, members};
use crate::{Body, Fresh};

const B0: [usize; 5] = [16, 24, 40, 112, 1280];
const B2: [usize; 5] = [16, 24, 48, 120, 1408];
const B3: [usize; 5] = [24, 32, 48, 136, 1536];
const B4: [usize; 5] = [24, 32, 56, 160, 1792];
const V2S: [usize; 5] = [24, 48, 64, 160, 1280];
const V3L: [usize; 5] = [16, 24, 40, 112, 960];
const V3S: [usize; 5] = [16, 16, 24, 48, 576];
const V4S: [usize; 5] = [32, 32, 64, 96, 960];
const V4M: [usize; 5] = [32, 48, 80, 160, 960];
const V4L: [usize; 5] = [24, 48, 96, 192, 960];

members! {
    EfficientNetB0 = Spec::new("efficientnet_b0", &B0, 4_007_548, |c, f, d| net(&EFFICIENT, [1.0, 1.0], c, f, d)).bicubic(0.875)
        .published("ra_in1k", 224, Some(77.7), 0.40);
    EfficientNetB1 = Spec::new("efficientnet_b1", &B0, 6_513_184, |c, f, d| net(&EFFICIENT, [1.0, 1.1], c, f, d)).bicubic(1.0).picture(224)
        .published("ra4_e3600_r240_in1k", 240, Some(80.4), 0.71);
    EfficientNetB2 = Spec::new("efficientnet_b2", &B2, 7_700_994, |c, f, d| net(&EFFICIENT, [1.1, 1.2], c, f, d)).bicubic(1.0).picture(256)
        .published("ra_in1k", 256, Some(79.3), 0.89);
    EfficientNetB3 = Spec::new("efficientnet_b3", &B3, 10_696_232, |c, f, d| net(&EFFICIENT, [1.2, 1.4], c, f, d)).bicubic(1.0).picture(288)
        .published("ra2_in1k", 288, Some(81.5), 1.63);
    EfficientNetB4 = Spec::new("efficientnet_b4", &B4, 17_548_616, |c, f, d| net(&EFFICIENT, [1.4, 1.8], c, f, d)).bicubic(1.0).picture(320)
        .published("ra2_in1k", 320, Some(82.7), 3.13);
    TfEfficientNetB0 = Spec::new("tf_efficientnet_b0", &B0, 4_007_548, |c, f, d| net(&TF_EFFICIENT, [1.0, 1.0], c, f, d)).bicubic(0.875)
        .published("ns_jft_in1k", 224, Some(78.7), 0.40);
    TfEfficientNetB1 = Spec::new("tf_efficientnet_b1", &B0, 6_513_184, |c, f, d| net(&TF_EFFICIENT, [1.0, 1.1], c, f, d)).bicubic(0.882).picture(240)
        .published("ns_jft_in1k", 240, Some(81.4), 0.71);
    TfEfficientNetB2 = Spec::new("tf_efficientnet_b2", &B2, 7_700_994, |c, f, d| net(&TF_EFFICIENT, [1.1, 1.2], c, f, d)).bicubic(0.89).picture(260)
        .published("ns_jft_in1k", 260, Some(82.4), 1.02);
    TfEfficientNetB3 = Spec::new("tf_efficientnet_b3", &B3, 10_696_232, |c, f, d| net(&TF_EFFICIENT, [1.2, 1.4], c, f, d)).bicubic(0.904).picture(300)
        .published("ns_jft_in1k", 300, Some(84.1), 1.87);
    TfEfficientNetB4 = Spec::new("tf_efficientnet_b4", &B4, 17_548_616, |c, f, d| net(&TF_EFFICIENT, [1.4, 1.8], c, f, d)).bicubic(0.922).picture(380)
        .published("ns_jft_in1k", 380, Some(85.2), 4.49);
    TfEfficientNetV2S = Spec::new("tf_efficientnetv2_s", &V2S, 20_177_488, |c, f, d| net(&EFFICIENT_V2_S, [1.0, 1.0], c, f, d))
        .bicubic(1.0).picture(300).halves()
        .published("in21k_ft_in1k", 300, Some(83.3), 5.35);
    MobileNetV3Large = Spec::new("mobilenetv3_large_100", &V3L, 2_971_952, |c, f, d| net(&V3_LARGE, [1.0, 1.0], c, f, d))
        .bicubic(0.875).neck(NeckKind::HardSwish(1280))
        .published("ra_in1k", 224, Some(75.8), 0.23);
    MobileNetV3Small = Spec::new("mobilenetv3_small_100", &V3S, 927_008, |c, f, d| net(&V3_SMALL, [1.0, 1.0], c, f, d))
        .bicubic(0.875).neck(NeckKind::HardSwish(1024))
        .published("lamb_in1k", 224, Some(67.6), 0.06);
    MobileNetV4ConvSmall = Spec::new("mobilenetv4_conv_small", &V4S, 1_261_664, |c, f, d| net(&V4_SMALL, [1.0, 1.0], c, f, d))
        .bicubic(0.875).neck(NeckKind::NormRelu(1280))
        .published("e2400_r224_in1k", 224, Some(73.8), 0.19);
    MobileNetV4ConvMedium = Spec::new("mobilenetv4_conv_medium", &V4M, 7_203_152, |c, f, d| net(&V4_MEDIUM, [1.0, 1.0], c, f, d))
        .bicubic(0.95).picture(256).neck(NeckKind::NormRelu(1280))
        .published("e500_r256_in1k", 256, Some(79.9), 1.10);
    MobileNetV4ConvLarge = Spec::new("mobilenetv4_conv_large", &V4L, 30_078_504, |c, f, d| net(&V4_LARGE, [1.0, 1.0], c, f, d))
        .bicubic(0.95).picture(384).neck(NeckKind::NormRelu(1280))
        .published("e600_r384_in1k", 384, Some(83.0), 6.43);
}

fn net(plan: &Plan, scale: [f64; 2], channels: usize, fresh: &mut Fresh, device: &Device) -> Body {
    Body::MobileNet(MobileNet::new(plan, channels, scale, fresh, device))
}

const EFFICIENT: Plan = Plan {
    stem: 32,
    stages: &[
        &[Block::separable(1, 3, 1, 16).squeezed()],
        &[Block::inverted(2, 3, 2, 6.0, 24).squeezed()],
        &[Block::inverted(2, 5, 2, 6.0, 40).squeezed()],
        &[Block::inverted(3, 3, 2, 6.0, 80).squeezed()],
        &[Block::inverted(3, 5, 1, 6.0, 112).squeezed()],
        &[Block::inverted(4, 5, 2, 6.0, 192).squeezed()],
        &[Block::inverted(1, 3, 1, 6.0, 320).squeezed()],
    ],
    top: Some(1280),
    style: Style::new(Activation::Silu),
};

const TF_EFFICIENT: Plan = Plan { style: EFFICIENT.style.tensorflow(), ..EFFICIENT };

const EFFICIENT_V2_S: Plan = Plan {
    stem: 24,
    stages: &[
        &[Block::conv(2, 3, 1, 24).skip()],
        &[Block::edge(4, 3, 2, 4.0, 48)],
        &[Block::edge(4, 3, 2, 4.0, 64)],
        &[Block::inverted(6, 3, 2, 4.0, 128).squeezed()],
        &[Block::inverted(9, 3, 1, 6.0, 160).squeezed()],
        &[Block::inverted(15, 3, 2, 6.0, 256).squeezed()],
    ],
    top: Some(1280),
    style: Style::new(Activation::Silu).tensorflow(),
};

const V3_LARGE: Plan = Plan {
    stem: 16,
    stages: &[
        &[Block::separable(1, 3, 1, 16).relu()],
        &[Block::inverted(1, 3, 2, 4.0, 24).relu(), Block::inverted(1, 3, 1, 3.0, 24).relu()],
        &[Block::inverted(3, 5, 2, 3.0, 40).squeezed().relu()],
        &[Block::inverted(1, 3, 2, 6.0, 80), Block::inverted(1, 3, 1, 2.5, 80), Block::inverted(2, 3, 1, 2.3, 80)],
        &[Block::inverted(2, 3, 1, 6.0, 112).squeezed()],
        &[Block::inverted(3, 5, 2, 6.0, 160).squeezed()],
        &[Block::conv(1, 1, 1, 960)],
    ],
    top: None,
    style: Style::new(Activation::HardSwish).hard(),
};

const V3_SMALL: Plan = Plan {
    stem: 16,
    stages: &[
        &[Block::separable(1, 3, 2, 16).squeezed().relu()],
        &[Block::inverted(1, 3, 2, 4.5, 24).relu(), Block::inverted(1, 3, 1, 3.67, 24).relu()],
        &[Block::inverted(1, 5, 2, 4.0, 40).squeezed(), Block::inverted(2, 5, 1, 6.0, 40).squeezed()],
        &[Block::inverted(2, 5, 1, 3.0, 48).squeezed()],
        &[Block::inverted(3, 5, 2, 6.0, 96).squeezed()],
        &[Block::conv(1, 1, 1, 576)],
    ],
    top: None,
    style: Style::new(Activation::HardSwish).hard(),
};

const V4_SMALL: Plan = Plan {
    stem: 32,
    stages: &[
        &[Block::conv(1, 3, 2, 32), Block::conv(1, 1, 1, 32)],
        &[Block::conv(1, 3, 2, 96), Block::conv(1, 1, 1, 64)],
        &[
            Block::universal(1, [5, 5], 2, 3.0, 96),
            Block::universal(4, [0, 3], 1, 2.0, 96),
            Block::universal(1, [3, 0], 1, 4.0, 96),
        ],
        &[
            Block::universal(1, [3, 3], 2, 6.0, 128),
            Block::universal(1, [5, 5], 1, 4.0, 128),
            Block::universal(1, [0, 5], 1, 4.0, 128),
            Block::universal(1, [0, 5], 1, 3.0, 128),
            Block::universal(2, [0, 3], 1, 4.0, 128),
        ],
        &[Block::conv(1, 1, 1, 960)],
    ],
    top: None,
    style: Style::new(Activation::Relu),
};

const V4_MEDIUM: Plan = Plan {
    stem: 32,
    stages: &[
        &[Block::edge(1, 3, 2, 4.0, 48)],
        &[Block::universal(1, [3, 5], 2, 4.0, 80), Block::universal(1, [3, 3], 1, 2.0, 80)],
        &[
            Block::universal(1, [3, 5], 2, 6.0, 160),
            Block::universal(2, [3, 3], 1, 4.0, 160),
            Block::universal(1, [3, 5], 1, 4.0, 160),
            Block::universal(1, [3, 3], 1, 4.0, 160),
            Block::universal(1, [3, 0], 1, 4.0, 160),
            Block::universal(1, [0, 0], 1, 2.0, 160),
            Block::universal(1, [3, 0], 1, 4.0, 160),
        ],
        &[
            Block::universal(1, [5, 5], 2, 6.0, 256),
            Block::universal(1, [5, 5], 1, 4.0, 256),
            Block::universal(2, [3, 5], 1, 4.0, 256),
            Block::universal(1, [0, 0], 1, 4.0, 256),
            Block::universal(1, [3, 0], 1, 4.0, 256),
            Block::universal(1, [3, 5], 1, 2.0, 256),
            Block::universal(1, [5, 5], 1, 4.0, 256),
            Block::universal(2, [0, 0], 1, 4.0, 256),
            Block::universal(1, [5, 0], 1, 2.0, 256),
        ],
        &[Block::conv(1, 1, 1, 960)],
    ],
    top: None,
    style: Style::new(Activation::Relu),
};

const V4_LARGE: Plan = Plan {
    stem: 24,
    stages: &[
        &[Block::edge(1, 3, 2, 4.0, 48)],
        &[Block::universal(1, [3, 5], 2, 4.0, 96), Block::universal(1, [3, 3], 1, 4.0, 96)],
        &[
            Block::universal(1, [3, 5], 2, 4.0, 192),
            Block::universal(3, [3, 3], 1, 4.0, 192),
            Block::universal(1, [3, 5], 1, 4.0, 192),
            Block::universal(5, [5, 3], 1, 4.0, 192),
            Block::universal(1, [3, 0], 1, 4.0, 192),
        ],
        &[
            Block::universal(4, [5, 5], 2, 4.0, 512),
            Block::universal(1, [5, 0], 1, 4.0, 512),
            Block::universal(1, [5, 3], 1, 4.0, 512),
            Block::universal(2, [5, 0], 1, 4.0, 512),
            Block::universal(1, [5, 3], 1, 4.0, 512),
            Block::universal(1, [5, 5], 1, 4.0, 512),
            Block::universal(3, [5, 0], 1, 4.0, 512),
        ],
        &[Block::conv(1, 1, 1, 960)],
    ],
    top: None,
    style: Style::new(Activation::Relu),
};
