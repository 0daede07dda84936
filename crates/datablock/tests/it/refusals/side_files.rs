use super::*;

#[derive(Debug, Clone, serde::Deserialize)]
struct Pet {
    file: String,
    breed: String,
    head: [f32; 4],
}

fn pet(n: u8, breed: &str, head: &str) -> String {
    format!("{{\n  \"file\": \"{n}.png\",\n  \"breed\": \"{breed}\",\n  \"head\": {head}\n}}")
}

/// The files a.json to d.json, of which the third is this.
fn of(third: &str) -> TempDir {
    let text = |n| pet(n, "pug", "[0, 0, 9, 9]");
    set(&[("a.json", &text(1)), ("b.json", &text(2)), ("c.json", third), ("d.json", &text(4))])
}

fn pictures() -> ImageBlock<SideFile<Pet>> {
    ImageBlock::rgb().with_file(|pet: &SideFile<Pet>| Ok(pet.file().with_file_name("images").join(&pet.file)))
}

fn heads(third: &str) -> String {
    let block = DataBlock::new(pictures(), BoxBlock::new(|pet: &SideFile<Pet>| Ok(pet.head)));
    said(block.with_source(JsonFiles::new()), &of(third), "")
}

#[test]
fn a_slip_in_one_names_it() {
    assert_eq!(
        heads(&pet(9, "pug", "[0, 0, 9, 9]")),
        "input: 1 of 4 item(s) have a file that is not there, the first: set/c.json has set/images/9.png; check the folder and the \
         names, or leave these items out"
    );
    assert_eq!(
        heads(&pet(2, "pug", "[0, 0, 9, 9]")),
        "input: set/b.json and set/c.json have one file, set/images/2.png, which could train and validate; leave one of them out, or \
         allow it with `ImageBlock::with_shared_files` and keep such items together with `GroupSplitter`"
    );
    assert_eq!(
        heads(&pet(3, "pug", "[50, 0, 60, 9]")),
        "set/c.json: input: the box 50 0 60 9 lies outside the picture of 48×40; give left, top, right and bottom in pixels of the \
         upright picture, or leave it out"
    );
    assert_eq!(
        heads(&pet(3, "pug", "[9, 0, 0, 9]")),
        "labels: set/c.json has the box 9 0 0 9; give left, top, right and bottom, finite and in this order, or `None`"
    );
}

#[test]
fn one_that_is_no_such_file_says_where() {
    assert_eq!(
        heads("{\n  \"file\": \"3.png\",\n  \"breed\": \"pug\"\n}"),
        "side file: set/c.json: missing field `head` at line 4 column 1; mend the file, or the type that it is read as"
    );
    assert_eq!(
        heads(&pet(3, "pug", "[0, 0, 9]")),
        "side file: set/c.json: invalid length 3, expected an array of length 4 at line 4 column 19; mend the file, or the type that it \
         is read as"
    );
    assert_eq!(
        heads("{\n  \"file\": 3"),
        "side file: set/c.json: invalid type: integer `3`, expected a string at line 2 column 11; mend the file, or the type that it is \
         read as"
    );
    assert_eq!(
        heads(""),
        "side file: set/c.json: EOF while parsing a value at line 1 column 0; mend the file, or the type that it is read as"
    );
}

#[test]
fn a_class_that_is_none_names_the_first_that_has_it() {
    let breeds = CategoryBlock::new(|pet: &SideFile<Pet>| Ok(pet.breed.clone()));
    let breeds = breeds.with_vocab(Vocab::from_labels(["pug", "beagle"]));
    let block = DataBlock::new(pictures(), breeds).with_source(JsonFiles::new());
    assert_eq!(
        said(block, &of(&pet(3, "begle", "[0, 0, 9, 9]")), ""),
        "vocab: 1 item(s) have a label that is not in the vocab that was given: \"begle\" (1; did you mean \"beagle\"?); first: \
         set/c.json. Correct the labels, leave these files out, or add the class(es) to the vocab"
    );
}
