use super::*;

#[test]
fn a_slip_names_the_picture_or_the_line() {
    let refused = |csv: &str, size: Option<Size>| {
        let set = set(&[("train.csv", csv)]);
        let table = Table::read(set.path().join("train.csv")).expect("a table");
        let runs = RleMasks::new(table.rows(), "file", "runs").expect("runs");
        let runs = if let Some(size) = size { runs.with_size(size) } else { runs };
        said(DataBlock::new(ImageBlock::rgb(), MaskBlock::made(names(), runs)), &set, "images")
    };
    let of = |third: &str| format!("file,runs\n1.png,1 3\n2.png,1 3\n{third}\n4.png,\n");
    assert_eq!(
        refused(&of("33.png,1 3"), None),
        "set/images/3.png: input: annotations: set/images/3.png: the table of its mask has no row of its name; check the column of \
         files, leave the item out, or let items without rows have no mask (`RleMasks::or_none`)"
    );
    assert_eq!(
        refused(&of("3.png,1919 3"), None),
        "set/images/3.png: input: table: set/train.csv, line 4: runs: the run `1919 3` ends at 1921, and a mask of 48×40 has 1920 \
         pixels; mend it, or check the size and the order of the runs"
    );
    assert_eq!(
        refused(&of("3.png,"), Some(Size::new(40, 48))),
        "set/images/2.png: transform: the mask is 40×48, but its picture 48×40; a mask has one code for each pixel of the upright \
         picture, so check that it is this picture's, and of its full size"
    );
}
