//! Layers.

use burn::backend::ir::{
    AdaptiveAvgPool2dOpIr, AttentionOpIr, Conv2dOpIr, Conv2dOptionsIr, ConvTranspose2dOpIr, ConvTranspose2dOptionsIr,
    InterpolateModeIr, InterpolateOpIr, LayerNormOpIr, LinearOpIr, ModuleOperationIr, ScalarIr, TensorIr,
};

use super::{Lowered, direct};
use crate::OnnxError;
use crate::builder::{Builder, float, int, ints, text};
use crate::proto::Attribute;

pub(super) fn lower(graph: &mut Builder, operation: &ModuleOperationIr) -> Result<Lowered, OnnxError> {
    use ModuleOperationIr as Layer;
    Ok(match operation {
        Layer::Conv2d(conv) => convolution(graph, conv),
        Layer::ConvTranspose2d(conv) => transposed(graph, conv),
        Layer::BatchNorm(norm) => {
            let inputs =
                [&norm.x, &norm.gamma, &norm.beta, &norm.mean, &norm.variance].map(|tensor| graph.name(tensor));
            graph.gives(&norm.out, "BatchNormalization", inputs.to_vec(), vec![float("epsilon", norm.epsilon.elem())]);
            Lowered::Done
        }
        Layer::LayerNorm(norm) => layer_norm(graph, norm),
        Layer::Linear(linear) => product(graph, linear),
        Layer::Attention(attention) => attend(graph, attention)?,
        Layer::MaxPool2d(pool) => {
            let window =
                Window { kernel: pool.kernel_size, stride: pool.stride, padding: pool.padding, ceil: pool.ceil_mode };
            let attributes = window.attributes().chain([ints("dilations", pool.dilation)]).collect();
            let input = graph.name(&pool.x);
            graph.gives(&pool.out, "MaxPool", vec![input], attributes);
            Lowered::Done
        }
        Layer::AvgPool2d(pool) => {
            let window =
                Window { kernel: pool.kernel_size, stride: pool.stride, padding: pool.padding, ceil: pool.ceil_mode };
            let attributes =
                window.attributes().chain([int("count_include_pad", i64::from(pool.count_include_pad))]).collect();
            let input = graph.name(&pool.x);
            graph.gives(&pool.out, "AveragePool", vec![input], attributes);
            Lowered::Done
        }
        Layer::AdaptiveAvgPool2d(pool) => adaptive(graph, pool),
        Layer::Interpolate(resize) => resized(graph, resize),
        _ => Lowered::Not("there is no rule for it"),
    })
}

/// What a pool slides over a map.
struct Window {
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    ceil: bool,
}

impl Window {
    fn attributes(&self) -> impl Iterator<Item = Attribute> + use<> {
        let [top, left] = self.padding;
        [
            ints("kernel_shape", self.kernel),
            ints("strides", self.stride),
            ints("pads", [top, left, top, left]),
            int("ceil_mode", i64::from(self.ceil)),
        ]
        .into_iter()
    }
}

fn with_bias(graph: &Builder, tensors: [&TensorIr; 2], bias: Option<&TensorIr>) -> Vec<String> {
    tensors.into_iter().chain(bias).map(|tensor| graph.name(tensor)).collect()
}

/// What a convolution and its transpose say of their kernels; padding at the top, left, bottom and right.
fn kernel(
    weight: &TensorIr,
    stride: [usize; 2],
    pads: [usize; 4],
    dilation: [usize; 2],
    groups: usize,
) -> Vec<Attribute> {
    vec![
        ints("kernel_shape", [weight.shape[2], weight.shape[3]]),
        ints("strides", stride),
        ints("pads", pads),
        ints("dilations", dilation),
        int("group", groups as i64),
    ]
}

fn convolution(graph: &mut Builder, conv: &Conv2dOpIr) -> Lowered {
    let inputs = with_bias(graph, [&conv.x, &conv.weight], conv.bias.as_ref());
    let Conv2dOptionsIr { stride, padding: [(top, bottom), (left, right)], dilation, groups } = conv.options;
    let attributes = kernel(&conv.weight, stride, [top, left, bottom, right], dilation, groups);
    graph.gives(&conv.out, "Conv", inputs, attributes);
    Lowered::Done
}

fn transposed(graph: &mut Builder, conv: &ConvTranspose2dOpIr) -> Lowered {
    let inputs = with_bias(graph, [&conv.x, &conv.weight], conv.bias.as_ref());
    let ConvTranspose2dOptionsIr { stride, padding: [top, left], padding_out, dilation, groups } = conv.options;
    let mut attributes = kernel(&conv.weight, stride, [top, left, top, left], dilation, groups);
    attributes.push(ints("output_padding", padding_out));
    graph.gives(&conv.out, "ConvTranspose", inputs, attributes);
    Lowered::Done
}

