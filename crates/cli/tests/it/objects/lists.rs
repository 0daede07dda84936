//! Lists of the classes that YOLO's labels count.

use std::fs;

use super::yolo::labelled;
use crate::{refused, said};

const LOOK: [&str; 6] = ["train", "DATA", "--weights", "none", "--size", "32"];

#[test]
fn names_in_every_form() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("DATA"));
    labelled(&data, "images", "labels", 0..12);
    let signs = r#"["a, b", "c # d", "it's"]"#;
    for (file, text, names) in [
        ("data.YAML", "names: [disc, square] # both\n", r#"["disc", "square"]"#),
        ("data.yaml", "\u{feff}nc: 3\nnames: ['a, b', \"c # d\", 'it''s']\n", signs),
        ("dataset.yaml", "names:\n  - a, b\n  # none\n  - 'c # d' # a sign\n\n  - it's\n", signs),
        ("data.yml", "path: C:\\data\nnames:\n  2: it's\n  0: a, b\n  1: \"c # d\"\n", signs),
        ("data.yaml", "names: {0: no, 1: 'null'}\n", r#"["no", "null"]"#),
        ("classes.txt", "\u{feff}disc\r\n square\r\n\r\n", r#"["disc", "square"]"#),
        ("obj.names", "disc\nsquare\n", r#"["disc", "square"]"#),
        ("_darknet.labels", "disc\nsquare\n", r#"["disc", "square"]"#),
    ] {
        fs::write(data.join(file), text).unwrap();
        for told in [&[][..], &["--labels", file]] {
            let text = said(at, &[&LOOK[..], &["--dry-run"], told].concat());
            assert!(text.contains(&format!("whose classes DATA/{file} names")), "{file}: {text}");
            let recipe = text.lines().filter(|line| !line.starts_with("- ")).collect::<Vec<_>>().join("\n");
            assert_eq!(recipe.parse::<toml::Table>().unwrap()["labels"]["names"].to_string(), names, "{file}");
        }
        fs::remove_file(data.join(file)).unwrap();
    }
    // Copies have the list too.
    for list in ["obj.names", "_darknet.labels"] {
        fs::write(data.join(list), "disc\nsquare\n").unwrap();
    }
    said(at, &["resize", "DATA", "small", "--size", "16"]);
    assert!(at.join("small/obj.names").is_file() && at.join("small/_darknet.labels").is_file());
}

#[test]
fn slips_name_list_and_line() {
    let root = tempfile::tempdir().unwrap();
    let (at, data) = (root.path(), root.path().join("DATA"));
    labelled(&data, "images", "labels", 0..6);
    let text = "write its name, in quotes where it has signs";
    let all = "name all classes";
    let form = "write `names: [cat, dog]`, or a line for each as `0: cat`";
    for (file, list, line, what) in [
        (
            "classes.txt",
            "disc\n\nsquare\n",
            2,
            "it is empty, and so class 1 has no name; name it, or take the line out",
        ),
        (
            "data.yaml",
            "names:\n  0: disc\n  2: square\n",
            3,
            &format!("class 2 is one of 2, which are numbered from 0; {all}"),
        ),
        ("data.yaml", "names:\n  1: disc\n  01: square\n", 2, &format!("a class is named twice; {all}")),
        ("data.yaml", "names:\n  0: disc\n  0: square\n", 3, "\"0\" is there twice; take one of them out"),
        ("data.yaml", "names:\n  disc: 0\n", 2, &format!("\"disc\" is no number; {form}")),
        ("data.yaml", "names:\n- disc\n-\n", 3, &format!("a class has no name that is text; {text}")),
        ("data.yaml", "names:\n- &one disc\n- *one\n", 3, &format!("a class has no name that is text; {text}")),
        ("data.yaml", "nc: 2\nnames: disc, square\n", 2, &format!("`names` is no list; {form}")),
        ("data.yaml", "nc: 3\nnames: [disc, square]\n", 1, "`nc` is 3, and `names` has 2; mend one of them"),
        (
            "data.yaml",
            "names: [person]\nkpt_shape: [17, 3]\n",
            2,
            "its labels tell points (`kpt_shape`), which are not learned from them; give labels of boxes or outlines",
        ),
    ] {
        fs::write(data.join(file), list).unwrap();
        assert_eq!(
            refused(at, &[&LOOK[..], &["-q"]].concat()),
            format!("error: labels: DATA/{file}, line {line}: {what}"),
            "{list}"
        );
        fs::remove_file(data.join(file)).unwrap();
    }
    fs::write(data.join("data.yaml"), "nc: 2\nnames: ['disc', 'square\n").unwrap();
    let said = refused(at, &[&LOOK[..], &["-q"]].concat());
    assert!(said.starts_with("error: labels: DATA/data.yaml, line ") && said.contains(": it is no YAML: "), "{said}");
    let deep = format!("names: {}", "[".repeat(100_000));
    fs::write(data.join("data.yaml"), deep).unwrap();
    let said = refused(at, &[&LOOK[..], &["-q"]].concat());
    assert!(said.starts_with("error: labels: DATA/data.yaml, line 1: "), "{said}");
}
