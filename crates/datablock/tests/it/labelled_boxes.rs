//! Boxes with classes, as many an item as there are.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    Box4, Coco, CocoPicture, DataBlock, DataError, FittedTarget, ImageBlock, IndexSplitter, LabelledBoxBlock,
    LabelledBoxes, Labeller, TargetBlock, Voc,
};
use firelight_transforms::{Chance, PictureTransforms, Resize, Size, aug_transforms};
use firelight_vocab::Vocab;
use proptest::prelude::*;

use crate::folder;

fn objects(all: &[(&str, Box4)]) -> LabelledBoxBlock {
    let all: Vec<(String, Box4)> = all.iter().map(|&(class, area)| (class.to_owned(), area)).collect();
    LabelledBoxBlock::new(move |_: &Path| Ok(all.clone()))
}

/// What a block learns of one item.
fn fitted(block: &LabelledBoxBlock) -> Result<(LabelledBoxes, Vec<(usize, Box4)>), DataError> {
    let (fitted, mut targets) = block.fit(&[Path::new("set/1.png")])?;
    Ok((fitted, targets.remove(0)))
}

fn refused(block: &LabelledBoxBlock) -> String {
    fitted(block).map(drop).expect_err("refused").to_string()
}

const PETS: [(&str, Box4); 3] =
    [("dog", [2.0, 2.0, 10.0, 12.0]), ("cat", [0.0, 0.0, 24.0, 20.0]), ("dog", [4.0, 4.0, 6.0, 6.0])];

#[test]
fn classes_are_those_of_the_training_items_or_those_that_were_given() {
    let (boxes, target) = fitted(&objects(&PETS)).expect("boxes");
    assert_eq!(boxes.vocab().names(), ["cat", "dog"]);
    // In the labeller's order.
    assert_eq!(target, [(1, PETS[0].1), (0, PETS[1].1), (1, PETS[2].1)]);
    assert_eq!(boxes.target(Path::new("set/2.png")).expect("a target"), target);
    assert_eq!(boxes.describe(&target), "cat, dog × 2");
    assert_eq!(boxes.describe(&Vec::new()), "no box");
    let marks = boxes.marks(&target);
    assert_eq!((marks.boxes.len(), &marks.boxes[1]), (3, &(PETS[1].1, "cat".to_owned())));

    let given = objects(&PETS).with_vocab(Vocab::ordered(["dog", "cat", "owl"]).expect("a vocab"));
    assert_eq!(fitted(&given).expect("boxes").1.iter().map(|(class, _)| *class).collect::<Vec<_>>(), [0, 1, 0]);
    let short = objects(&PETS).with_vocab(Vocab::ordered(["dogs", "owl"]).expect("a vocab"));
    assert_eq!(
        refused(&short),
        "vocab: 1 item(s) have a label that is not in the vocab that was given: \"cat\" (1), \"dog\" (1; did you mean \"dogs\"?); first: \
         set/1.png. Correct the labels, leave these files out, or add the class(es) to the vocab"
    );
}