fn layer_norm(graph: &mut Builder, norm: &LayerNormOpIr) -> Lowered {
    let inputs = with_bias(graph, [&norm.input, &norm.gamma], norm.beta.as_ref());
    graph.gives(&norm.out, "LayerNormalization", inputs, vec![int("axis", -1), float("epsilon", norm.epsilon.elem())]);
    Lowered::Done
}

fn product(graph: &mut Builder, linear: &LinearOpIr) -> Lowered {
    let Some(bias) = &linear.bias else { return direct(graph, "MatMul", &[&linear.x, &linear.weight], &linear.out) };
    let (inputs, bias) = (with_bias(graph, [&linear.x, &linear.weight], None), graph.name(bias));
    let product = graph.between("MatMul", inputs, vec![]);
    graph.gives(&linear.out, "Add", vec![product, bias], vec![]);
    Lowered::Done
}

/// `softmax(q · kᵀ · scale) · v`.
fn attend(graph: &mut Builder, attention: &AttentionOpIr) -> Result<Lowered, OnnxError> {
    let AttentionOpIr { query, key, value, mask, attn_bias, options, out } = attention;
    if mask.is_some() || options.softcap.is_some() || options.is_causal {
        return Ok(Lowered::Not("it has a mask, a cap or an order"));
    }
    let [_, _, _, width] = query.shape.as_slice() else { return Ok(Lowered::Not("its queries have not four axes")) };
    let scale = options.scale.unwrap_or(ScalarIr::Float(1.0 / (*width as f64).sqrt()));
    let scale = graph.scalar(query.dtype, scale)?;
    let [query, key, value] = [query, key, value].map(|tensor| graph.name(tensor));
    let keys = graph.between("Transpose", vec![key], vec![ints("perm", [0, 1, 3, 2])]);
    let scaled = graph.between("Mul", vec![query, scale], vec![]);
    let mut scores = graph.between("MatMul", vec![scaled, keys], vec![]);
    if let Some(bias) = attn_bias {
        let bias = graph.name(bias);
        scores = graph.between("Add", vec![scores, bias], vec![]);
    }
    let shares = graph.between("Softmax", vec![scores], vec![int("axis", -1)]);
    graph.gives(out, "MatMul", vec![shares, value], vec![]);
    Ok(Lowered::Done)
}

fn adaptive(graph: &mut Builder, pool: &AdaptiveAvgPool2dOpIr) -> Lowered {
    let sizes = [0, 1].map(|axis| (pool.x.shape[2 + axis], pool.output_size[axis]));
    if pool.output_size == [1, 1] {
        return direct(graph, "GlobalAveragePool", &[&pool.x], &pool.out);
    }
    if sizes.iter().any(|(from, to)| from % to != 0) {
        return Lowered::Not("the map is no whole multiple of the output");
    }
    let step = sizes.map(|(from, to)| from / to);
    let input = graph.name(&pool.x);
    graph.gives(&pool.out, "AveragePool", vec![input], vec![ints("kernel_shape", step), ints("strides", step)]);
    Lowered::Done
}

fn resized(graph: &mut Builder, resize: &InterpolateOpIr) -> Lowered {
    let [from, to] = [&resize.x, &resize.out].map(|map| [map.shape[2], map.shape[3]]);
    let input = graph.name(&resize.x);
    let mode = match resize.options.mode {
        InterpolateModeIr::Nearest => {
            // Which pixels, and not by which factor: rounding is a runtime's own.
            let [rows, columns] = [0, 1].map(|axis| {
                let places: Vec<i64> = (0..to[axis]).map(|place| (place * from[axis] / to[axis]) as i64).collect();
                graph.whole(&places)
            });
            let tall = graph.between("Gather", vec![input, rows], vec![int("axis", 2)]);
            graph.gives(&resize.out, "Gather", vec![tall, columns], vec![int("axis", 3)]);
            return Lowered::Done;
        }
        InterpolateModeIr::Bilinear => "linear",
        InterpolateModeIr::Bicubic => "cubic",
        InterpolateModeIr::NearestExact | InterpolateModeIr::Lanczos3 => {
            return Lowered::Not("the format has no such filter");
        }
    };
    let corners = if resize.options.align_corners { "align_corners" } else { "half_pixel" };
    let sizes = graph.whole(&to.map(|size| size as i64));
    let attributes = vec![text("mode", mode), text("coordinate_transformation_mode", corners), ints("axes", [2, 3])];
    // Neither a region nor factors.
    graph.gives(&resize.out, "Resize", vec![input, String::new(), String::new(), sizes], attributes);
    Lowered::Done
}
