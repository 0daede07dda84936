//! Messages name what a user of the tool has: its options, and no items of the library.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

use words::{of_the_tool, with_skipping};

#[path = "../../src/words.rs"]
mod words;

/// Of messages that no command can meet the parts that remain: of blocks, losses, metrics and sources that the tool does not have.
const NOT_MET: [&str; 17] = [
    "`HeldOut::of_scores`",
    "`TargetBlock::corrected`",
    "`with_item_transform(Resize::crop(…))`",
    "`Beside::with_folders_below` the folder",
    "`RleMasks::with_classes`, which",
    "`GrandparentSplitter::new`",
    "`Split::new`",
    "`Unpacking::with_max_bytes`",
    "`Unpacking::with_max_entries`",
    "`Learner::save`",
    "`FeatureIndex::features`",
    "`ImageBlock::with_file`",
    "Model::mixes_precision",
    "learn.calibrate(&Calibrator::temperature())",
    "by with_vocab",
    "MaskReader::with_codes([",
    "MaskReader::with_void([",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// The texts of a source outside its comments, each on one line.
fn texts(source: &str) -> Vec<String> {
    let code: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let text = Regex::new(r#""((?:[^"\\\n]|\\.|\\\n)*)""#).unwrap();
    let broken = Regex::new(r"\\\n\s*").unwrap();
    text.captures_iter(&code.join("\n")).map(|text| broken.replace_all(&text[1], "").into_owned()).collect()
}

#[test]
fn no_message_that_the_tool_can_meet_names_an_item_of_the_library() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for entry in fs::read_dir(&crates).unwrap() {
        let source = entry.unwrap().path().join("src");
        // The tool's own messages are for its users; what makes ONNX files has no command.
        if source.is_dir() && !["onnx", "cli"].iter().any(|name| source.ends_with(format!("{name}/src"))) {
            sources(&source, &mut files);
        }
    }
    let item = Regex::new(r"\b[A-Z]\w+::[a-z]\w+|\bwith_[a-z]\w*|\bverify_images\b").unwrap();
    let hole = Regex::new(r"\{[^{}]*\}").unwrap();
    let (mut met, mut left, mut unmet) = (0, Vec::new(), NOT_MET.to_vec());
    for file in files {
        let is_sentence = |text: &String| text.contains(' ') && item.is_match(text);
        for text in texts(&fs::read_to_string(&file).unwrap()).into_iter().filter(is_sentence) {
            // As it is when it is said.
            let said = hole.replace_all(&text, "7").into_owned();
            let told = of_the_tool(&said).into_owned();
            met += usize::from(told != said);
            if item.is_match(&told) {
                unmet.retain(|part| !told.contains(part));
                left.extend(
                    NOT_MET.iter().all(|part| !told.contains(part)).then(|| format!("{}: {told}", file.display())),
                );
            }
        }
    }
    assert!(met > 20, "{met} messages are told otherwise");
    assert!(left.is_empty(), "{}", left.join("\n"));
    assert!(unmet.is_empty(), "no message has {unmet:?}");
}

#[test]
fn options_stand_where_the_library_has_methods() {
    assert_eq!(
        of_the_tool(
            "it is for 9; if its maker is to be trusted, load it with `Registry::with_pixels(70)`, or `firelight --pixels 70`"
        ),
        "it is for 9; if its maker is to be trusted, give `--pixels 70`"
    );
    assert_eq!(
        of_the_tool("cache: cannot use x: no; give a folder that can be written, or `Cache::memory`"),
        "cache: cannot use x: no; give a folder that can be written, or `--cache memory`"
    );
    assert_eq!(of_the_tool("a (b) with_it ::c"), "a (b) with_it ::c");
    let torn = "decode: cannot decode x.png: no; replace or remove the file";
    assert_eq!(with_skipping(torn, Some("--skip-broken")), format!("{torn}; --skip-broken leaves such files out"));
    assert_eq!(with_skipping(torn, None), torn);
    assert_eq!(with_skipping("train: no", Some("--skip-broken")), "train: no");
}