#[test]
fn boxes_that_are_none_are_refused_and_those_of_no_area_are_told() {
    let of = |area: Box4| objects(&[("dog", area)]);
    let remedy = "give left, top, right and bottom, finite and in this order";
    assert_eq!(
        refused(&of([20.0, 0.0, 10.5, 5.0])),
        format!("labels: set/1.png has the box 20 0 10.5 5 of \"dog\"; {remedy}")
    );
    assert_eq!(
        refused(&of([0.0, f32::NAN, 1.0, 5.0])),
        format!("labels: set/1.png has the box 0 NaN 1 5 of \"dog\"; {remedy}")
    );
    assert!(refused(&of([0.0, 0.0, f32::INFINITY, 5.0])).contains("the box 0 0 inf 5 of"));
    // A vocab that was given checks likewise.
    let given = of([3.0, 9.0, 8.0, 1.0]).with_vocab(Vocab::from_labels(["dog"]));
    assert!(refused(&given).contains("the box 3 9 8 1 of"));

    let (boxes, line) = fitted(&of([4.0, 4.0, 4.0, 9.0])).expect("boxes");
    let cautions = boxes.cautions(&[line.clone(), vec![(0, PETS[0].1)]]);
    assert_eq!(
        cautions,
        [
            "boxes: 1 of the 2 of the training items have no width or no height, and are in no batch; mend them, or let the labeller leave \
          them out"
        ]
    );
    let draw = PictureTransforms::new().draw(Size::new(24, 20), None).expect("a draw");
    assert_eq!(boxes.place(line, &draw).expect("placed"), []);
    assert_eq!(boxes.cautions(&[vec![], vec![]]), ["boxes: no training item has one; check the labeller"]);
    assert_eq!(
        boxes.cautions(&[vec![(0, [0.1, 0.2, 0.9, 1.0])]]),
        [
            "boxes: all lie within one pixel of the corner; positions are pixels of the picture, so multiply shares of its sides by these"
        ]
    );
    let owls = LabelledBoxBlock::new(|_: &Path| Ok(Vec::new())).with_vocab(Vocab::from_labels(["owl"]));
    assert_eq!(owls.given().expect("boxes").cautions(&[vec![]]).len(), 1);
    let mixed = fitted(&objects(&[("dog", PETS[0].1), ("Dog", PETS[1].1)])).expect("boxes");
    assert!(mixed.0.cautions(&[mixed.1])[0].contains("differ in letter case alone"));
    // Without a class there is nothing to learn.
    let none = DataBlock::new(ImageBlock::rgb(), objects(&[])).with_splitter(IndexSplitter::new([0]));
    let none = none.dataloaders_of(&["1.png".into(), "2.png".into()], &Device::flex()).expect_err("refused");
    assert!(matches!(none, DataError::NoClasses { items: 1 }), "{none}");
}

#[test]
fn boxes_are_cut_to_the_picture_and_dropped_with_their_class_where_they_leave_it() {
    let wide = [("left", [0.0, 0.0, 10.0, 10.0]), ("over", [5.0, 2.0, 25.0, 8.0]), ("in", [12.0, 2.0, 18.0, 8.0])];
    let (boxes, target) = fitted(&objects(&wide)).expect("boxes");
    // The columns 10 to 30 of 40.
    let draw = PictureTransforms::new().with_item(Resize::crop(20)).draw(Size::new(40, 20), None).expect("a draw");
    let placed = boxes.place(target, &draw).expect("placed");
    let [over, within] = ["over", "in"].map(|class| boxes.vocab().o2i(class).expect("a class"));
    assert_eq!(placed, [(over, [-1.0, -0.8, 0.5, -0.2]), (within, [-0.8, -0.8, -0.2, -0.2])]);
    // What no picture has is a slip of the labels, and no box that has left.
    let (boxes, target) = fitted(&objects(&[("dog", [41.0, 0.0, 50.0, 8.0])])).expect("boxes");
    assert_eq!(
        boxes.place(target, &draw).expect_err("refused").to_string(),
        "input: the box 41 0 50 8 of \"dog\" lies outside the picture of 40×20; give left, top, right and bottom in pixels of the upright \
         picture, or leave it out"
    );
}

