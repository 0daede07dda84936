"""timm's bodies in PyTorch or ONNX Runtime: `torch_bodies.py NAME inference|frozen|training BATCH [SIZE] [compile|onnx]` prints a line as `bodies` does."""

import json
import os
import sys
import tempfile
import time
from statistics import median

import timm
import torch

name, work, batch, *rest = sys.argv[1:]
compiled, runtime = "compile" in rest, "onnx" in rest
side = int(next((word for word in rest if word.isdigit()), 224))
torch.set_num_threads(int(os.environ.get("RAYON_NUM_THREADS", "2")))
net = timm.create_model(name)
net = net.train() if work == "training" else net.eval()
count = int(batch) * 3 * side * side
pictures = torch.sin(torch.arange(count) * 0.01 + 0.3).reshape(int(batch), 3, side, side)
forward = {"frozen": net.forward_features}.get(work, net.forward)
forward = torch.compile(forward) if compiled else forward


def session():
    """The same network as torch's own exporter writes it, in ONNX Runtime."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "net.onnx")
        torch.onnx.export(net, (pictures,), file, input_names=["pictures"], opset_version=18, dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


if runtime:
    if work != "inference":
        sys.exit()
    session, array = session(), pictures.numpy()
    forward = lambda _: session.run(None, {"pictures": array})


def once():
    if work == "training":
        net.zero_grad()
        forward(pictures).square().mean().backward()
    else:
        with torch.inference_mode():
            forward(pictures)


once(), once()
begun, each = time.perf_counter(), []
while len(each) < 9 or time.perf_counter() - begun < 3:
    one = time.perf_counter()
    once()
    each.append((time.perf_counter() - one) * 1e3)
whose = "compiled" if compiled else "onnxruntime" if runtime else "eager"
print(json.dumps({"body": name, "work": work, "batch": int(batch), "size": side, "whose": whose, "ms": median(each)}))
