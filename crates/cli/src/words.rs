//! What the library says, in words of the tool: where a message would have a program call something, a user has an option, or nothing to call.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// What a program would do, and what a user does.
const WORDS: [(&str, &str); 17] = [
    (r" load it with `Registry::with_pixels\((\d+)\)`, or `firelight --pixels \d+`", " give `--pixels $1`"),
    (
        "; check the folder with `verify_images`(, or give the statistics with `with_normalize`)?",
        "; `firelight verify` lists them",
    ),
    (", or `Cache::memory`", ", or `--cache memory`"),
    (
        r"; if the file is to be trusted, raise the limit \(Limits::[^)]*\)",
        "; make it smaller by another program, or remove the file",
    ),
    (
        "; nothing is kept: if this is right, raise `Download::with_max_bytes`",
        "; nothing is kept: if this is right, fetch it by another program, and give the file (--weights FILE)",
    ),
    ("; try fewer with `with_workers`", "; end what else runs here, and try again"),
    (
        "; change the labeller or leave the file out, or, if it is meant, .* in it by `with_vocab`",
        "; say by --labels where the class is, or leave the file out",
    ),
    (
        "; make them one in the labeller or rename the files, or, if both are meant, give the block its vocab with `with_vocab`",
        "; make them one: rename the folder or the files, or correct the table",
    ),
    (
        r"Split so that every class is in the training part \(`StratifiedSplitter`\), leave these files out, or give the block its vocab with `with_vocab`",
        "Let every class be in the training part (another --split-seed or --valid), or leave these files out",
    ),
    (", as with `ImageFiles::in_folders`, or remove the link", ", or remove the link"),
    (", and let `with_item_weights` draw some more often", ""),
    (", or allow it with `ImageBlock::with_shared_files` and keep such items together with `GroupSplitter`", ""),
    (
        r"; use `with_batch_size\((\d+)\)` or smaller, or `with_drop_last\(false\)`",
        "; give `--batch-size $1`, or a smaller one",
    ),
    (", as by `Beside::with_folders_below`", ""),
    (r" \(`with_drop_last\(true\)`\)", ""),
    ("; predict items with `Predictor::answer_files`", "; such a model is for programs of the library"),
    // What remains says in brackets what a sentence is called in a program.
    (r" \(`?(?:[A-Z]\w+::\w+|with_\w+|loss_of)`?\)", ""),
];

static RULES: LazyLock<Vec<(Regex, &str)>> =
    LazyLock::new(|| WORDS.iter().filter_map(|(from, to)| Some((Regex::new(from).ok()?, *to))).collect());

/// A message without names of the library's items.
pub fn of_the_tool(message: &str) -> Cow<'_, str> {
    // Most lines have none.
    if !["::", "with_", "verify_images"].iter().any(|name| message.contains(name)) {
        return message.into();
    }
    let mut told = message.to_owned();
    for (from, to) in RULES.iter() {
        if let Cow::Owned(changed) = from.replace_all(&told, *to) {
            told = changed;
        }
    }
    told.into()
}

/// An error with the option that goes on without a picture that cannot be read, where the command has one, `skip`.
pub fn with_skipping(error: &str, skip: Option<&str>) -> String {
    let error = of_the_tool(error);
    match skip {
        Some(skip) if error.contains("decode: ") || error.contains("read: ") => {
            format!("{error}; {skip} leaves such files out")
        }
        _ => error.into_owned(),
    }
}
