//! ONNX's own checker, and ONNX Runtime, where there are such: `FIRELIGHT_ONNX` names a Python that has `onnx` and `onnxruntime`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// Whether there is one; said where there is none.
pub fn python() -> Option<String> {
    let python = std::env::var("FIRELIGHT_ONNX").ok();
    if python.is_none() {
        eprintln!("skipped: FIRELIGHT_ONNX names no Python with onnx and onnxruntime");
    }
    python
}

/// What the runtime says of each of some inputs, `{"shape": […], "values": […]}`, as `run.py` has it.
pub fn answers(python: &str, file: &Path, inputs: &[Value]) -> Value {
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../onnx/tests/run.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python of FIRELIGHT_ONNX");
    let request = json!({ "model": file, "inputs": inputs });
    child.stdin.take().expect("a pipe").write_all(request.to_string().as_bytes()).expect("a request");
    let done = child.wait_with_output().expect("an end");
    assert!(done.status.success(), "the runtime refuses the model");
    serde_json::from_slice(&done.stdout).expect("an answer")
}
