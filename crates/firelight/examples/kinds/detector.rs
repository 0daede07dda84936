//! The smallest detector: each of 4 by 4 cells of a picture may have the middle of one box.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::{Device, Int, Tensor, activation};
use firelight::datablock::{Box4, PaddedBoxes};
use firelight::models::Model;
use firelight::prelude::*;

/// Cells along a side, and all of them.
const SIDE: usize = 4;
const ALL: usize = SIDE * SIDE;

// ANCHOR: model
/// Of each cell whether a box has its middle there, how far the sides are from the cell's middle, and a score a class.
#[derive(Module, Debug)]
pub struct Cells {
    convolutions: Vec<Conv2d>,
    numbers: Linear,
}

impl Cells {
    /// For pictures of 32 pixels.
    pub fn new(classes: usize, device: &Device) -> Self {
        let half = |from, to| Conv2dConfig::new([from, to], [3, 3]).with_stride([2, 2]);
        let half = |from, to| half(from, to).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1)).init(device);
        let convolutions = vec![half(3, 16), half(16, 32), half(32, 64)];
        Self { convolutions, numbers: LinearConfig::new(64, 1 + 4 + classes).init(device) }
    }

    /// What a row of the model's numbers says: the classes and boxes of the cells that have one, from -1 to 1.
    pub fn found(row: &[f32], vocab: &Vocab) -> Vec<(String, Box4)> {
        let cells = row.chunks(row.len() / ALL).zip(middles());
        let box_of = |(numbers, [x, y]): (&[f32], [f32; 2])| {
            let best = numbers[5..].iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))?;
            let area = [x + numbers[1], y + numbers[2], x + numbers[3], y + numbers[4]];
            (numbers[0] > 0.0).then(|| (vocab.name(best.0).unwrap_or_default().to_owned(), area))
        };
        cells.filter_map(box_of).collect()
    }
}

impl Model for Cells {
    type Features = Tensor<4>;
    fn features(&self, pictures: Tensor<4>) -> Tensor<4> {
        self.convolutions.iter().fold(pictures, |maps, layer| activation::relu(layer.forward(maps)))
    }
    fn classify(&self, features: Tensor<4>) -> Tensor<2> {
        let cells = features.flatten::<3>(2, 3).swap_dims(1, 2); // [batch, cells, 64]
        self.numbers.forward(cells).flatten(1, 2)
    }
    fn groups(&self) -> Vec<String> {
        vec![r"^convolutions\.".into(), r"^numbers\.".into()]
    }
}
// ANCHOR_END: model

/// The middles of the cells, row after row, from -1 to 1.
fn middles() -> impl Iterator<Item = [f32; 2]> {
    let at = |place: usize| (2 * place + 1) as f32 / SIDE as f32 - 1.0;
    (0..ALL).map(move |cell| [at(cell % SIDE), at(cell / SIDE)])
}

// ANCHOR: loss
/// Of each box the numbers of the cell that has its middle, and of all cells whether they have one.
#[derive(Debug)]
pub struct CellLoss;

impl Loss<PaddedBoxes> for CellLoss {
    fn per_example(&self, output: Tensor<2>, (sides, classes, counts): PaddedBoxes) -> Tensor<1> {
        let ([batch, most, _], numbers, device) = (sides.dims(), output.dims()[1] / ALL, output.device());
        let cells = output.reshape([batch, ALL, numbers]);
        let place = Tensor::<1, Int>::arange(0..most as i64, &device).unsqueeze::<2>().expand([batch, most]);
        let taken = place.lower(counts.unsqueeze_dim::<2>(1).expand([batch, most])).float();

        let middle = (sides.clone().narrow(2, 0, 2) + sides.clone().narrow(2, 2, 2)) / 2.0;
        let at = ((middle + 1.0) * (SIDE as f32 / 2.0)).floor().clamp(0.0, SIDE as f32 - 1.0);
        let cell = (at.clone().narrow(2, 1, 1) * SIDE as f32 + at.narrow(2, 0, 1)).int(); // [batch, most, 1]
        let middles: Vec<f32> = middles().flat_map(|[x, y]| [x, y, x, y]).collect();
        let middles = Tensor::<1>::from_floats(&middles[..], &device).reshape([1, ALL, 4]).expand([batch, ALL, 4]);
        let of_cell = |values: Tensor<3>| {
            let width = values.dims()[2];
            values.gather(1, cell.clone().expand([batch, most, width]))
        };
        let offset =
            (of_cell(cells.clone().narrow(2, 1, 4)) + of_cell(middles) - sides).abs().sum_dim(2).squeeze_dim::<2>(2);
        let likely = activation::log_softmax(of_cell(cells.clone().narrow(2, 5, numbers - 5)), 2);
        let wrong = likely.gather(2, classes.unsqueeze_dim(2)).squeeze_dim::<2>(2).neg();

        let has_one = Tensor::<2>::zeros([batch, ALL], &device);
        let has_one = has_one.scatter(1, cell.squeeze_dim::<2>(2), taken.clone(), burn::tensor::IndexingUpdateOp::Add);
        let score = cells.narrow(2, 0, 1).squeeze_dim::<2>(2);
        let unsure = activation::softplus(score.clone(), 1.0) - score * has_one.clamp(0.0, 1.0);
        ((offset + wrong) * taken).sum_dim(1).squeeze_dim(1) + unsure.sum_dim(1).squeeze_dim(1)
    }

    /// Numbers as they are: half of them are sides.
    fn activation(&self, output: Tensor<2>) -> Tensor<2> {
        output
    }
}
// ANCHOR_END: loss
