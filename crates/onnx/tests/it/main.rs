//! Layers and operations as ONNX Runtime computes them, where there is one: `FIRELIGHT_ONNX` names a Python that has `onnx` and `onnxruntime`.

mod python;
mod refused;
mod rules;
mod runtime;
