//! What is wrong with a folder, and training by what was decided about it.

use std::path::Path;

fn examined(folder: &Path) -> serde_json::Value {
    let output = super::pets(folder, &["doctor", "images", "--json", "found.json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(table.contains("\n20 items\n") && table.contains("left out: ") && table.contains("pug_21.jpg"), "{table}");
    serde_json::from_str(&std::fs::read_to_string(folder.join("found.json")).expect("findings")).expect("JSON")
}

#[test]
fn it_lists_what_is_wrong_and_trains_by_what_was_decided() {
    let folder = super::folder();
    std::fs::copy(folder.path().join("images/pug_1.jpg"), folder.path().join("images/Bengal_2.jpg")).expect("a copy");
    std::fs::write(folder.path().join("images/pug_21.jpg"), "torn").expect("a file");
    let found = examined(folder.path());
    let number = |name: &str| found["items"].as_array().expect("names").iter().position(|item| item == name);
    let twins = [number("Bengal_2.jpg").expect("an item"), number("pug_1.jpg").expect("an item")];
    let is_pair = |group: &serde_json::Value| {
        twins.iter().all(|twin| group["items"].as_array().is_some_and(|all| all.contains(&(*twin).into())))
    };
    assert!(found["duplicates"].as_array().expect("groups").iter().any(is_pair), "{}", found["duplicates"]);

    std::fs::remove_file(folder.path().join("images/pug_21.jpg")).expect("removed");
    let rows = "item,given,suggested,action\nBengal_2.jpg,Bengal,pug,relabel\npug_1.jpg,pug,,leave out\n";
    std::fs::write(folder.path().join("corrections.csv"), rows).expect("a file");
    let corrected = [&super::QUICK[..], &["--corrections", "corrections.csv"]].concat();
    let output = super::pets(folder.path(), &corrected);
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(table.contains("\ncorrected: 1 item(s) relabelled, 1 left out\n"), "{table}");
    let page = std::fs::read_to_string(folder.path().join("pets-out/soft/report.html")).expect("the run's page");
    assert!(page.contains("1 item(s) relabelled, 1 left out"));

    let refused = super::refusal(folder.path(), &["--images", "images", "--corrections", "none.csv"]);
    assert!(refused.starts_with("error: corrections: cannot read none.csv: "), "{refused}");
    let refused =
        super::refusal(folder.path(), &["--images", "images", "--task", "box", "--corrections", "corrections.csv"]);
    assert_eq!(refused, "error: corrections: they are of breeds; leave --task out\n");
}

#[cfg(feature = "serve")]
#[test]
fn it_serves_a_page_to_decide_on() {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    let folder = super::folder();
    let arguments = ["doctor", "images", "--quiet", "--serve", "--port", "0"];
    let served = super::running::Running::start(folder.path(), &arguments);
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(&served.address).expect("a connection");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", served.address).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    };
    assert!(ask("/").contains("<h1>Findings</h1>"));
    let findings = ask("/findings");
    let (_, body) = findings.split_once("\r\n\r\n").expect("a body");
    let findings: serde_json::Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(findings["classes"], serde_json::json!(["Bengal", "pug"]));
    if let Some(item) = findings["items"].as_object().and_then(|items| items.keys().next()) {
        assert!(ask(&format!("/picture/{item}")).starts_with("HTTP/1.1 200 OK"), "{item}");
    }
}
