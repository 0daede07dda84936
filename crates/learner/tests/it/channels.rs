//! Learners of pictures of other channels, and of several an item.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    DataBlock, DataLoaders, FittedTarget, IndexSplitter, InputBlock, MaskBlock, PointBlock, TargetBlock,
};
use firelight_learner::models::{Arch, BodyConfig, UNetConfig};
use firelight_learner::{Backbone, LearnerError, NetworkConfig, position_learner, unet_learner, vision_learner};
use firelight_transforms::{Bands, Limits, Mask, Picture, Resize, Size, TransformError, open};
use firelight_vocab::Vocab;

use crate::shapes;

/// Reads red, green and blue as a picture each, and says that an item has pictures of so many channels.
#[derive(Debug, Clone)]
struct Said(Vec<usize>);

impl InputBlock for Said {
    fn read(&self, path: &Path) -> Result<Picture, TransformError> {
        let colours = Bands::from(&open(path, &Limits::default())?);
        let one = |channel| Bands::new(colours.size(), colours.plane(channel).unwrap_or_default().to_vec());
        Ok(Picture::Several((0..3).map(|channel| one(channel).map(Picture::from)).collect::<Result<_, _>>()?))
    }

    fn channels(&self) -> Vec<usize> {
        self.0.clone()
    }
}

/// Red, green and blue as a picture of one channel each.
fn three() -> Said {
    Said(vec![1; 3])
}

fn small() -> Backbone {
    Backbone::from(Arch::Small).with_dropout(0.0)
}

#[test]
fn several_pictures_train_and_predict() {
    let folder = shapes::folder(24);
    let loaders = || shapes::loaders_of(three(), folder.path(), &Device::flex());
    let mut learn = vision_learner(loaders(), small()).expect("a learner").without_observers();
    learn.fit_one_cycle(2, 1e-2).expect("a fit");
    let all = learn.predictions().expect("predictions");
    let predictor = learn.predictor().expect("a predictor");
    let network = &predictor.manifest().network;
    let expected = BodyConfig::new(Arch::Small).with_channels(1).with_pictures(3);
    assert_eq!(network.body(), Some(&expected));
    assert!(matches!(network, NetworkConfig::Vision { head, .. } if head.features() == expected.features()));
    let items = learn.data().valid().dataset().items().to_vec();
    for (row, &item) in all.items.iter().enumerate() {
        for (one, many) in predictor.predict(&items[item]).expect("a prediction").probabilities.iter().zip(all.row(row))
        {
            assert!((one - many).abs() < 1e-5, "{one} and {many}");
        }
    }
    learn.set_data(loaders()).expect("the same pictures");
    let others = shapes::loaders(&folder, &Device::flex());
    let error = learn.set_data(others).expect_err("one picture of colours").to_string();
    assert_eq!(
        error,
        "data: of channels [3] makes no sense; give data with as many pictures an item as the model sees, of as many channels"
    );
}

/// The mean of the three means, and of the three deviations.
#[test]
fn pictures_of_one_channel_are_normalised_by_the_mean_of_colours() {
    let folder = shapes::folder(12);
    let loaders = shapes::loaders_of(three(), folder.path(), &Device::flex());
    let learn = vision_learner(loaders, Arch::ResNet18).expect("a learner");
    let normalize = learn.data().transforms().normalize();
    for (found, expected) in normalize.mean.iter().zip([0.449; 3]).chain(normalize.std.iter().zip([0.226; 3])) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }
}

fn loaders<Y: TargetBlock<Fitted: FittedTarget<Item = Path>>>(folder: &Path, target: Y) -> DataLoaders<Y::Fitted> {
    DataBlock::new(three(), target)
        .with_splitter(IndexSplitter::new([0, 1]))
        .with_item_transform(Resize::crop(32))
        .dataloaders(folder, &Device::flex())
        .expect("loaders")
        .with_batch_size(4)
}

#[test]
fn maps_and_positions_are_of_the_pictures_of_the_data() {
    let folder = shapes::folder(12);
    let body = || BodyConfig::new(Arch::Small).with_channels(1).with_pictures(3);
    let names = Vocab::ordered(["ground", "all"]).expect("names");
    let masks = MaskBlock::made(names, |_: &Path| Ok(Mask::filled(Size::square(32), 1)));
    let mut learn = unet_learner(loaders(folder.path(), masks), small()).expect("a learner").without_observers();
    learn.fit_one_cycle(1, 1e-3).expect("a fit");
    let predictor = learn.predictor().expect("a predictor");
    assert_eq!(predictor.manifest().network, NetworkConfig::UNet(UNetConfig::new(body(), 2)));

    let corner = PointBlock::new(|_: &Path| Ok(vec![[8.0, 8.0]]));
    let mut learn = position_learner(loaders(folder.path(), corner), small()).expect("a learner").without_observers();
    learn.fit_one_cycle(1, 1e-3).expect("a fit");
    let predictor = learn.predictor().expect("a predictor");
    let expected = UNetConfig::new(body(), 1).with_last_cross(false);
    assert_eq!(predictor.manifest().network, NetworkConfig::Positions(expected));
}

/// What an input block may say wrongly is an error before a model is made.
#[test]
fn channels_that_make_no_sense_are_refused() {
    let folder = shapes::folder(12);
    let said = |channels: &[usize]| {
        let loaders = shapes::loaders_of(Said(channels.to_vec()), folder.path(), &Device::flex());
        vision_learner(loaders, small()).map(drop).expect_err("refused")
    };
    assert_eq!(
        said(&[2, 1]).to_string(),
        "channels: [2, 1] makes no sense; one body sees all pictures of an item: give them the same number of channels each"
    );
    for many in [&[5000][..], &[1; 300]] {
        let error = said(many);
        assert!(matches!(&error, LearnerError::Setting { setting: "channels", .. }), "{error}");
    }
    assert!(said(&[5000]).to_string().contains("give an item from 1 to 256 pictures of 1 to 4096 channels each"));
}
