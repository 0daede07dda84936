//! No import inside a crate runs back up: modules need each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

use super::{crates, read, sources};

type Arrows = BTreeMap<String, BTreeSet<String>>;

/// Which module of a crate uses which; names that `lib.rs` shows count for the module that they are from.
fn arrows(folder: &Path) -> Arrows {
    let expression = |text: &str| Regex::new(text).expect("an expression");
    let roots = ["lib.rs", "main.rs"].map(|root| folder.join(root));
    let lib = roots.iter().find(|root| root.is_file()).map_or_else(String::new, |root| read(root));
    let module = expression(r"(?m)^\s*(?:pub )?mod (\w+);");
    let modules: BTreeSet<&str> = module.captures_iter(&lib).filter_map(|found| Some(found.get(1)?.as_str())).collect();
    let mut homes: BTreeMap<String, String> = modules.iter().map(|name| (name.to_string(), name.to_string())).collect();
    for found in expression(r"pub(?:\(crate\))? use (\w+)::(?:(\w+)|\{([^}]*)\});").captures_iter(&lib) {
        let shown = found.get(2).or_else(|| found.get(3)).map_or("", |names| names.as_str());
        for name in
            shown.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|name| !name.is_empty())
        {
            if modules.contains(&found[1]) {
                homes.insert(name.to_owned(), found[1].to_owned());
            }
        }
    }
    let (one, several) = (expression(r"crate::(\w+)"), expression(r"(?s)crate::\{(.*?)\};"));
    let (comment, name) = (expression(r"//[^\n]*"), expression(r"(?:^|[,{])\s*(\w+)"));
    let mut arrows = Arrows::new();
    for path in sources(folder) {
        let inside = path.strip_prefix(folder).expect("a file of the crate");
        let top = inside.iter().next().unwrap_or_default().to_string_lossy().trim_end_matches(".rs").to_owned();
        if !modules.contains(top.as_str()) {
            continue;
        }
        let text = comment.replace_all(&read(&path), "").into_owned();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let listed = several.captures_iter(text).flat_map(|list| {
            let list = list[1].to_owned();
            name.captures_iter(&list).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        });
        let used = one.captures_iter(text).map(|found| found[1].to_owned()).chain(listed);
        let to = arrows.entry(top.clone()).or_default();
        to.extend(used.filter_map(|name| homes.get(&name).cloned()).filter(|home| *home != top));
    }
    arrows
}

/// All that a module needs, directly or not.
fn reached<'a>(arrows: &'a Arrows, from: &'a str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut left = vec![from];
    while let Some(module) = left.pop() {
        for next in arrows.get(module).into_iter().flatten() {
            if seen.insert(next.as_str()) {
                left.push(next);
            }
        }
    }
    seen
}

/// Sets of modules that all need each other.
fn knots(arrows: &Arrows) -> BTreeSet<Vec<&str>> {
    let needs: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|name| (name.as_str(), reached(arrows, name))).collect();
    let with = |name: &str| -> Vec<&str> {
        let both =
            |other: &&str| needs[name].contains(*other) && needs.get(*other).is_some_and(|all| all.contains(name));
        needs.keys().copied().filter(both).collect()
    };
    needs.keys().map(|name| with(name)).filter(|knot| knot.len() > 1).collect()
}

#[test]
fn modules_need_each_other_in_one_direction() {
    for (name, folder) in crates() {
        let arrows = arrows(&folder.join("src"));
        assert_eq!(
            knots(&arrows),
            BTreeSet::new(),
            "modules of crates/{name} need each other; `use crate::…` says how"
        );
    }
}

#[test]
fn a_knot_is_found() {
    let to = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    let arrows = Arrows::from([
        ("a".into(), to(&["b"])),
        ("b".into(), to(&["c"])),
        ("c".into(), to(&["a"])),
        ("d".into(), to(&["a"])),
    ]);
    assert_eq!(knots(&arrows), BTreeSet::from([vec!["a", "b", "c"]]));
}
