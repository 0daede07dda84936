//! What looks at data and at models: doctor, similar, serve.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::data::{self, COLOURS};
use crate::schema::fits;
use crate::{firelight, refused, said};

const SMALL: [&str; 4] = ["--weights", "none", "--size", "32"];

/// A command that serves, until its test ends.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = firelight(folder, arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit("//").next().unwrap().to_owned();
        assert!(address.starts_with("127.0.0.1:"), "{line}");
        Self { child, address }
    }

    fn send(&self, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (host, length) = (&self.address, body.len());
        let headers = format!("host: {host}\r\norigin: http://{host}\r\ncontent-type: application/json");
        write!(stream, "{head} HTTP/1.1\r\n{headers}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
            .unwrap();
        stream.write_all(body).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Class folders in which a red picture is called blue, a green one is there twice, and one is broken.
fn suspects(data: &Path) {
    data::class_folders(data, 90);
    let mut red: Vec<_> = fs::read_dir(data.join("red")).unwrap().map(|entry| entry.unwrap().path()).collect();
    red.sort();
    fs::rename(&red[0], data.join("blue/wrong.png")).unwrap();
    let green = fs::read_dir(data.join("green")).unwrap().next().unwrap().unwrap().path();
    fs::copy(green, data.join("green/twin.png")).unwrap();
    fs::write(data.join("green/broken.png"), "half a picture").unwrap();
}

#[test]
fn a_doctor_finds_a_wrong_label_and_a_twin_and_what_is_decided_is_trained_by() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    suspects(&at.join("data"));
    let told = said(at, &[&["doctor", "data", "--json", "found.json"], &SMALL[..]].concat());
    assert!(told.contains("blue/wrong.png") && told.contains("green/twin.png"), "{told}");
    assert!(told.contains("left out: ") && told.contains("broken.png"), "{told}");
    let found: Value = serde_json::from_slice(&fs::read(at.join("found.json")).unwrap()).unwrap();
    fits("doctor", &found);
    let names = found["items"].as_array().unwrap();
    assert_eq!(names.len(), 91, "the broken one is none");

    let serving =
        [&["doctor", "data", "-q", "--serve", "--port", "0", "--decisions", "decided.csv"], &SMALL[..]].concat();
    let page = Running::start(at, &serving);
    let number = names.iter().position(|name| name == "blue/wrong.png").unwrap();
    let decision = format!(r#"{{"item": {number}, "given": 0, "suggested": 2, "action": "Relabel"}}"#);
    page.send("POST /decisions", decision.as_bytes());
    drop(page);
    let decided = fs::read_to_string(at.join("decided.csv")).unwrap();
    assert!(decided.lines().any(|line| line == "blue/wrong.png,blue,red,relabel"), "{decided}");

    let train =
        [&["train", "data", "--epochs", "1", "--skip-broken", "--corrections", "decided.csv"], &SMALL[..]].concat();
    assert!(said(at, &train).contains("corrected: 1 item"), "{}", said(at, &train));
    let recipe = fs::read_to_string(at.join("firelight-out/data/firelight.toml")).unwrap();
    assert!(
        recipe.lines().any(|line| line.starts_with("corrections = ") && line.ends_with("decided.csv\"")),
        "{recipe}"
    );
    let look = [&["look", "data", "--skip-broken", "--corrections", "decided.csv"], &SMALL[..]].concat();
    let look = said(at, &look);
    assert!(look.contains("1 item(s) relabelled"), "{look}");
    fs::write(at.join("decided.csv"), "item,given,suggested,action\nblue/gone.png,blue,red,relabel\n").unwrap();
    let error = refused(at, &train);
    assert!(error.contains("decided.csv") && error.contains("blue/gone.png"), "{error}");
}

#[test]
fn a_picture_is_most_like_itself_and_then_like_its_twin() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    suspects(&at.join("data"));
    let told = said(at, &[&["similar", "data", "data/green/twin.png", "-k", "2", "--json"], &SMALL[..]].concat());
    let found: Value = serde_json::from_str(&told).unwrap();
    fits("similar", &found);
    let cosines: Vec<f64> = found.as_array().unwrap().iter().map(|like| like["cosine"].as_f64().unwrap()).collect();
    assert!(cosines.len() == 2 && cosines.iter().all(|cosine| *cosine > 0.9999), "{told}");
    assert!(found.as_array().unwrap().iter().any(|like| like["name"] == "green/twin.png"), "{told}");

    let masks = tempfile::tempdir().unwrap();
    data::masks(&masks.path().join("data"), 12);
    for command in [&["doctor", "data"][..], &["similar", "data", "data/images/1.png"]] {
        let error = refused(masks.path(), &[command, &SMALL].concat());
        assert!(error.starts_with(&format!("error: {}: masks have no one label", command[0])), "{error}");
    }
}

#[test]
fn a_model_is_served_with_the_costs_that_it_decides_by() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 60);
    fs::write(at.join("costs.csv"), "actual,predicted,cost\nblue,red,5\n").unwrap();
    said(at, &[&["train", "data", "--epochs", "4", "--costs", "costs.csv"], &SMALL[..]].concat());
    let server = Running::start(at, &["serve", "firelight-out/data/model.firelight", "--port", "0"]);
    let file = fs::read_dir(at.join("data/red")).unwrap().next().unwrap().unwrap().path();
    let told: Value = serde_json::from_str(&server.send("POST /predict", &fs::read(file).unwrap())).unwrap();
    assert!(COLOURS.contains(&told["class"].as_str().unwrap()), "{told}");
    assert!(told["expected_cost"].is_f64() && told.get("group").is_none(), "{told}");
    let model: Value = serde_json::from_str(&server.send("GET /model", b"")).unwrap();
    assert_eq!(model["highest_cost"], 5.0);
}

