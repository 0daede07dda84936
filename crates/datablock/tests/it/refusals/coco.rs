use super::*;

/// Pictures 1 to 4, of which the third is called so and has this box.
fn json(third: &str, bbox: &str) -> String {
    let file = |n: u8| if n == 3 { third.to_owned() } else { format!("{n}.png") };
    let image = |n: u8| format!(r#"{{"id": {n}, "file_name": "{}", "width": 48, "height": 40}}"#, file(n));
    let annotation = |n: u8| {
        let bbox = if n == 3 { bbox } else { "[0, 0, 8, 8]" };
        format!(
            r#"{{"id": {n}0, "image_id": {n}, "category_id": 1, "bbox": {bbox}, "segmentation": [[0, 0, 8, 0, 8, 8]]}}"#
        )
    };
    let all = |of: &dyn Fn(u8) -> String| (1..=4).map(of).collect::<Vec<_>>().join(",\n");
    format!(
        r#"{{"images": [{}], "annotations": [{}], "categories": [{{"id": 1, "name": "pet"}}]}}"#,
        all(&image),
        all(&annotation)
    )
}

fn pictures() -> ImageBlock<CocoPicture> {
    ImageBlock::rgb().with_file(|picture: &CocoPicture| Ok(picture.file().to_path_buf()))
}

fn objects(json: &str) -> String {
    let set = set(&[("instances.json", json)]);
    let block = LabelledBoxBlock::new(|picture: &CocoPicture| Ok(picture.boxes()));
    let source = CocoFile::new("instances.json").with_pictures("images");
    said(DataBlock::new(pictures(), block).with_source(source), &set, "")
}

#[test]
fn a_slip_in_it_names_the_picture_or_the_annotation() {
    assert_eq!(
        objects(&json("9.png", "[0, 0, 8, 8]")),
        "input: 1 of 4 item(s) have a file that is not there, the first: set/images/9.png; check the folder and the names, or leave \
         these items out"
    );
    assert_eq!(
        objects(&json("3.png", "[50, 0, 8, 8]")),
        "set/images/3.png: input: the box 50 0 58 8 of \"pet\" lies outside the picture of 48×40; give left, top, right and bottom in pixels of \
         the upright picture, or leave it out"
    );
}

/// Boxes are not asked for.
#[test]
fn a_box_outside_its_picture_is_no_matter_to_masks() {
    let set = set(&[("instances.json", &json("3.png", "[50, 0, 8, 8]"))]);
    let vocab = names();
    let masks = MaskBlock::made(names(), move |picture: &CocoPicture| picture.mask(&vocab));
    let block = DataBlock::new(pictures(), masks)
        .with_source(CocoFile::new("instances.json").with_pictures("images"))
        .with_splitter(IndexSplitter::new([3]));
    block.dataloaders(set.path(), &Device::flex()).expect("loaders");
}

#[test]
fn a_mask_of_it_has_the_pictures_size() {
    let set = set(&[("instances.json", &json("3.png", "[0, 0, 8, 8]"))]);
    RgbImage::new(24, 20).save(set.path().join("images/3.png")).expect("a picture");
    let vocab = names();
    let masks = MaskBlock::made(names(), move |picture: &CocoPicture| picture.mask(&vocab));
    let block = DataBlock::new(pictures(), masks).with_source(CocoFile::new("instances.json").with_pictures("images"));
    assert_eq!(
        said(block, &set, ""),
        "set/images/3.png: transform: the mask is 48×40, but its picture 24×20; a mask has one code for each pixel of the upright \
         picture, so check that it is this picture's, and of its full size"
    );
}
