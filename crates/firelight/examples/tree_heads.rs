//! Heads that know a tree of the classes, trees that are learned, labels that say less than a class. On pictures that it draws.

use std::path::Path;

use firelight::Error;
use firelight::prelude::*;
use image::{Rgb, RgbImage};

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    for n in 0..96_u32 {
        let (name, stripes, hue) =
            [("lion", 40, 40), ("tiger", 5, 40), ("zebra", 3, 200), ("donkey", 30, 200)][n as usize % 4];
        let bright = |x: u32| if ((x + n) / stripes).is_multiple_of(2) { 230 } else { 60 };
        let picture = RgbImage::from_fn(32, 32, |x, y| Rgb([bright(x), (y * 4) as u8, hue]));
        picture.save(folder.path().join(format!("{name}_{n}.png")))?;
    }
    let loaders = |folder: &Path| {
        let animals = CategoryBlock::new(RegexLabeller::file_name(r"(.+)_\d+\.png$")?);
        let block = DataBlock::new(ImageBlock::rgb(), animals).with_batch_transforms(aug_transforms().size(32));
        Ok::<_, Error>(block.dataloaders(folder, &device_from_env()?)?.with_batch_size(8))
    };
    let dls = loaders(folder.path())?;
    let body = Backbone::from(Arch::Small);

    // ANCHOR: head
    let animals = Taxonomy::from_paths(["cats/lion", "cats/tiger", "horses/donkey", "horses/zebra"])?;
    let tree = ClassTree::new(&animals, dls.vocab())?;
    let framed = body.clone().with_head(ClassHead::frame(&tree)?); // the head brings its loss
    let mut learn = vision_learner(dls.clone(), framed)?.with_metrics([accuracy(), mistake_severity(&tree.parents())]);
    learn.fit_one_cycle(4, 1e-2)?;
    learn.export(folder.path().join("animals.firelight"))?; // as any classifier
    // ANCHOR_END: head

    // ANCHOR: heads
    // A body that does not train: each head takes seconds, on features that are computed once.
    learn.freeze()?;
    let features = learn.head_features(0)?;
    learn.fit_head_on(&features, 10, 5e-3)?;
    // ANCHOR_END: heads

    // ANCHOR: own_loss
    let frame = ClassFrame::new(&tree, 5.0)?; // cosines that fall faster than by the usual 2
    let gentle = FrameCrossEntropy::new(&frame).with_alpha(0.2)?; // less of the cosines than the usual 0.4
    let framed = vision_learner(dls.clone(), body.clone().with_head(ClassHead::Frame(frame)))?.with_loss(gentle);

    let rare = LogitAdjusted::new(CrossEntropy::new(), dls.class_counts(), 1.0, dls.vocab())?; // for classes of different sizes
    let both = ParentCrossEntropy::new(&tree.parents()).with_classes(rare);
    let parents =
        vision_learner(dls.clone(), body.clone().with_head(ClassHead::parents(&tree.parents())))?.with_loss(both);
    // ANCHOR_END: own_loss
    println!("{:?} {:?}", framed.evaluate()?.metrics, parents.evaluate()?.metrics);

    // ANCHOR: learned
    let looks = learn.class_vectors(&features)?.taxonomy(Distance::Cosine)?; // or `taxonomy_of(…, &[2])`: two groups
    println!("{looks}");
    let learned = ClassTree::new(&looks, dls.vocab())?;
    // ANCHOR_END: learned
    vision_learner(dls, body.clone().with_head(ClassHead::frame(&learned)?))?.evaluate()?;

    // ANCHOR: nodes
    let label = |file: &Path| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (animal, number) = name.split_once('_').unwrap_or_default();
        let group = if ["lion", "tiger"].contains(&animal) { "cats" } else { "horses" };
        let label = if number.starts_with('1') { group } else { animal }; // of some files nobody knew more than the group
        Ok(label.to_owned())
    };
    let dls = DataBlock::new(ImageBlock::rgb(), NodeBlock::new(&animals, label)?)
        .with_batch_transforms(aug_transforms().size(32))
        .dataloaders(folder.path(), &device_from_env()?)?
        .with_batch_size(8);
    let mut learn = vision_learner(dls, body)?;
    learn.fit_one_cycle(4, 1e-2)?;
    for label in learn.interpret()?.labels() {
        println!("{}: {} of {} within, mostly {}", label.name, label.within, label.items, label.most);
    }
    println!("{}", learn.answer(folder.path().join("zebra_2.png"))?); // a class, whatever the labels said
    // ANCHOR_END: nodes
    Ok(())
}
