"""Checks an ONNX file with onnx's own checker and runs it in ONNX Runtime.

Standard input is {"model": file, "inputs": [{"shape": [...], "values": [...]}]}; each is run by itself. Standard output is
{"metadata": {...}, "inputs": {name: [sizes or symbols]}, "runs": [{output: {"shape": [...], "values": [...]}}]}.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime

request = json.load(sys.stdin)
onnx.checker.check_model(request["model"], full_check=True)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 2
options.log_severity_level = 3
session = onnxruntime.InferenceSession(request["model"], options, providers=["CPUExecutionProvider"])
(name,) = [entry.name for entry in session.get_inputs()]
outputs = [entry.name for entry in session.get_outputs()]
runs = []
for given in request["inputs"]:
    values = np.asarray(given["values"], dtype=np.float32).reshape(given["shape"])
    told = session.run(outputs, {name: values})
    runs.append({key: {"shape": list(value.shape), "values": value.ravel().tolist()} for key, value in zip(outputs, told)})
json.dump(
    {
        "metadata": dict(session.get_modelmeta().custom_metadata_map),
        "inputs": {entry.name: entry.shape for entry in session.get_inputs()},
        "runs": runs,
    },
    sys.stdout,
)
