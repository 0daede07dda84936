//! The short form of every suite.

use std::process::Command;

#[test]
fn nothing_is_lost() {
    let output = Command::new(env!("CARGO_BIN_EXE_firelight-hostile")).output().expect("it runs");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{errors}");
    assert_eq!(said.lines().count(), 10, "a line a suite: {said}");
    for line in said.lines() {
        let counts: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let [tried, answered, refused] =
            ["tried", "answered", "refused"].map(|name| counts[name].as_u64().expect("a count"));
        assert!(tried >= 14 && answered > 0 && refused > 0 && answered + refused == tried, "{line}");
    }
}
