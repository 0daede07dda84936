//! Where runs, caches and other outputs go.

use std::fs;

use crate::data;
use crate::{refused, run, said};

const SMALL: [&str; 6] = ["--weights", "none", "--size", "32", "--epochs", "1"];

#[test]
fn a_run_that_failed_before_it_trained_keeps_its_folder_from_nobody() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 24);
    let torn = at.join("data/red/torn.png");
    fs::write(&torn, "half").unwrap();
    for out in [&["--out", "out"][..], &[]] {
        let train = [&["train", "data", "-q"], &SMALL[..], out].concat();
        let error = refused(at, &train);
        // The remedy is an option that this command has, and a setting where a recipe is all that it has.
        assert!(error.starts_with("error: decode: cannot decode ") && error.contains("torn.png"), "{error}");
        assert!(error.ends_with("; --skip-broken leaves such files out"), "{error}");
        let folder = at.join(out.last().unwrap_or(&"firelight-out/data"));
        let recipe = folder.join("firelight.toml");
        assert!(recipe.is_file() && !folder.join("model.firelight").exists());
        let again = refused(at, &["train", "-q", "--out", "others", "--recipe", recipe.to_str().unwrap()]);
        assert!(again.ends_with("; `skip_broken = true` in the recipe leaves such files out"), "{again}");
        fs::remove_dir_all(at.join("others")).unwrap();
        said(at, &[&train[..], &["--skip-broken"]].concat());
        assert!(folder.join("model.firelight").is_file());
        assert!(fs::read_to_string(&recipe).unwrap().contains("skip_broken = true"));
        // A run that has a model is kept.
        let other = [&train[..], &["--seed", "2"]].concat();
        if out.is_empty() {
            refused(at, &other);
            assert!(at.join("firelight-out/data-2").is_dir());
        } else {
            assert!(refused(at, &other).contains("out has another run: "));
        }
    }
    // So is one that has a checkpoint.
    fs::remove_file(at.join("out/model.firelight")).unwrap();
    assert!(refused(at, &[&["train", "data", "--out", "out"], &SMALL[..]].concat()).contains("out has another run: "));
}

#[test]
fn a_cache_lies_apart_from_the_data_and_is_in_the_recipe() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 24);
    let train = |cache: &'static str| [&["train", "data", "-q", "--out", "out", "--cache", cache], &SMALL[..]].concat();
    let held = |folder: &str| fs::read_dir(at.join(folder)).unwrap().count();
    for (cache, why) in [
        ("data", "is the folder of the data"),
        ("./data/../data/", "is the folder of the data"),
        ("data/kept", "lies in the folder of the data"),
        ("data/red/kept/more", "lies in the folder of the data"),
        (".", "has the folder of the data in it"),
        ("", "says no place"),
        (" ", "says no place"),
    ] {
        let error = refused(at, &train(cache));
        assert!(error.starts_with("error: cache: ") && error.contains(why), "{cache:?}: {error}");
        assert!(error.contains("`memory`") && (held("data"), held(".")) == (3, 1), "{cache:?}: {error}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("data", at.join("link")).unwrap();
        assert!(refused(at, &train("link/kept")).contains("lies in the folder of the data"));
        fs::remove_file(at.join("link")).unwrap();
    }
    let recipe = |more: &[&str]| said(at, &[&["train", "data", "--dry-run"], &SMALL[..], more].concat());
    assert!(!recipe(&[]).contains("cache"));
    let memory: toml::Table = lines_of_a_recipe(&recipe(&["--cache", "memory", "--cache-gib", "0.5"]));
    assert_eq!(memory["cache"].to_string(), "{ gib = 0.5 }");
    // A run that goes on says where the pictures are kept now.
    let written = || lines_of_a_recipe(&fs::read_to_string(at.join("out/firelight.toml")).unwrap());
    said(at, &[&["train", "data", "-q", "--out", "out"], &SMALL[..]].concat());
    assert!(!written().contains_key("cache"));
    said(at, &train("kept"));
    assert!(written()["cache"]["folder"].as_str().unwrap().ends_with("kept"));
    // One that is written in a recipe is no other.
    let text = fs::read_to_string(at.join("out/firelight.toml")).unwrap();
    fs::write(at.join("other.toml"), text.replace("/kept\"", "/data/kept\"")).unwrap();
    assert!(refused(at, &["train", "--recipe", "other.toml"]).contains("lies in the folder of the data"));
}

fn lines_of_a_recipe(text: &str) -> toml::Table {
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("- ")).collect();
    lines.join("\n").parse().unwrap()
}

/// Each output of each command, in a folder that is not there, and one that cannot be.
#[test]
fn folders_of_outputs_are_made() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 24);
    fs::write(at.join("file"), "no folder").unwrap();
    let small = &SMALL[..4];
    said(at, &[&["train", "data", "-q", "--out", "a/b"], &SMALL[..]].concat());
    let model = "a/b/model.firelight";
    let commands: [(&str, &[&str], &str, &str); 11] = [
        ("train", &["data", "--epochs", "1"], "--json", "told.json"),
        ("train", &["data", "--epochs", "1"], "--out", "out"),
        ("look", &["data"], "--batch", "batch.png"),
        ("predict", &[model, "data"], "--csv", "all.csv"),
        ("predict", &[model, "data"], "--jsonl", "all.jsonl"),
        ("predict", &[model, "data/red/4.png"], "--explain", "drawn"),
        ("explain", &[model, "data/red/4.png"], "--out", "drawn"),
        ("explain", &[model, "data/red/4.png"], "--json", "why.json"),
        ("evaluate", &[model, "data"], "--json", "seen.json"),
        ("doctor", &["data"], "--json", "found.json"),
        ("rate", &["data", "--steps", "10"], "--plot", "rates.png"),
    ];
    for (command, arguments, option, file) in commands {
        let learns = ["train", "look", "doctor", "rate"].contains(&command);
        let given = [&[command, "-q"][..], arguments, if learns { small } else { &[] }].concat();
        let place = format!("new/{command}{option}/in/{file}");
        said(at, &[&given[..], &[option, &place]].concat());
        assert!(at.join(&place).exists(), "{place}");
        let output = run(at, &[&given[..], &[option, &format!("file/in/{file}")]].concat());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && error.contains("cannot write "), "{command} {option}: {error}");
        assert!(error.ends_with(&format!("choose another {option}\n")), "{command} {option}: {error}");
    }
}
