"""Training beside PyTorch and fastai, in one command that prints one JSON object.

    python crates/firelight/benches/compare.py steps [SECONDS A MEASUREMENT]
    python crates/firelight/benches/compare.py head IMAGES LITE0.pth

Run from the repository. Each program runs in a process of its own, one after the other, so that memory is each one's. `steps`
needs torch and torchvision; `head` needs fastai too, and leaves it out where it cannot be imported.
"""
import json, math, resource, subprocess, sys, tempfile, time
from pathlib import Path


def main():
    words = sys.argv[1:]
    if words[0] == "peer":
        result = globals()[words[1]](*words[2:])
        result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(result))
        return
    build = ["cargo", "build", "--release", "-q", "--workspace", "--bench", "training", "--message-format=json"]
    artifacts = [json.loads(line) for line in subprocess.run(build, check=True, capture_output=True, text=True).stdout.splitlines()]
    program = [a["executable"] for a in artifacts if a.get("executable") and a["target"]["name"] == "training"][0]
    result = {"firelight": run([program, *words])}
    if words[0] == "steps":
        result["firelight"] |= run([program, "overhead", *words[1:]])
    else:
        with tempfile.TemporaryDirectory() as cache:
            for which in ["cache written", "cache read"]:
                result[f"firelight, {which}"] = run([program, *words, cache])
    for peer in {"steps": ["torch_steps"], "head": ["torch_head", "fastai_head"]}[words[0]]:
        try:
            result[peer] = run([sys.executable, __file__, "peer", peer, *words[1:]])
        except subprocess.CalledProcessError as error:
            result[peer] = {"left_out": error.stderr.strip().splitlines()[-1]}
    ours = result["firelight"]
    result["firelight_takes_times"] = {
        f"{peer} {key}": round(ours[key] / theirs[key], 2)
        for peer, theirs in result.items() if not peer.startswith("firelight")
        for key in theirs if isinstance(ours.get(key), float) and theirs[key] and not key.endswith("mb")
    }
    print(json.dumps(result, indent=1))


def run(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])


def middle(seconds, work):
    work()
    begin, times = time.perf_counter(), []
    while len(times) < 3 or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - start))
    return sorted(times)[len(times) // 2]


def create_head(features, classes, dropout=0.5):
    import torch
    from torch import nn

    class Pool(nn.Module):
        def forward(self, x):
            return torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)

    return nn.Sequential(
        Pool(), nn.BatchNorm1d(2 * features), nn.Dropout(dropout / 2), nn.Linear(2 * features, 512, bias=False), nn.ReLU(),
        nn.BatchNorm1d(512), nn.Dropout(dropout), nn.Linear(512, classes, bias=False),
    )


def torch_steps(seconds="2"):
    import torch, torchvision
    from torch import nn

    seconds, result = float(seconds), {}
    for size, batch in ((128, 8), (128, 16), (224, 8), (224, 16)):
        x = torch.sin(torch.arange(batch * 3 * size * size) * 0.01).reshape(batch, 3, size, size)
        y = torch.arange(batch)
        for name, frozen in (("sgd", False), ("adam", False), ("frozen_adam", True)):
            body = nn.Sequential(*list(torchvision.models.resnet18().children())[:-2])
            head = create_head(512, 37)
            if frozen:
                body.requires_grad_(False).eval()
            parts = [p for m in (body, head) for p in m.parameters() if p.requires_grad]
            opt = torch.optim.SGD(parts, 1e-4, momentum=0.9) if name == "sgd" else torch.optim.AdamW(parts, 1e-4)

            def step():
                loss = nn.functional.cross_entropy(head(body(x)), y)
                opt.zero_grad()
                loss.backward()
                opt.step()
                loss.item()

            result[f"{name}_{size}px_{batch}_ms"] = middle(seconds, step)
        model = nn.Sequential(*list(torchvision.models.resnet18().children())[:-2], create_head(512, 37)).eval()
        with torch.inference_mode():
            result[f"inference_{size}px_{batch}_ms"] = middle(seconds, lambda: model(x))
    return result


def lite0(weights):
    """EfficientNet-Lite0's body with its published weights."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    class Conv(nn.Conv2d):
        """TensorFlow's SAME padding: what is odd goes to the right and to the bottom."""
        def forward(self, x):
            pad = []
            for side, kernel, stride in zip(reversed(x.shape[-2:]), reversed(self.kernel_size), reversed(self.stride)):
                more = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
                pad += [more // 2, more - more // 2]
            return super().forward(F.pad(x, pad) if any(pad) else x)

    def norm(channels):
        return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)

    class Block(nn.Module):
        def __init__(self, inputs, outputs, kernel, stride, expand):
            super().__init__()
            wide = inputs * expand
            self.skip = inputs == outputs and stride == 1
            if expand > 1:
                self._expand_conv, self._bn0 = Conv(inputs, wide, 1, bias=False), norm(wide)
            self._depthwise_conv = Conv(wide, wide, kernel, stride, groups=wide, bias=False)
            self._bn1, self._project_conv, self._bn2 = norm(wide), Conv(wide, outputs, 1, bias=False), norm(outputs)

        def forward(self, x):
            y = F.relu6(self._bn0(self._expand_conv(x))) if hasattr(self, "_expand_conv") else x
            y = self._bn2(self._project_conv(F.relu6(self._bn1(self._depthwise_conv(y)))))
            return x + y if self.skip else y

    class Lite0(nn.Module):
        def __init__(self):
            super().__init__()
            self._conv_stem, self._bn0 = Conv(3, 32, 3, 2, bias=False), norm(32)
            blocks, inputs = [], 32
            for expand, kernel, stride, outputs, count in (
                (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3), (6, 5, 1, 112, 3), (6, 5, 2, 192, 4),
                (6, 3, 1, 320, 1),
            ):
                for index in range(count):
                    blocks.append(Block(inputs, outputs, kernel, stride if index == 0 else 1, expand))
                    inputs = outputs
            self._blocks = nn.ModuleList(blocks)
            self._conv_head, self._bn1 = Conv(320, 1280, 1, bias=False), norm(1280)

        def forward(self, x):
            x = F.relu6(self._bn0(self._conv_stem(x)))
            for block in self._blocks:
                x = block(x)
            return F.relu6(self._bn1(self._conv_head(x)))

    body = Lite0()
    missing = body.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True), strict=False).missing_keys
    assert not missing, missing
    return body


