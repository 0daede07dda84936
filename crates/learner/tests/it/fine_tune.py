"""Trains with PyTorch on the batches and from the weights of the test beside it, and writes the losses.

    FIRELIGHT_DUMP=/tmp/dump cargo test --workspace --test it -- first_losses   (fails while there are no losses yet)
    python fine_tune.py /tmp/dump fine_tune.json

Needs torch and torchvision. The recipe is fastai's fine_tune(1, base_lr=5e-5) with its Adam, body norms frozen in the first
phase, and no dropout. At 2e-3 the steps amplify rounding: inputs changed by 1e-6 of themselves move PyTorch's own losses by up
to 0.1 within 20 steps; at 5e-5 by 2e-4.
"""
import json, math, struct, sys
from pathlib import Path
import numpy as np, torch, torchvision
from torch import nn

STEPS, BATCH, SIZE, RATE = 10, 8, 96, 5e-5
folder, out = Path(sys.argv[1]), Path(sys.argv[2])


def weights(path):
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        yield name, torch.from_numpy(
            np.frombuffer(raw[8 + length + start : 8 + length + end], "<f4").copy().reshape(entry["shape"])
        )


class Pool(nn.Module):
    def forward(self, x):
        return torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)


start = dict(weights(folder / "start.safetensors"))
classes = json.loads((folder / "classes.json").read_text())
planes = torch.from_numpy(np.fromfile(folder / "planes.bin", "<f4")).reshape(2 * STEPS, BATCH, 3, SIZE, SIZE)
outputs = [t for n, t in start.items() if n.startswith("head.layers.1.linear.weight")][0].shape[1]

checkpoint = torch.load(Path(__file__).parents[4] / "../shared/reference/models/resnet18.pth")
full = torchvision.models.resnet18()
full.load_state_dict(checkpoint)
body = nn.Sequential(*list(full.children())[:-2])
head = nn.Sequential(
    Pool(), nn.BatchNorm1d(1024), nn.Linear(1024, 512, bias=False), nn.ReLU(), nn.BatchNorm1d(512),
    nn.Linear(512, outputs, bias=False),
)
with torch.no_grad():
    for layer, index in ((2, 0), (5, 1)):
        head[layer].weight.copy_(start[f"head.layers.{index}.linear.weight"].T)
    for layer, index in ((1, 0), (4, 1)):
        head[layer].weight.copy_(start[f"head.layers.{index}.norm.gamma"])
        head[layer].bias.copy_(start[f"head.layers.{index}.norm.beta"])

groups = [nn.ModuleList(body[:6]), nn.ModuleList(body[6:]), head]


def cosine(start, end, x):
    return start + (1 + math.cos(math.pi * (1 - x))) * (end - start) / 2


def one_cycle(x, rise, low, high, last):
    return cosine(low, high, x / rise) if x < rise else cosine(high, last, (x - rise) / (1 - rise))


def phase(frozen, highest, rise, div, batches):
    body.train(not frozen)
    body.requires_grad_(not frozen)
    head.train()
    parts = []
    for group, most in zip(groups, highest):
        for decay in (True, False):
            of = [p for p in group.parameters() if p.requires_grad and (p.dim() > 1) == decay]
            if of:
                parts.append(dict(params=of, most=most, weight_decay=0.01 if decay else 0.0))
    adam = torch.optim.AdamW(parts, betas=(0.95, 0.99), eps=1e-5)
    losses = []
    for step, (x, y) in enumerate(batches):
        place = step / len(batches)
        momentum = one_cycle(place, rise, 0.95, 0.85, 0.95)
        for part in adam.param_groups:
            part["lr"] = one_cycle(place, rise, part["most"] / div, part["most"], part["most"] / 1e5)
            part["betas"] = (momentum, 0.99)
        loss = nn.functional.cross_entropy(head(body(x)), torch.tensor(y))
        adam.zero_grad()
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return losses


batches = list(zip(planes, classes))
losses = phase(True, [RATE / 10, RATE / 10, RATE], 0.99, 25.0, batches[:STEPS])
losses += phase(False, [RATE / 200, RATE / 20, RATE / 2], 0.3, 5.0, batches[STEPS:])
out.write_text(json.dumps(losses) + "\n")
print(losses)
