"""timm's bodies in PyTorch or ONNX Runtime: `torch_bodies.py NAMES WORKS BATCH [SIZE] [PRECISION] [SECONDS] [compile|onnx]` prints lines as `bodies` does.

On the card where PyTorch sees one. Half precision is autocast's (AMP): weights stay in single precision, as ours do. The rest is as PyTorch has it
by default, so convolutions in single precision use TF32 where the card has it.
"""

import json
import os
import sys
import tempfile
import time
from statistics import median

import timm
import torch

names, works, batch, *rest = sys.argv[1:]
compiled, runtime = "compile" in rest, "onnx" in rest
batch, side = int(batch), int(rest[0]) if rest and rest[0].isdigit() else 224
precision = next((word for word in rest if word in ("f16", "bf16")), "f32")
seconds = float(rest[2]) if len(rest) > 2 and rest[2] not in ("compile", "onnx") else 3.0
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
whose = "compiled" if compiled else "onnxruntime" if runtime else "eager"
torch.set_num_threads(int(os.environ.get("RAYON_NUM_THREADS", torch.get_num_threads())))


def wait():
    if device.type == "cuda":
        torch.cuda.synchronize()


def half():
    dtype = torch.float16 if precision == "f16" else torch.bfloat16
    return torch.autocast(device.type, dtype, enabled=precision != "f32")


def session(net, pictures):
    """The same network as torch's own exporter writes it, in ONNX Runtime."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "net.onnx")
        torch.onnx.export(net, (pictures,), file, input_names=["pictures"], opset_version=18, dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def timed(work):
    """As `clock.rs`: a card is waited for after several times the work."""

    def run(times):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        wait()
        return (time.perf_counter() - begun) / times

    first = run(1)
    run(2)
    once = run(1)
    times = int(max(1, min(20, 0.05 / once))) if device.type == "cuda" else 1
    run(times)
    begun, each = time.perf_counter(), []
    while len(each) < 9 or time.perf_counter() - begun < seconds:
        each.append(run(times))
    return {"ms": 1e3 * median(each), "first_ms": 1e3 * first, "queued": times}


def pieces(net, work, pictures):
    """A function of no arguments that does the work once."""
    forward = {"frozen": net.forward_features}.get(work, net.forward)
    forward = torch.compile(forward) if compiled else forward
    if runtime:
        there, array = session(net, pictures), pictures.numpy()
        return lambda: there.run(None, {"pictures": array})
    targets = torch.arange(batch, device=device)
    optimizer = torch.optim.SGD(net.parameters(), 1e-4, momentum=0.9)

    def once():
        if work in ("inference", "frozen"):
            with torch.inference_mode(), half():
                return forward(pictures)
        net.zero_grad()
        with half():
            scores = forward(pictures)
            loss = scores.float().square().mean() if work == "training" else torch.nn.functional.cross_entropy(scores, targets)
        loss.backward()
        if work == "step":
            optimizer.step()

    return once


def tune(net):
    """An epoch of a new last layer and three of everything, whose loss is read at each step: the last epoch's median."""
    classes, steps = 8, 24 if seconds > 0 else 3
    net.reset_classifier(classes)
    net.to(device)
    forward = torch.compile(net) if compiled else net
    head = {id(parameter) for parameter in net.get_classifier().parameters()}
    scaler = torch.amp.GradScaler(device.type, enabled=precision == "f16")
    x = torch.arange(side).repeat(side, 1)
    made = [torch.sin(x * (0.1 + 0.2 * (n % classes)) + n).expand(3, side, side) for n in range(batch * steps)]
    pictures, targets = torch.stack(made).split(batch), (torch.arange(batch * steps) % classes).split(batch)
    begun, told = time.perf_counter(), []
    for epoch in range(4):
        for parameter in net.parameters():
            parameter.requires_grad_(epoch > 0 or id(parameter) in head)
        if epoch < 2:
            optimizer = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], 1e-4)
        each, losses, last = [], [], time.perf_counter()
        for picture, target in zip(pictures, targets):
            with half():
                loss = torch.nn.functional.cross_entropy(forward(picture.to(device)), target.to(device))
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            losses.append(loss.item())
            now = time.perf_counter()
            each.append(now - last)
            last = now
        told.append(sum(losses) / steps)
    return {"ms": 1e3 * median(each), "seconds": time.perf_counter() - begun, "waits_a_step": 1.0, "losses": told}


for name in names.split(","):
    for work in works.split(","):
        if runtime and work != "inference":
            continue
        # The one name that is not timm's.
        theirs = name.replace("efficientnet-lite", "tf_efficientnet_lite")
        net = timm.create_model(theirs, **({"img_size": side} if name.startswith("vit") else {}))
        net = (net.train() if work in ("training", "step", "tune") else net.eval()).to(device)
        count = batch * 3 * side * side
        pictures = torch.sin(torch.arange(count) * 0.01 + 0.3).reshape(batch, 3, side, side).to(device)
        figures = tune(net) if work == "tune" else timed(pieces(net, work, pictures))
        line = {"body": name, "work": work, "batch": batch, "size": side, "precision": precision, "whose": whose}
        print(json.dumps(line | figures), flush=True)
        if compiled:
            torch._dynamo.reset()
