//! Lists of the classes that YOLO's labels count.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use firelight::prelude::*;
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput};

use super::Found;
use crate::files::folders;

/// Usual names, the likeliest first.
const LISTS: [&str; 6] = ["data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names", "_darknet.labels"];
/// How deep lists may lie in one another.
const DEEPEST: usize = 32;

/// Whether a file's name is that of a list.
pub fn is_list(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    is_yaml(file) || ends(file, "names") || ["classes.txt", "_darknet.labels"].iter().any(|usual| is_named(name, usual))
}

fn is_yaml(file: &Path) -> bool {
    ends(file, "yaml") || ends(file, "yml")
}

fn ends(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|of| of.eq_ignore_ascii_case(ending))
}

fn is_named(name: &std::ffi::OsStr, usual: &str) -> bool {
    name.eq_ignore_ascii_case(usual)
}

/// The list in the folder, or in one below it or beside the labels: the first that names classes or is wrong.
pub fn list(found: &Found) -> Option<PathBuf> {
    let mut homes = vec![found.data.to_path_buf(), found.data.join("labels")];
    homes.extend(found.files.iter().filter_map(|file| Some(found.data.join(folders(file).first()?))));
    homes.dedup();
    let there: Vec<PathBuf> = homes.iter().flat_map(|home| lists_in(home)).collect();
    there.iter().find(|file| read(file).map_or(true, |names| !names.is_empty())).or(there.first()).cloned()
}

fn lists_in(home: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(home).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let place = |file: &Path| LISTS.iter().position(|usual| is_named(file.file_name().unwrap_or_default(), usual));
    let mut lists: Vec<(usize, PathBuf)> =
        entries.filter_map(|file| Some((place(&file)?, file))).filter(|(_, file)| file.is_file()).collect();
    lists.sort();
    lists.into_iter().map(|(_, file)| file).collect()
}

/// The names of the classes, class 0 first.
pub fn names(list: &Path) -> Result<Vec<String>> {
    let names = read(list)?;
    if names.is_empty() {
        let list = list.display();
        return Err(format!(
            "labels: {list} names no classes, from 0 on; write `names: [cat, dog]`, or in classes.txt a name a line"
        )
        .into());
    }
    Ok(names)
}