#[test]
fn evidence_is_drawn_for_what_a_model_says_or_for_a_class() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 30);
    said(at, &[&["train", "data", "--epochs", "2", "-q"], &SMALL[..]].concat());
    let model = "firelight-out/data/model.firelight";
    let lines = said(at, &["explain", model, "data/red", "--out", "why", "--json", "why.json"]);
    let told: Value = serde_json::from_slice(&fs::read(at.join("why.json")).unwrap()).unwrap();
    fits("explain", &told);
    let told = told.as_array().unwrap();
    assert_eq!((lines.lines().count(), told.len()), (10, 10));
    for (line, one) in lines.lines().zip(told) {
        let [file, output, drawn] = ["file", "output", "drawn"].map(|name| one[name].as_str().unwrap());
        assert_eq!(line, format!("{file}: {output}, {drawn}"));
        assert!(COLOURS.contains(&output) && drawn.ends_with(&format!("-{output}.png")));
        assert_eq!(image::image_dimensions(at.join(drawn)).unwrap(), (32, 32));
        assert!(said(at, &["predict", model, file]).contains(&format!(": {output} ")));
    }
    let blue = said(at, &["explain", model, "data/red/4.png", "--of", "blue"]);
    assert_eq!(blue, "data/red/4.png: blue, explained/0001-4-blue.png\n");
    let other = refused(at, &["explain", model, "data/red/4.png", "--of", "bleu"]);
    assert!(other.starts_with("error: explain: --of: ") && other.contains("did you mean \"blue\"?"), "{other}");
    fs::write(at.join("torn.png"), "half").unwrap();
    let output = crate::run(at, &["explain", model, "torn.png", "data/red/4.png"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.starts_with("error: predict: ") && errors.contains("torn.png"), "{errors}");
    assert!(errors.ends_with("error: 1 of 2 file(s) could not be explained\n"), "{errors}");
}

#[test]
fn rates_are_tried_and_the_one_that_is_told_is_trained_by() {
    let root = tempfile::tempdir().unwrap();
    let at = root.path();
    data::class_folders(&at.join("data"), 60);
    let line = said(at, &[&["rate", "data", "-q", "--json", "rates.json"], &SMALL[..]].concat());
    assert!(at.join("rates.png").is_file());
    let found: Value = serde_json::from_slice(&fs::read(at.join("rates.json")).unwrap()).unwrap();
    fits("rate", &found);
    let rates: Vec<f64> = found["rates"].as_array().unwrap().iter().map(|rate| rate.as_f64().unwrap()).collect();
    assert!(rates.len() > 50 && rates.is_sorted() && rates.len() == found["losses"].as_array().unwrap().len());
    let rate = found["suggestion"].as_f64().unwrap();
    assert!(rate > rates[0] && rate < 1.0, "{rate}");
    assert!(line.starts_with(&format!("the losses suggest a rate of {rate:.1e}: train --rate {rate:.1e}")), "{line}");
    let train = [&["train", "data", "--rate", "2e-3", "--dry-run"], &SMALL[..]].concat();
    assert!(said(at, &train).lines().any(|line| line == "rate = 0.002"), "{}", said(at, &train));
    let program = said(at, &[&["train", "data", "--rate", "2e-3", "--as-rust"], &SMALL[..]].concat());
    assert!(program.contains("learn.fit_one_cycle(60, 0.002)?;"), "{program}");
    // Masks have a network of their own kind.
    data::masks(&at.join("masked"), 12);
    said(at, &[&["rate", "masked", "--steps", "20", "--plot", "masks.png"], &SMALL[..]].concat());
    assert!(at.join("masks.png").is_file());
}
