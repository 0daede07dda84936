use super::*;

#[test]
fn a_picture_of_a_list_that_is_not_there_is_told_when_it_is_read() {
    let set = set(&[("list.txt", "1 1 1 1\n2 1 1 1\n3 1 1 1\n")]);
    let list = OxfordList::read(set.path().join("list.txt")).expect("a list");
    // Its pictures end in .jpg, and these in .png.
    let block = DataBlock::new(ImageBlock::rgb(), CategoryBlock::new(parent_label))
        .with_source(move |root: &Path| Ok(list.pictures(root.join("images"))));
    let error = said(block, &set, "");
    // The system's words stand between.
    assert!(
        error.starts_with("read: cannot read set/images/2.jpg: ")
            && error.ends_with("; check that it exists and may be read"),
        "{error}"
    );
}
