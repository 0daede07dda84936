//! Tables as items: what they may look like, and what is said of those that are wrong.

use std::path::Path;

use burn::tensor::Device;
use firelight_datablock::{
    CategoryBlock, Column, ColumnSplitter, Columns, DataBlock, DataError, DataLoaders, FittedTarget, GroupSplitter,
    ImageBlock, InputBlock, MaskSplitter, MultiCategoryBlock, RegressionBlock, Row, Table, TableReader, TargetBlock,
};
use image::{Rgb, RgbImage};
use tempfile::TempDir;

/// A folder with `labels.csv` of this text, and the pictures `1.png` to `6.png`.
fn folder(text: impl AsRef<[u8]>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("labels.csv"), text).expect("a table");
    for n in 1..=6_u8 {
        RgbImage::from_pixel(4, 4, Rgb([n; 3])).save(folder.path().join(format!("{n}.png"))).expect("a picture");
    }
    folder
}

fn read(folder: &TempDir) -> Result<Table, DataError> {
    Table::read(folder.path().join("labels.csv"))
}

/// The error without the folder, which has another name each time.
fn said(folder: &TempDir, error: &DataError) -> String {
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

fn refused(text: impl AsRef<[u8]>) -> String {
    let folder = folder(text);
    said(&folder, &read(&folder).expect_err("refused"))
}

fn pictures() -> ImageBlock<Row> {
    ImageBlock::rgb().with_file(Column::new("file"))
}

/// What loaders of a recipe over a table refuse.
fn no_loaders<X, Y>(block: &DataBlock<X, Y>, folder: &TempDir) -> String
where
    X: InputBlock<Row> + Clone,
    Y: TargetBlock<Fitted: FittedTarget<Item = Row>>,
{
    let loaders = read(folder).and_then(|table| block.dataloaders_of(table.rows(), &Device::flex()));
    said(folder, &loaders.map(drop).expect_err("refused"))
}

#[test]
fn tables_are_read_whatever_program_wrote_them() {
    let plain = "file,breed,note\n1.png,pug,\"a, b\"\n2.png,beagle,\"says \"\"no\"\"\"\n";
    let like_plain = [
        plain.to_owned(),
        format!("\u{feff}{plain}"),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\n\n\n"),
        format!("\n\r\n{plain}"),
        plain.trim_end().to_owned(),
        "file;breed;note\n1.png;pug;a, b\n2.png;beagle;\"says \"\"no\"\"\"\n".to_owned(),
        "file\tbreed\tnote\n1.png\tpug\ta, b\n2.png\tbeagle\t\"says \"\"no\"\"\"\n".to_owned(),
        "file|breed|note\r\n1.png|pug|a, b\r\n\r\n2.png|beagle|\"says \"\"no\"\"\"".to_owned(),
        "file ; breed;\tnote\n 1.png;  pug; a, b \n2.png ;beagle;\"says \"\"no\"\"\" \n".to_owned(),
    ];
    for text in like_plain {
        let folder = folder(&text);
        let table = read(&folder).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(table.columns(), ["file", "breed", "note"], "{text:?}");
        let fields =
            |row: &Row| [row.get("file"), row.get("breed"), row.get("note")].map(|field| field.unwrap().to_owned());
        assert_eq!(
            table.rows().iter().map(fields).collect::<Vec<_>>(),
            [["1.png", "pug", "a, b"], ["2.png", "beagle", "says \"no\""]]
        );
        let line = |row: &Row| text.lines().nth(row.line() as usize - 1).map(str::to_owned);
        for row in table.rows() {
            assert!(
                line(row).is_some_and(|line| line.contains(row.get("file").unwrap())),
                "{text:?}: line {}",
                row.line()
            );
        }
    }
    let folder = folder("1.png pug\n2.png beagle\n");
    let table =
        TableReader::new().with_delimiter(b' ').without_header().read(folder.path().join("labels.csv")).unwrap();
    assert_eq!((table.columns(), table.rows().len()), (&["0".to_owned(), "1".to_owned()][..], 2));
}

#[test]
fn tables_that_are_none_are_refused_by_file_and_line() {
    insta::assert_snapshot!(refused(""), @"table: labels.csv: it has no rows; check that it is the right file");
    insta::assert_snapshot!(refused("file,breed\n"), @"table: labels.csv: it has no rows; check that it is the right file");
    insta::assert_snapshot!(refused("file,breed,file\n1.png,pug,2.png\n"), @r#"table: labels.csv: two columns are named "file"; rename one of them"#);
    insta::assert_snapshot!(
        refused("file,breed\n1.png,pug\n\n2.png,beagle,small\n"),
        @"table: labels.csv, line 4: it has 3 field(s), and the first row 2; put a field that has the delimiter in double quotes, with nothing before them, or name another (`with_delimiter`)"
    );
    insta::assert_snapshot!(refused(b"file,breed\n1.png,pug\n2.png,\xe9pagneul\n"), @"table: labels.csv, line 3: its text is not UTF-8; save it as UTF-8");
    insta::assert_snapshot!(refused("file,note\n1.png,\"5 inch\n2.png,a\n3.png,b\n"), @"table: labels.csv, line 2: a double quote is never closed; close it, or write two for one in a quoted field");
    insta::assert_snapshot!(refused("file,note,size\n1.png,a,3\n2.png,\"5 inch,2\n3.png,b,1\n"), @"table: labels.csv, line 3: a double quote is never closed; close it, or write two for one in a quoted field");
    insta::assert_snapshot!(refused("file,\"note\n1.png,a\n"), @"table: labels.csv: it has no rows; check that it is the right file");
    insta::assert_snapshot!(refused(b"\xff\xfef\0i\0"), @"table: labels.csv: its text is UTF-16; save it as UTF-8");
    insta::assert_snapshot!(refused(b"PK\x03\x04\x14\0"), @"table: labels.csv: it is an archive, as a spreadsheet's file (`.xlsx`) is; save it as CSV");
    let folder = folder("");
    let error = Table::read(folder.path().join("none.csv")).expect_err("no file");
    assert!(matches!(error, DataError::Unreadable { .. }), "{error}");
    let error = Table::read(folder.path()).expect_err("a folder");
    assert!(error.to_string().contains("it is a folder, and no file"), "{error}");
}

#[test]
fn a_missing_column_names_those_that_are_there() {
    let folder = folder("file,breed\n1.png,pug\n2.png,beagle\n3.png,pug\n4.png,pug\n5.png,pug\n");
    let block = DataBlock::new(pictures(), CategoryBlock::new(Column::new("bred")));
    insta::assert_snapshot!(no_loaders(&block, &folder), @r#"table: labels.csv: there is no column "bred" (did you mean "breed"?); name one of file, breed"#);
    let block = DataBlock::new(ImageBlock::rgb().with_file(Column::at(7)), CategoryBlock::new(Column::new("breed")));
    insta::assert_snapshot!(no_loaders(&block, &folder), @"table: labels.csv: there is no column at place 7; name a place from 0 to 1");
    let splitter = ColumnSplitter::new("is_valid");
    let block = DataBlock::new(pictures(), CategoryBlock::new(Column::new("breed"))).with_splitter(splitter);
    insta::assert_snapshot!(no_loaders(&block, &folder), @r#"table: labels.csv: there is no column "is_valid"; name one of file, breed"#);
}

#[test]
fn rows_without_a_file_and_files_of_two_rows_are_refused_before_anything_is_read() {
    let breed = || CategoryBlock::new(Column::new("breed"));
    let block = DataBlock::new(pictures(), breed());
    let missing = folder("file,breed\n1.png,pug\n7.png,beagle\n8.png,pug\n4.png,pug\n5.png,pug\n");
    insta::assert_snapshot!(no_loaders(&block, &missing), @"input: 2 of 5 item(s) have a file that is not there, the first: labels.csv:3 has 7.png; check the folder and the names, or leave these items out");
    let blank = folder("file,breed\n1.png,pug\n ,beagle\n3.png,pug\n4.png,pug\n5.png,pug\n");
    insta::assert_snapshot!(no_loaders(&block, &blank), @"table: labels.csv, line 3: file names no file; name one, or leave the row out");
    let twice = folder("file,breed\n1.png,pug\n2.png,beagle\n3.png,pug\n./2.png,pug\n5.png,pug\n");
    insta::assert_snapshot!(no_loaders(&block, &twice), @"input: labels.csv:3 and labels.csv:5 have one file, ./2.png, which could train and validate; leave one of them out, or allow it with `ImageBlock::with_shared_files` and keep such items together with `GroupSplitter`");

    // It is meant, and the rows of one picture stay together.
    let meant = folder("file,breed\n1.png,pug\n2.png,beagle\n3.png,pug\n2.png,pug\n5.png,beagle\n");
    assert!(no_loaders(&block, &meant).starts_with("input: labels.csv:3 and labels.csv:5 have one file, 2.png"));
    let block = DataBlock::new(pictures().with_shared_files(true), breed())
        .with_splitter(GroupSplitter::new(0.3, Column::new("file")));
    let table = read(&meant).expect("a table");
    assert!(block.dataloaders_of(table.rows(), &Device::flex()).is_ok());
    // What is in no part needs no file.
    let in_parts = folder("file,breed,part\n1.png,pug,train\n2.png,pug,dev\n99.png,pug,hidden\n");
    let splitter = ColumnSplitter::new("part").with_words("train", "dev");
    let block_of_two = DataBlock::new(pictures(), breed()).with_splitter(splitter);
    assert!(block_of_two.dataloaders_of(read(&in_parts).expect("a table").rows(), &Device::flex()).is_ok());
    // A row listed twice is one item, whatever its file.
    let rows = [table.rows(), &table.rows()[..1]].concat();
    let error = block.dataloaders_of(&rows, &Device::flex()).expect_err("refused");
    assert!(matches!(error, DataError::Repeated { first: 0, second: 5, .. }), "{error}");
}

#[derive(Debug, Clone, serde::Deserialize)]
struct Aged {
    age: f32,
}

#[test]
fn labels_and_numbers_that_are_none_name_their_line() {
    let of = |text: &str| {
        folder(format!("file,breed,age,red,round\n1.png,pug,1,1,0\n{text}\n3.png,pug,3,0,1\n4.png,pug,4,1,1\n"))
    };
    let all = MaskSplitter::new([false, false, true, true]);
    let category = DataBlock::new(pictures(), CategoryBlock::new(Column::new("breed"))).with_splitter(all.clone());
    insta::assert_snapshot!(no_loaders(&category, &of("2.png,,2,0,0")), @r#"labeller: the label of labels.csv:3 is empty; change the labeller or leave the file out, or, if it is meant, give the block a vocab with "" in it by `with_vocab`"#);
    // White space around a label is not part of it.
    let trimmed = of("2.png,\" pug \",2,0,0");
    let dls = category.dataloaders_of(read(&trimmed).expect("a table").rows(), &Device::flex()).expect("loaders");
    assert_eq!(dls.vocab().names(), ["pug"]);
    let age = DataBlock::new(pictures(), RegressionBlock::one(Column::new("age"))).with_splitter(all.clone());
    insta::assert_snapshot!(no_loaders(&age, &of("2.png,pug,\"2,5\",0,0")), @r#"table: labels.csv, line 3: age is "2,5", which is no finite number; write one, with a point where it has a comma"#);
    insta::assert_snapshot!(no_loaders(&age, &of("2.png,pug,,0,0")), @r#"table: labels.csv, line 3: age is "", which is no finite number; write one"#);
    insta::assert_snapshot!(no_loaders(&age, &of("2.png,pug,NaN,0,0")), @r#"table: labels.csv, line 3: age is "NaN", which is no finite number; write one"#);
    let tags = DataBlock::new(pictures(), MultiCategoryBlock::new(Columns::new(["red", "round"]))).with_splitter(all);
    insta::assert_snapshot!(no_loaders(&tags, &of("2.png,pug,2,0,maybe")), @r#"table: labels.csv, line 3: round is "maybe", which is neither yes nor no; write true or false"#);
    let split =
        DataBlock::new(pictures(), CategoryBlock::new(Column::new("breed"))).with_splitter(ColumnSplitter::new("age"));
    insta::assert_snapshot!(no_loaders(&split, &of("2.png,pug,2,0,0")), @r#"table: labels.csv, line 3: age is "2", which is neither yes nor no; write true or false, or name the column's words (`ColumnSplitter::with_words`)"#);

    let folder = of("2.png,pug,old,0,0");
    let ages = read(&self::folder("file,age\n1.png,2.5\n")).and_then(|table| table.records::<Aged>()).expect("records");
    assert!((ages[0].age - 2.5).abs() < 1e-6);
    let error = read(&folder).and_then(|table| table.records::<Aged>()).expect_err("refused");
    insta::assert_snapshot!(said(&folder, &error), @"table: labels.csv, line 3: age: invalid float literal; mend the row, or the type that it is read as");
}

/// The usual shapes of Kaggle's tables.
#[test]
fn tables_as_competitions_have_them() {
    let numbers = |dls: &DataLoaders<firelight_datablock::Categories<Row>>| {
        (dls.train().dataset().len(), dls.valid().dataset().len(), dls.test_part().map(|test| test.dataset().len()))
    };
    // Files without endings, in folders, a column that says what validates.
    let folder = folder("id,breed,is_valid\n1,pug,False\n2,beagle,False\n3,pug,True\n4,beagle,True\n");
    let block = DataBlock::new(
        ImageBlock::rgb().with_file(Column::new("id").with_suffix(".png")),
        CategoryBlock::new(Column::new("breed").with_prefix("a ")),
    );
    let dls = block.clone().with_splitter(ColumnSplitter::new("is_valid")).with_table("labels.csv");
    let dls = dls.dataloaders(folder.path(), &Device::flex()).expect("loaders").with_batch_size(2);
    assert_eq!((numbers(&dls), dls.vocab().names()), ((2, 2, None), &["a beagle".to_owned(), "a pug".to_owned()][..]));
    let batch = dls.valid().batches(0).expect("batches").next().expect("a batch").expect("pictures");
    assert_eq!((batch.inputs.dims(), batch.items), ([2, 3, 4, 4], vec![0, 1]));
    let first = batch.inputs.to_data().iter::<f32>().next().expect("a number");
    assert!((first * 255.0 - 3.0).abs() < 1e-4, "{first}");

    // Labels with a delimiter; words for three parts.
    let folder = super::tables::folder(
        "image,tags,split\n1.png,haze primary,train\n2.png,,train\n3.png,haze,dev\n4.png,clear,x\n5.png,primary,test\n",
    );
    let table = read(&folder).expect("a table");
    let tags = MultiCategoryBlock::new(Column::new("tags").split_at(" "));
    let splitter = ColumnSplitter::new("split").with_words("train", "dev").with_test("test");
    let block = DataBlock::new(ImageBlock::rgb().with_file(Column::new("image")), tags).with_splitter(splitter);
    let dls = block.dataloaders_of(table.rows(), &Device::flex()).expect("loaders");
    assert_eq!(dls.vocab().names(), ["haze", "primary"]);
    assert_eq!(dls.train().dataset().targets(), [vec![0, 1], vec![]]);
    assert_eq!(dls.test_part().expect("a third part").dataset().targets(), [vec![1]]);

    // The first two columns, by their places.
    let folder = super::tables::folder("name,label\n1.png,3\n2.png,7\n3.png,3\n4.png,7\n5.png,3\n6.png,7\n");
    let dls = DataBlock::from_csv("labels.csv").dataloaders(folder.path(), &Device::flex()).expect("loaders");
    assert_eq!((numbers(&dls), dls.vocab().names()), ((5, 1, None), &["3".to_owned(), "7".to_owned()][..]));
    assert_eq!(dls.valid().dataset().path(0).file_name(), Some("labels.csv:2".as_ref())); // 0 of `torch.randperm(6)` with seed 42
}

/// An error of reading names both the row and its file.
#[test]
fn a_broken_picture_names_its_row_and_its_file() {
    let folder = folder("file,breed\n1.png,pug\n2.png,beagle\n3.png,pug\n");
    let table = read(&folder).expect("a table");
    let block = DataBlock::new(pictures(), CategoryBlock::new(Column::new("breed")))
        .with_splitter(MaskSplitter::new([false, false, true]));
    let dls = block.dataloaders_of(table.rows(), &Device::flex()).expect("loaders");
    std::fs::write(folder.path().join("3.png"), "no picture").expect("a broken file");
    let error = dls.valid().dataset().picture(0).expect_err("broken");
    assert!(error.is_broken_file());
    let said = said(&folder, &error);
    assert!(said.starts_with("labels.csv:4: ") && said.contains("cannot decode 3.png"), "{said}");
    std::fs::remove_file(Path::new(&folder.path().join("3.png"))).expect("no file");
    let gone = super::tables::said(&folder, &dls.valid().dataset().picture(0).expect_err("gone"));
    assert!(gone.starts_with("labels.csv:4: read: cannot read 3.png"), "{gone}");
}

fn of_json(text: &str) -> (TempDir, Result<Table, DataError>) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("metadata.jsonl");
    std::fs::write(&file, text).expect("a table");
    let table = Table::read(file);
    (folder, table)
}

#[test]
fn json_lines_are_a_table_of_all_the_names_that_they_have() {
    let text = "\u{feff}{\"file_name\": \"1.png\", \"tags\": [\"red\", 3, true], \"price\": 2.50}\r\n\n\
                {\"file_name\": \" 2.png \", \"size\": {\"w\": 1}, \"seen\": false, \"price\": null}\n";
    let (_folder, table) = of_json(text);
    let table = table.expect("a table");
    assert_eq!(table.columns(), ["file_name", "price", "tags", "seen", "size"]);
    let rows: Vec<Vec<&str>> = table
        .rows()
        .iter()
        .map(|row| table.columns().iter().map(|name| row.get(name).expect("a field")).collect())
        .collect();
    assert_eq!(rows, [["1.png", "2.5", "red|3|true", "", ""], ["2.png", "", "", "false", "{\"w\":1}"]]);
    assert_eq!((table.rows()[1].line(), table.rows()[0].number("price").expect("a number")), (3, 2.5));
}

#[test]
fn json_lines_of_many_names_are_not_a_table_of_very_many_fields() {
    let lines: Vec<String> = (0..5000).map(|row| format!("{{\"n{row}\": 1}}")).collect();
    let (folder, table) = of_json(&lines.join("\n"));
    let told = said(&folder, &table.expect_err("refused"));
    assert!(told.contains("its 5000 objects have 5000 different names"), "{told}");
}

#[test]
fn json_lines_that_are_none_are_told_by_their_line() {
    for (text, words) in [
        ("", "it has no rows"),
        ("\n \n", "it has no rows"),
        ("{\"a\": 1}\n[1, 2]\n", "metadata.jsonl, line 2: it is no object in JSON: "),
        ("{\"a\": 1}\n{\"a\": \n", "metadata.jsonl, line 2: it is no object in JSON: "),
        ("[{\"a\": 1}]", "write an object a line"),
        ("{\"tags\": [\"a|b\"]}", "a part of the list \"tags\" is \"a|b\""),
    ] {
        let (folder, table) = of_json(text);
        let told = said(&folder, &table.expect_err("refused"));
        assert!(told.contains(words), "{told}");
    }
}
