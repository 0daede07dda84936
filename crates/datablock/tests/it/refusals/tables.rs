use super::*;

const BOXES: &str =
    "file,mask,left,top,right,bottom\n1.png,1,0,0,8,8\n2.png,2,0,0,8,8\n3.png,3,50,0,60,8\n4.png,4,0,0,8,8\n";

fn pictures() -> ImageBlock<Row> {
    ImageBlock::rgb().with_file(Column::new("file").in_folder("images"))
}

#[test]
fn a_box_outside_its_picture_names_the_row() {
    let set = set(&[("boxes.csv", BOXES)]);
    let area = |row: &Row| Ok([row.number("left")?, row.number("top")?, row.number("right")?, row.number("bottom")?]);
    let outside = "lies outside the picture of 48×40; give left, top, right and bottom in pixels of the upright picture, or leave it out";
    let one = DataBlock::new(pictures(), BoxBlock::new(area)).with_table("boxes.csv");
    assert_eq!(said(one, &set, ""), format!("set/boxes.csv:4: input: the box 50 0 60 8 {outside}"));
    let several = LabelledBoxBlock::new(move |row: &Row| Ok(vec![("pet".to_owned(), area(row)?)]));
    let several = DataBlock::new(pictures(), several).with_table("boxes.csv");
    assert_eq!(said(several, &set, ""), format!("set/boxes.csv:4: input: the box 50 0 60 8 of \"pet\" {outside}"));
}

#[test]
fn a_mask_names_the_row_and_its_own_file() {
    let set = set(&[("boxes.csv", BOXES)]);
    let block = |column: Column| {
        DataBlock::new(pictures(), MaskBlock::new(names(), column.with_suffix(".png"))).with_table("boxes.csv")
    };
    let masked = || block(Column::new("mask").in_folder("masks"));
    assert_eq!(
        said(masked(), &set, ""),
        "masks: set/boxes.csv:3 has no mask at set/masks/2.png; check the folder and the names, or leave the item out"
    );
    masks(&set, &GrayImage::new(40, 48));
    assert_eq!(
        said(masked(), &set, ""),
        "set/boxes.csv:4: set/masks/3.png: transform: the mask is 40×48, but its picture 48×40; a mask has one code for each pixel of the \
         upright picture, so check that it is this picture's, and of its full size"
    );
    masks(&set, &GrayImage::from_fn(48, 40, |x, y| Luma([if (x, y) == (7, 5) { 9 } else { 1 }])));
    assert_eq!(
        said(masked(), &set, ""),
        "set/boxes.csv:4: set/masks/3.png: input: the mask has the code 9 at column 7, row 5, and codes of 2 classes are 0 to 1; name more \
         classes, or read it as another (`MaskReader::with_codes`) or as one that does not count (`with_void`)"
    );
    assert_eq!(
        said(block(Column::new("masks")), &set, ""),
        "table: set/boxes.csv: there is no column \"masks\" (did you mean \"mask\"?); name one of file, mask, left, top, right, bottom"
    );
}