/// The same, none where the file has no names.
fn read(list: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(list).map_err(|why| format!("labels: cannot read {}: {why}", list.display()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let names = if is_yaml(list) { in_yaml(text) } else { in_lines(text) };
    Ok(names
        .map_err(|Wrong { line, what, remedy }| format!("labels: {}, line {line}: {what}; {remedy}", list.display()))?)
}

/// What is wrong with a list.
struct Wrong {
    line: usize,
    what: String,
    remedy: &'static str,
}

impl Wrong {
    fn new(line: usize, what: impl Into<String>, remedy: &'static str) -> Self {
        Self { line, what: what.into(), remedy }
    }
}

/// A name a line.
fn in_lines(text: &str) -> Result<Vec<String>, Wrong> {
    let names: Vec<String> = text.trim_end().lines().map(|line| line.trim().to_owned()).collect();
    match names.iter().position(String::is_empty) {
        Some(place) if !text.trim().is_empty() => {
            let what = format!("it is empty, and so class {place} has no name");
            Err(Wrong::new(place + 1, what, "name it, or take the line out"))
        }
        _ => Ok(names),
    }
}

/// What stands under `names`: names in their order, or each by its number.
fn in_yaml(text: &str) -> Result<Vec<String>, Wrong> {
    let Node::Pairs(pairs) = Reader(Parser::new_from_str(text)).root()? else { return Ok(Vec::new()) };
    let field = |name: &str| pairs.iter().find(|pair| pair.key == name);
    if let Some(pair) = field("kpt_shape") {
        let what = "its labels tell points (`kpt_shape`), which are not learned from them";
        return Err(Wrong::new(pair.line, what, "give labels of boxes or outlines"));
    }
    let form = "write `names: [cat, dog]`, or a line for each as `0: cat`";
    let names = match field("names") {
        None | Some(Pair { value: Node::None, .. }) => return Ok(Vec::new()),
        Some(Pair { value: Node::List(list), .. }) => list.iter().map(named).collect::<Result<Vec<_>, _>>()?,
        Some(Pair { value: Node::Pairs(pairs), .. }) => numbered(pairs, form)?,
        Some(pair) => return Err(Wrong::new(pair.line, "`names` is no list", form)),
    };
    match field("nc") {
        Some(Pair { line, value: Node::Text(count), .. }) if *count != names.len().to_string() => {
            let what = format!("`nc` is {count}, and `names` has {}", names.len());
            Err(Wrong::new(*line, what, "mend one of them"))
        }
        _ => Ok(names),
    }
}

fn named((line, node): &(usize, Node)) -> Result<String, Wrong> {
    match node {
        Node::Text(name) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
        _ => Err(Wrong::new(*line, "a class has no name that is text", "write its name, in quotes where it has signs")),
    }
}

/// Names by their numbers, in any order.
fn numbered(pairs: &[Pair], form: &'static str) -> Result<Vec<String>, Wrong> {
    let mut names = vec![None; pairs.len()];
    for Pair { line, key, value } in pairs {
        let number = key.parse::<usize>().map_err(|_| Wrong::new(*line, format!("{key:?} is no number"), form))?;
        let what = || format!("class {number} is one of {}, which are numbered from 0", pairs.len());
        let place = names.get_mut(number).ok_or_else(|| Wrong::new(*line, what(), "name all classes"))?;
        *place = Some(named(&(*line, value.clone()))?);
    }
    // As many names as places, and no key twice, though `1` and `01` are the same number.
    let line = pairs.first().map_or(1, |pair| pair.line);
    let all: Option<Vec<String>> = names.into_iter().collect();
    all.ok_or_else(|| Wrong::new(line, "a class is named twice", "name all classes"))
}

/// A part of a YAML file.
#[derive(Clone)]
enum Node {
    None,
    Text(String),
    List(Vec<(usize, Node)>),
    Pairs(Vec<Pair>),
    /// What names of classes have no use for.
    Other,
}

#[derive(Clone)]
struct Pair {
    line: usize,
    key: String,
    value: Node,
}

struct Reader<'a>(Parser<'a, StrInput<'a>>);

impl<'a> Reader<'a> {
    /// The first document.
    fn root(&mut self) -> Result<Node, Wrong> {
        loop {
            match self.next()? {
                (Event::StreamStart | Event::DocumentStart(_) | Event::Nothing, _) => {}
                (Event::StreamEnd | Event::DocumentEnd, _) => return Ok(Node::None),
                (event, line) => return self.node(event, line, 0),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, usize), Wrong> {
        let wrong = |why: ScanError| {
            Wrong::new(why.marker().line(), format!("it is no YAML: {}", why.info()), "mend it, or write classes.txt")
        };
        let (event, span): (Event, Span) =
            self.0.next_event().unwrap_or(Ok((Event::StreamEnd, Span::default()))).map_err(wrong)?;
        Ok((event, span.start.line()))
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Node, Wrong> {
        if depth > DEEPEST {
            return Err(Wrong::new(line, format!("lists lie {depth} deep in one another"), "give another file"));
        }
        match event {
            Event::Scalar(text, style, ..) => Ok(scalar(text, style)),
            Event::SequenceStart(..) => {
                let mut list = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(Node::List(list)),
                        (event, line) => list.push((line, self.node(event, line, depth + 1)?)),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut pairs = Vec::<Pair>::new();
                loop {
                    let (event, line) = self.next()?;
                    if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                        return Ok(Node::Pairs(pairs));
                    }
                    let key = match self.node(event, line, depth + 1)? {
                        Node::Text(key) => key,
                        _ => String::new(),
                    };
                    let (event, _) = self.next()?;
                    let value = self.node(event, line, depth + 1)?;
                    if pairs.iter().any(|pair| pair.key == key && !key.is_empty()) {
                        return Err(Wrong::new(line, format!("{key:?} is there twice"), "take one of them out"));
                    }
                    pairs.push(Pair { line, key, value });
                }
            }
            _ => Ok(Node::Other),
        }
    }
}

fn scalar(text: Cow<str>, style: ScalarStyle) -> Node {
    let is_none = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
    if is_none { Node::None } else { Node::Text(text.into_owned()) }
}
