"""Forward and backward of the losses, this crate on flex beside PyTorch, in the same minute with the same threads.

    python crates/losses/benches/compare.py [THREADS] [ROUNDS]

Run from the repository, with a Python that imports torch. The two take turns for ROUNDS (3) rounds with THREADS (2)
threads, and the fastest time of each counts, so that other work on the machine slows both alike. Prints a table in
Markdown and one JSON object. PyTorch's side is the shortest program that a user would write for the same values:

- plain: `cross_entropy`,
- soft: `cross_entropy` against the rows of the label matrix,
- pair: `cross_entropy` without reduction times the weights of (target, argmax), or the weights expected under softmax,
- hierarchical: the sums of probabilities below each node by `index_add`, then logarithms of ratios along the path. It is
  faster than sums in the logarithms' space and gives up where probabilities underflow, which ours does not.
"""

import json
import os
import subprocess
import sys
import time


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    build()
    ours, theirs = {}, {}
    for _ in range(rounds):
        for kept, rows in ((ours, firelight(threads)), (theirs, torch_rows(threads))):
            for row in rows:
                key = (row["loss"], row["batch"], row["classes"])
                kept[key] = min(row["ms"], kept.get(key, float("inf")))
    rows = [
        {"loss": k[0], "batch": k[1], "classes": k[2], "firelight_ms": ours[k], "torch_ms": theirs[k],
         "times_torch": round(ours[k] / theirs[k], 2)}
        for k in ours
    ]
    print("| loss | logits | this crate, ms | PyTorch, ms | ratio |\n|---|---|---|---|---|")
    for row in rows:
        logits = f"[{row['batch']}, {row['classes']}]"
        print(f"| {row['loss']} | {logits} | {row['firelight_ms']:.3f} | {row['torch_ms']:.3f} | {row['times_torch']:.2f} |")
    print(json.dumps({"threads": threads, "rounds": rounds, "rows": rows}))


COMMAND = ["cargo", "bench", "-q", "--workspace", "--bench", "losses"]


def build():
    subprocess.run([*COMMAND, "--no-run"], check=True)


def firelight(threads):
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    done = subprocess.run([*COMMAND, "--", "0.5"], check=True, capture_output=True, text=True, env=environment)
    return json.loads(done.stdout)


def torch_rows(threads):
    """In a process of its own, so that neither side's threads wait beside the other's work."""
    done = subprocess.run([sys.executable, __file__, "--torch", str(threads)], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure_torch(threads):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(threads)
    rows = []
    for batch, classes in ((64, 37), (256, 1000), (1024, 10_000)):
        at = torch.arange(batch * classes)
        logits = ((at * 7919) % 8009).float().div(1000).sub(4).reshape(batch, classes)
        targets = torch.arange(batch) * 31 % classes
        levels = ancestors(torch, classes)
        height = meeting_heights(torch, levels, classes)
        soft = 0.7 * torch.eye(classes) + 0.3 * F.softmax(-4 * height / height.max(), 1)
        weights = 1 + 2 * height / height.max()
        del height

        def pair(z):
            factor = weights[targets, z.detach().argmax(1)]
            return (F.cross_entropy(z, targets, reduction="none") * factor).mean()

        def expected(z):
            factor = (weights[targets] * F.softmax(z.detach(), 1)).sum(1)
            return (F.cross_entropy(z, targets, reduction="none") * factor).mean()

        depth = len(levels)
        lambdas = [2.718281828 ** (-0.1 * d) for d in range(1, depth + 2)]

        def hierarchical(z):
            p = F.softmax(z, 1)
            above, loss = 0.0, 0.0
            for level, factor in zip(levels, lambdas):
                sums = torch.zeros(batch, int(level.max()) + 1).index_add(1, level, p)
                here = sums.gather(1, level[targets][:, None]).log()
                loss, above = loss - factor * (here - above), here
            here = F.log_softmax(z, 1).gather(1, targets[:, None])
            return (loss - lambdas[-1] * (here - above)).mean()

        losses = {
            "plain": lambda z: F.cross_entropy(z, targets),
            "soft": lambda z: F.cross_entropy(z, soft[targets]),
            "pair": pair, "pair expected": expected, "hierarchical": hierarchical,
        }
        for name, loss in losses.items():
            rows.append({"loss": name, "batch": batch, "classes": classes, "ms": fastest(loss, logits)})
    print(json.dumps(rows))


def ancestors(torch, classes):
    """For each inner level below the root the number of every class's node there."""
    at = torch.arange(classes)
    if classes == 37:
        return [(at >= 12).long()]
    return [at // 100, at // 10] if classes == 1000 else [at // 1000, at // 100, at // 10]


def meeting_heights(torch, levels, classes):
    height = torch.full((classes, classes), float(len(levels) + 1))
    for below, level in enumerate(levels):
        height -= (level[:, None] == level[None, :]).float()
    return height.fill_diagonal_(0)


def fastest(loss, logits, least=0.5):
    best, start, runs = float("inf"), time.perf_counter(), 0
    while time.perf_counter() - start < least or runs < 5:
        z = logits.clone().requires_grad_()
        run = time.perf_counter()
        loss(z).backward()
        best = min(best, time.perf_counter() - run)
        runs += 1
    return round(1000 * best, 4)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--torch"]:
        measure_torch(int(sys.argv[2]))
    else:
        main()