#[test]
fn a_batch_has_as_many_places_as_its_fullest_item() {
    let folder = folder::of(&["1.png", "2.png", "3.png", "4.png"]);
    let count = |item: &Path| item.file_stem().and_then(|stem| stem.to_str()?.parse::<usize>().ok()).unwrap_or(0) - 1;
    let block = LabelledBoxBlock::new(move |item: &Path| {
        Ok(PETS[..count(item)].iter().map(|&(class, area)| (class.to_owned(), area)).collect())
    });
    let dls = DataBlock::new(ImageBlock::rgb(), block)
        .with_splitter(IndexSplitter::new([0]))
        .with_item_transform(Resize::squish(20))
        .dataloaders(folder.path(), &Device::flex())
        .expect("loaders")
        .with_batch_size(3);
    let ordered = dls.train().clone().with_shuffle(false);
    let batch = ordered.batches(0).expect("batches").next().expect("a batch").expect("pictures");
    let (sides, classes, counts) = batch.targets;
    assert_eq!((sides.dims(), classes.dims(), counts.dims()), ([3, 3, 4], [3, 3], [3]));
    assert_eq!(counts.to_data().iter::<i64>().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(classes.to_data().iter::<i64>().collect::<Vec<_>>(), [1, 0, 0, 1, 0, 0, 1, 0, 1]);
    let sides: Vec<f32> = sides.to_data().iter().collect();
    for (row, placed) in batch.placed.iter().enumerate() {
        for place in 0..3 {
            let here = &sides[12 * row + 4 * place..][..4];
            assert_eq!(here, placed.get(place).map_or([0.0; 4], |(_, area)| *area), "row {row}, place {place}");
        }
    }
    // An item without boxes has none, and a batch without any has one empty place.
    let batch = dls.valid().batches(0).expect("batches").next().expect("a batch").expect("a picture");
    assert_eq!((batch.targets.0.dims(), batch.targets.2.to_data().iter::<i64>().sum::<i64>()), ([1, 1, 4], 0));
}

#[test]
fn cocos_and_vocs_objects_are_targets() {
    let folder = folder::of(&["1.png"]);
    let object = |id: u8, bbox: &str, crowd: u8| {
        format!(r#"{{"image_id": 1, "category_id": {id}, "bbox": {bbox}, "iscrowd": {crowd}}}"#)
    };
    let annotations =
        [object(3, "[2, 2, 8, 10]", 0), object(3, "[0, 0, 24, 20]", 1), object(7, "[0, 0, 24, 20]", 0)].join(",");
    let json = format!(
        r#"{{"images": [{{"id": 1, "file_name": "1.png", "width": 24, "height": 20}}], "annotations": [{annotations}],
            "categories": [{{"id": 3, "name": "dog"}}, {{"id": 7, "name": "cat"}}]}}"#
    );
    std::fs::write(folder.path().join("coco.json"), json).expect("a file");
    let pictures = Coco::read(folder.path().join("coco.json")).expect("instances").into_items(folder.path());
    let block = LabelledBoxBlock::new(|picture: &CocoPicture| Ok(picture.boxes()));
    let (boxes, targets) = block.fit(&[&pictures[0]]).expect("boxes");
    assert_eq!(boxes.vocab().names(), ["cat", "dog"]);
    // The crowd, the second, is left out.
    assert_eq!(targets, [[(1, [2.0, 2.0, 10.0, 12.0]), (0, [0.0, 0.0, 24.0, 20.0])]]);

    let voc = "<annotation><object><name>dog</name><bndbox><xmin>3</xmin><ymin>3</ymin><xmax>10</xmax><ymax>12</ymax></bndbox>\
               </object><object><name>cat</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>24</xmax>\
               <ymax>20</ymax></bndbox></object></annotation>";
    std::fs::write(folder.path().join("1.xml"), voc).expect("a file");
    let labeller = Voc::in_folder(folder.path()).or_none().boxes();
    let said: Vec<(String, Box4)> = labeller.label(&*folder.path().join("1.png")).expect("objects");
    assert_eq!(said, pictures[0].boxes());
    assert_eq!(labeller.label(Path::new("2.png")).expect("none"), []);
}

proptest! {
    /// Under every draw what is left lies in the picture, in order and with its class, and nothing has come.
    #[test]
    fn what_is_left_of_boxes_lies_in_the_picture(
        boxes in prop::collection::vec((0..3_usize, 0.0..40_f32, 0.0..30_f32, 0.5..20_f32, 0.5..20_f32), 0..6), seed: u64,
    ) {
        let names = ["a", "b", "c"];
        let all: Vec<_> = boxes.iter().map(|&(class, x, y, w, h)| (names[class], [x, y, x + w, y + h])).collect();
        let block = objects(&all).with_vocab(Vocab::from_labels(names));
        let fitted = block.given().expect("boxes");
        let target = fitted.target(Path::new("1.png")).expect("a target");
        let transforms = PictureTransforms::new().with_item(Resize::crop(32)).with_augment(aug_transforms().size(24).min_scale(0.3));
        let draw = transforms.draw(Size::new(40, 30), Some(&mut Chance::new(seed, 0, 0))).expect("a draw");
        let placed = fitted.place(target.clone(), &draw).expect("placed");
        let mut rest = target.iter();
        for (class, [left, top, right, bottom]) in &placed {
            prop_assert!(left < right && top < bottom);
            prop_assert!([left, top, right, bottom].iter().all(|side| (-1.0..=1.0).contains(*side)));
            prop_assert!(rest.any(|(before, _)| before == class), "in the order of the target");
        }
    }
}

#[test]
fn printing_names_no_labeller() {
    let block = objects(&PETS);
    assert_eq!(format!("{:?}", block.clone()), "LabelledBoxBlock { vocab: None, .. }");
    assert!(format!("{:?}", fitted(&block).expect("boxes").0).starts_with("LabelledBoxes { vocab: Vocab"));
}
