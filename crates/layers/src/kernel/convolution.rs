use super::direct;
use super::planes::Planes;
use super::product::{Placement, Weights, product};
use super::scratch::{Blank, with_scratch, written};
use super::winograd::{Tiles, convolve, transform, weights_len};
use super::{Columns, Finish, Window};

/// The convolution of `input` with `weight`, both as burn has them, all groups.
pub fn forward(window: &Window, input: &[f32], weight: &[f32], finish: &Finish) -> Vec<f32> {
    forward_with(window, input, weight, None, finish)
}

/// The same with what [`transformed`] has made of the weights, if anything.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn forward_with(
    window: &Window,
    input: &[f32],
    weight: &[f32],
    transformed: Option<&[f32]>,
    finish: &Finish,
) -> Vec<f32> {
    let len = window.batch * window.channels[1] * window.output_plane();
    // SAFETY: the groups have all channels between them, and each writes all positions of its own.
    unsafe { written(len, |output| forward_into(window, input, weight, transformed, finish, output)) }
}

/// The weights as the forward pass reads them, where that takes more than reading.
pub fn transformed(window: &Window, weight: &[f32]) -> Option<Vec<f32>> {
    let tiles = Tiles::forward(window)?;
    let mut weights = vec![0.0; weights_len(&tiles)];
    transform(&tiles, |target, source| kernel(weight, target * window.inputs() + source), &mut weights);
    Some(weights)
}

fn forward_into(
    window: &Window,
    input: &[f32],
    weight: &[f32],
    transformed: Option<&[f32]>,
    finish: &Finish,
    output: &mut [Blank],
) {
    if direct::fits(window) {
        return direct::forward(window, input, weight, finish, output);
    }
    let Some(tiles) = Tiles::forward(window) else {
        return forward_by_taps(window, input, weight, finish, output);
    };
    let planes = Planes::new(output, window.output_plane(), window.channels[1]);
    let infinite = match transformed {
        Some(weights) => convolve(&tiles, input, weights, &planes, finish),
        None => with_scratch(weights_len(&tiles), |weights| {
            transform(&tiles, |target, source| kernel(weight, target * window.inputs() + source), weights);
            convolve(&tiles, input, weights, &planes, finish)
        }),
    };
    for picture in infinite {
        let (one, [source, target]) = window.of_picture(picture);
        let finish = finish.of_picture(target.clone());
        forward_by_taps(&one, &input[source], weight, &finish, &mut output[target]);
    }
}

fn forward_by_taps(window: &Window, input: &[f32], weight: &[f32], finish: &Finish, output: &mut [Blank]) {
    let planes = Planes::new(output, window.output_plane(), window.channels[1]);
    let (inputs, outputs, taps) = (window.inputs(), window.outputs(), window.taps());
    let steps = inputs * taps;
    Columns::of_input(window, input, |columns| {
        for group in 0..window.groups {
            let weight = &weight[group * outputs * steps..][..outputs * steps];
            columns.begin_at(group * inputs);
            let width = window.output_size()[1];
            let place = Placement { channel: group * outputs, width, step: [1, 1], origin: [0, 0] };
            let weights = Weights::plain(weight, outputs, steps);
            product(&weights, columns, window.batch, &planes, place, finish);
        }
    });
}

/// The gradient of the input, given the output's: for each remainder of the input positions by the stride a convolution
/// of the output gradient with those taps that meet them.
#[expect(unsafe_code, reason = "outputs are written once, not twice")]
pub fn input_gradient(window: &Window, weight: &[f32], gradient: &[f32]) -> Vec<f32> {
    let len = window.batch * window.channels[0] * window.input_plane();
    // SAFETY: the remainders have all positions between them, the groups all channels, and each writes all of its own.
    unsafe { written(len, |output| input_gradient_into(window, weight, gradient, output)) }
}

fn input_gradient_into(window: &Window, weight: &[f32], gradient: &[f32], output: &mut [Blank]) {
    if let Some((turned, kernels)) = direct::turned(window, weight) {
        return direct::forward(&turned, gradient, &kernels, &Finish::default(), output);
    }
    let Some(tiles) = Tiles::backward(window) else {
        return input_gradient_by_taps(window, weight, gradient, output);
    };
    let turned = |target, source| {
        let mut kernel = kernel(weight, source * window.inputs() + target);
        kernel.reverse();
        kernel
    };
    let planes = Planes::new(output, window.input_plane(), window.channels[0]);
    let infinite = with_scratch(weights_len(&tiles), |weights| {
        transform(&tiles, turned, weights);
        convolve(&tiles, gradient, weights, &planes, &Finish::default())
    });
    for picture in infinite {
        let (one, [target, source]) = window.of_picture(picture);
        input_gradient_by_taps(&one, weight, &gradient[source], &mut output[target]);
    }
}

fn input_gradient_by_taps(window: &Window, weight: &[f32], gradient: &[f32], output: &mut [Blank]) {
    let planes = Planes::new(output, window.input_plane(), window.channels[0]);
    let (inputs, outputs, taps) = (window.inputs(), window.outputs(), window.taps());
    let phases = (0..window.stride[0].min(window.size[0]))
        .flat_map(|y| (0..window.stride[1].min(window.size[1])).map(move |x| [y, x]));
    for phase in phases {
        let (mut columns, used) = Columns::of_output(window, gradient, phase);
        for group in 0..window.groups {
            let weight = &weight[group * outputs * inputs * taps..][..outputs * inputs * taps];
            let fill = |first: usize, rows: usize, block: &mut [f32]| {
                let rows_here = rows.min(inputs - first);
                for (output, block) in block.chunks_exact_mut(rows * used.len()).enumerate() {
                    let weight = &weight[(output * inputs + first) * taps..][..rows_here * taps];
                    for (block, tap) in block.chunks_exact_mut(rows).zip(&used) {
                        for (target, value) in block.iter_mut().zip(weight[*tap..].iter().step_by(taps)) {
                            *target = *value;
                        }
                    }
                }
            };
            columns.begin_at(group * outputs);
            let place =
                Placement { channel: group * inputs, width: window.size[1], step: window.stride, origin: phase };
            Weights::weave(inputs, outputs * used.len(), fill, |weights| {
                product(weights, &columns, window.batch, &planes, place, &Finish::default());
            });
        }
    }
}

/// One 3×3 kernel of the weights.
#[inline(always)]
fn kernel(weight: &[f32], index: usize) -> [f32; 9] {
    weight.as_chunks::<9>().0[index]
}
