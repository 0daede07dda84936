//! Some validation pictures with what the model says of them.

use burn::tensor::{Int, Tensor, TensorData};
use firelight_datablock::Categories;
use firelight_losses::Loss;
use firelight_transforms::{Chance, Scratch, Size, TransformError};
use firelight_vocab::Vocab;
use image::RgbImage;

use crate::fit::{host, pick};
use crate::models::Model;
use crate::pictures::{Mark, Tile, grid};
use crate::{Learner, LearnerError};

impl<L: Loss<Tensor<1, Int>>, M: Model + Sync> Learner<Categories, L, M> {
    /// `count` pictures of the validation part as the model sees them, with the class that it picks and, where that is
    /// wrong, the actual one; right and wrong ones are marked.
    ///
    /// Which pictures is a draw from the learner's seed; the next call shows the same ones.
    ///
    /// # Errors
    ///
    /// Any [`LearnerError`] of data and classes.
    pub fn show_results(&self, count: usize) -> Result<RgbImage, LearnerError> {
        self.check_classes()?;
        let dataset = self.data.valid().dataset();
        let mut order: Vec<usize> = (0..dataset.len()).collect();
        Chance::new(self.options.seed, 0, u64::MAX).shuffle(&mut order);
        order.truncate(count);

        let model = self.model.for_inference();
        let normalize = self.data.transforms().normalize();
        let mut scratch = Scratch::default();
        let mut tile = |&item: &usize| {
            let picture = dataset.picture(item)?;
            let path = &dataset.items()[item];
            let named =
                |source: TransformError| LearnerError::Input { path: path.clone(), source: source.in_file(path) };
            let (size, planes) = self.data.transforms().planes(&picture, None, &mut scratch).map_err(named)?;
            let picture = normalize.decode(&planes, size);
            let row = host(self.loss.activation(model.forward(self.input(size, planes))));
            let said = Said { predicted: pick(&self.decision, &row), actual: dataset.targets()[item] };
            Ok(said.tile(self.data.vocab(), picture, |class| row[class]))
        };
        let tiles = order.iter().map(&mut tile).collect::<Result<Vec<Tile>, LearnerError>>()?;
        Ok(grid(&tiles, 0))
    }

    fn input(&self, size: Size, planes: Vec<f32>) -> Tensor<4> {
        let device = self.data.device().clone().inner();
        Tensor::from_data(TensorData::new(planes, [1, 3, size.height as usize, size.width as usize]), &device)
    }
}

/// A prediction beside the truth.
pub(super) struct Said {
    pub predicted: usize,
    pub actual: usize,
}

impl Said {
    /// The picture with what is said of it, and what is true where that differs.
    pub fn tile(&self, vocab: &Vocab, picture: RgbImage, probability: impl Fn(usize) -> f32) -> Tile {
        let class = |class: usize| format!("{} {:.0} %", &vocab[class], 100.0 * probability(class));
        let right = self.actual == self.predicted;
        let title = if right {
            vec![class(self.predicted)]
        } else {
            vec![format!("said {}", class(self.predicted)), format!("is {}", class(self.actual))]
        };
        Tile { picture, title, mark: Some(if right { Mark::Right } else { Mark::Wrong }) }
    }
}
