use super::*;

fn block(set: &TempDir) -> DataBlock<ImageBlock, MaskBlock> {
    DataBlock::new(ImageBlock::rgb(), MaskBlock::new(names(), Beside::new(set.path().join("masks"), "png")))
}

#[test]
fn a_slip_names_the_picture_and_the_mask() {
    let set = set(&[]);
    assert_eq!(
        said(block(&set), &set, "images"),
        "masks: set/images/2.png has no mask at set/masks/2.png; check the folder and the names, or leave the item out"
    );
    masks(&set, &GrayImage::new(24, 20));
    assert_eq!(
        said(block(&set), &set, "images"),
        "set/images/3.png: set/masks/3.png: transform: the mask is 24×20, but its picture 48×40; a mask has one code for each pixel of \
         the upright picture, so check that it is this picture's, and of its full size"
    );
    masks(&set, &GrayImage::from_pixel(48, 40, Luma([2])));
    assert_eq!(
        said(block(&set), &set, "images"),
        "set/images/3.png: set/masks/3.png: input: the mask has the code 2 at column 0, row 0, and codes of 2 classes are 0 to 1; name \
         more classes, or read it as another (`MaskReader::with_codes`) or as one that does not count (`with_void`)"
    );
}

#[test]
fn one_mask_of_several_pictures_is_a_caution() {
    let set = set(&[]);
    masks(&set, &GrayImage::new(48, 40));
    std::fs::create_dir(set.path().join("images/more")).expect("a folder");
    for n in 2..=3 {
        RgbImage::new(48, 40).save(set.path().join(format!("images/more/{n}.png"))).expect("a picture");
    }
    let cautions = |block: DataBlock<ImageBlock, MaskBlock>| {
        let block = block.with_splitter(IndexSplitter::new([0]));
        let loaders = block.dataloaders(set.path().join("images"), &Device::flex()).expect("loaders");
        loaders.cautions().join("\n").replace(&set.path().display().to_string(), "set")
    };
    assert_eq!(
        cautions(block(&set)),
        "masks: 2 training item(s) have the mask of another one, the first set/masks/2.png; give each its own, as by \
         `Beside::with_folders_below`"
    );
    std::fs::remove_dir_all(set.path().join("images/more")).expect("no folder");
    assert_eq!(cautions(block(&set)), "");
}
