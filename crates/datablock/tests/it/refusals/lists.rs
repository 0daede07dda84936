use super::*;

fn ages(files: [&str; 3], ages: [f32; 3]) -> String {
    said(DataBlock::from_lists(files, ages).expect("lists"), &set(&[]), "images")
}

#[test]
fn a_slip_names_the_file() {
    assert_eq!(
        ages(["1.png", "2.png", "9.png"], [1.0, 2.0, 3.0]),
        "input: 1 of 3 item(s) have a file that is not there, the first: set/images/9.png; check the folder and the names, or leave \
         these items out"
    );
    assert_eq!(
        ages(["1.png", "2.png", "./2.png"], [1.0, 2.0, 3.0]),
        "items: set/images/./2.png is listed twice (items 1 and 2); list every file once, and let `with_item_weights` draw some more often"
    );
    assert_eq!(
        ages(["1.png", "2.png", "3.png"], [1.0, f32::NAN, 3.0]),
        "labels: set/images/2.png has the number NaN; give finite numbers, or leave the item out"
    );
}

#[test]
fn items_of_different_numbers_are_told_from_each_other() {
    let count = |item: &Path| if item.ends_with("3.png") { 1 } else { 2 };
    let block = DataBlock::new(ImageBlock::rgb(), RegressionBlock::new(move |item: &Path| Ok(vec![0.5; count(item)])));
    assert_eq!(
        said(block, &set(&[]), "images"),
        "labels: set/images/3.png has 1 number(s), and the first training item 2; give every item equally many, and at least one"
    );
}