def pets(images):
    """Files sorted, their breeds, and fastai's split with seed 1."""
    import torch

    files = sorted(Path(images).glob("*.jpg"))
    breeds = [f.stem.rsplit("_", 1)[0] for f in files]
    vocab = sorted(set(breeds))
    torch.manual_seed(1)
    order = torch.randperm(len(files)).tolist()
    cut = int(0.2 * len(files))
    return files, [vocab.index(b) for b in breeds], vocab, order[cut:], order[:cut]


def torch_head(images, weights):
    """The body's features once, then ten epochs of the head along one cycle."""
    import numpy as np, torch
    from PIL import Image
    from torch import nn

    begin = time.perf_counter()
    files, labels, vocab, train, valid = pets(images)
    body, labels = lite0(weights).eval(), torch.tensor(labels)
    head = create_head(1280, len(vocab))
    pool, head = head[0], head[1:]

    def picture(file):
        picture = Image.open(file).convert("RGB").resize((224, 224), Image.BICUBIC)
        return (torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() - 127) / 128

    features = []
    with torch.inference_mode():
        for start in range(0, len(files), 32):
            features.append(pool(body(torch.stack([picture(f) for f in files[start : start + 32]]))))
    features = torch.cat(features).clone()
    featured = time.perf_counter() - begin
    opt = torch.optim.AdamW(head.parameters(), 5e-3, betas=(0.95, 0.99), eps=1e-5, weight_decay=0.01)
    batches = len(train) // 32
    cycle = torch.optim.lr_scheduler.OneCycleLR(opt, 5e-3, total_steps=10 * batches + 1, pct_start=0.25)
    reached, epochs = None, []
    for epoch in range(10):
        start = time.perf_counter()
        head.train()
        order = torch.tensor(train)[torch.randperm(len(train))]
        for rows in order[: batches * 32].split(32):
            loss = nn.functional.cross_entropy(head(features[rows]), labels[rows])
            opt.zero_grad()
            loss.backward()
            opt.step()
            cycle.step()
        head.eval()
        with torch.inference_mode():
            accuracy = (head(features[valid]).argmax(1) == labels[valid]).float().mean().item()
        epochs.append(time.perf_counter() - start)
        if accuracy >= 0.85 and reached is None:
            reached = (time.perf_counter() - begin, epoch + 1)
    return {
        "seconds_to_85": reached and reached[0], "epochs_to_85": reached and reached[1],
        "seconds": time.perf_counter() - begin, "seconds_of_features": featured,
        "head_epoch_ms": 1e3 * sum(epochs) / len(epochs), "accuracy": accuracy,
    }


def fastai_head(images, weights):
    """fastai's frozen fit_one_cycle of five epochs."""
    begin = time.perf_counter()
    from fastai.vision.all import (
        Callback, CategoryBlock, DataBlock, ImageBlock, IndexSplitter, Learner, Normalize, Resize, ResizeMethod, accuracy, params,
    )
    from torch import nn

    files, labels, vocab, train, valid = pets(images)
    dls = DataBlock(
        blocks=(ImageBlock, CategoryBlock), get_y=lambda f: f.stem.rsplit("_", 1)[0], splitter=IndexSplitter(valid),
        item_tfms=Resize(224, ResizeMethod.Squish), batch_tfms=Normalize.from_stats([127 / 255] * 3, [128 / 255] * 3, cuda=False),
    ).dataloaders(files, bs=32, num_workers=2)
    model = nn.Sequential(lite0(weights), create_head(1280, len(vocab)))
    reached, epochs = [], []

    class Watch(Callback):
        order = 61

        def before_epoch(self):
            self.start = time.perf_counter()

        def after_epoch(self):
            epochs.append(time.perf_counter() - self.start)
            if self.recorder.values[-1][-1] >= 0.85 and not reached:
                reached.extend([time.perf_counter() - begin, self.epoch + 1])

    learn = Learner(dls, model, metrics=accuracy, splitter=lambda m: [params(m[0]), params(m[1])], cbs=Watch())
    learn.freeze()
    with learn.no_bar(), learn.no_logging():
        learn.fit_one_cycle(5, 5e-3)
    return {
        "seconds_to_85": reached[0] if reached else None, "epochs_to_85": reached[1] if reached else None,
        "seconds": time.perf_counter() - begin, "accuracy": learn.recorder.values[-1][-1],
    }


main()
