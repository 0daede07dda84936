//! What is written for scripts is what the book's schema says, where `FIRELIGHT_JSONSCHEMA` names a Python that has `jsonschema`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Prints what is wrong with the JSON that it reads, by a definition of the schema.
const CHECK: &str = "
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
schema['$defs'][sys.argv[2]]
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator({**schema, '$ref': '#/$defs/' + sys.argv[2]})
for error in validator.iter_errors(json.load(sys.stdin)):
    print(error.json_path, error.message[:300])
";

/// Fails where `written` is not what the schema says of the command.
pub fn fits(command: &str, written: &Value) {
    if let Some(wrong) = wrong(command, written) {
        assert!(wrong.is_empty(), "{command}: {wrong}");
    }
}

/// What is wrong with it; `None` where there is no program to tell.
fn wrong(command: &str, written: &Value) -> Option<String> {
    let Some(python) = std::env::var_os("FIRELIGHT_JSONSCHEMA") else {
        eprintln!("skipped: FIRELIGHT_JSONSCHEMA names no Python with jsonschema");
        return None;
    };
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/tool.schema.json");
    let mut child = Command::new(python);
    let child = child.arg("-c").arg(CHECK).arg(schema).arg(command);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(written.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command} has a definition");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_field_that_the_schema_has_not_is_seen() {
    let found = json!([{ "name": "cat.jpg", "cosine": 0.5, "distance": 2.0 }]);
    if let Some(wrong) = wrong("similar", &found) {
        assert_eq!(wrong, "$[0] Additional properties are not allowed ('distance' was unexpected)\n");
    }
}
