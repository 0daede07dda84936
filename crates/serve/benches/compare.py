"""Answers a second of `firelight serve`, and of FastAPI with ONNX Runtime, of one model and to the same clients.

    python crates/serve/benches/compare.py FOLDER WEIGHTS [--clients 32] [--seconds 8] [--rounds 5] [--json FILE]

Run from the repository, with a Python that has fastapi, uvicorn[standard], onnxruntime, numpy and pillow. WEIGHTS are those of EfficientNet-Lite0; a head
is trained on FOLDER for an epoch, and the model written as ONNX for the peer (`peer.py`), which is tried as one process whose session has a
thread a core, and as a process a core of a thread each. The clients (`examples/load.rs`) post the folder's pictures over the loopback. The
servers take turns, so that other work on the machine slows all alike; figures are medians over the rounds, ratios medians of the rounds' ratios
to the better peer of each. A table goes to stderr and JSON to stdout.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ARCH = "efficientnet-lite0"
OURS = "firelight"
SIZE = 224


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("weights", type=Path)
    arguments.add_argument("--clients", type=int, default=32)
    arguments.add_argument("--seconds", type=float, default=8)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json", type=Path, help="where to write the JSON too")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as made:
        result = measure(options, Path(made))
    print(table(result), file=sys.stderr)
    text = json.dumps(result, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


def measure(options, made):
    tool, load = built()
    model = trained(tool, options, made)
    servers = [Server(*one) for one in commands(tool, model, made)]
    try:
        for server in servers:
            server.wait()
        alike = agreement(servers[0], servers[1], options.folder)
        ask = lambda server, seconds: asked(load, server, options, seconds)
        for server in servers:
            ask(server, 2)
        rounds = []
        for number in range(options.rounds):
            # Whoever begins is another in each.
            turn = servers[number % len(servers) :] + servers[: number % len(servers)]
            rounds.append({server.name: ask(server, options.seconds) for server in turn})
            told = {name: round(found["per_s"], 1) for name, found in rounds[-1].items()}
            print(f"round {number + 1} of {options.rounds}: {told}", file=sys.stderr)
        memory = {server.name: server.peak() for server in servers}
    finally:
        for server in servers:
            server.end()
    return summary(rounds) | {"alike": alike, "peak_mb": memory, "clients": options.clients, "rounds": rounds}


def summary(rounds):
    median = lambda values: round(statistics.median(values), 3)
    names = sorted(rounds[0], key=lambda name: (name != OURS, name))
    found = lambda name, what: median([what(r[name]) for r in rounds])
    per_s = lambda r: r["per_s"]
    p50 = lambda r: r["ms"]["p50"]
    p99 = lambda r: r["ms"]["p99"]
    cpu = lambda r: r["cpu_ms"]
    peers = [name for name in names if name != OURS]
    best = [max((r[name] for name in peers), key=per_s) for r in rounds]
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "medians": {
            name: {"per_s": found(name, per_s), "p50_ms": found(name, p50), "p99_ms": found(name, p99), "cpu_ms": found(name, cpu)}
            for name in names
        },
        "ratios": {
            "answers a second, times the better peer": median([per_s(r[OURS]) / per_s(b) for r, b in zip(rounds, best)]),
            "p99, share of the better peer's": median([p99(r[OURS]) / p99(b) for r, b in zip(rounds, best)]),
            "processor time an answer, share of the better peer's": median([cpu(r[OURS]) / cpu(b) for r, b in zip(rounds, best)]),
        },
    }


def table(result):
    lines = ["", "| | answers a second | p50, ms | p99, ms | processor time an answer, ms | peak memory, MB |", "|---|---|---|---|---|---|"]
    for name, row in result["medians"].items():
        numbers = [row["per_s"], row["p50_ms"], row["p99_ms"], row["cpu_ms"], result["peak_mb"][name]]
        lines.append(f"| {name} | " + " | ".join(f"{number:.0f}" if number >= 20 else f"{number:.1f}" for number in numbers) + " |")
    lines += ["", "| | ratio |", "|---|---|"]
    return "\n".join(lines + [f"| {name} | {value:.2f} |" for name, value in result["ratios"].items()])


def built():
    build = ["cargo", "build", "--release", "-p", "firelight-cli", "-p", "firelight-serve", "--bin", "firelight", "--example", "load"]
    subprocess.run(build, check=True)
    metadata = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    target = json.loads(subprocess.run(metadata, check=True, capture_output=True, text=True).stdout)
    release = Path(target["target_directory"]) / "release"
    return release / "firelight", release / "examples" / "load"


def trained(tool, options, made):
    """A model of a head that was trained for an epoch, also as ONNX, and what the peer needs to know of it."""
    command = [tool, "train", options.folder, "--arch", ARCH, "--weights", options.weights, "--epochs", "1", "--size", str(SIZE)]
    subprocess.run([*command, "--out", made / "run", "--quiet"], check=True, stdout=sys.stderr)
    model = made / "run" / "model.firelight"
    subprocess.run([tool, "export", model, "--onnx", made / "model.onnx", "--quiet"], check=True, stdout=sys.stderr)
    return model


def commands(tool, model, made):
    """The servers: name, command, variables, port."""
    with open(model, "rb") as file:
        file.readline()
        manifest = json.loads(file.readline())
    (made / "classes.json").write_text(json.dumps(manifest["target"]["category"]))
    normalize = manifest["transforms"]["normalize"]
    told = {name.upper(): ",".join(map(str, normalize[name])) for name in ("mean", "std")}
    told |= {"MODEL": str(made / "model.onnx"), "SIZE": str(SIZE), "CLASSES": str(made / "classes.json")}
    ours = free_port()
    yield OURS, [tool, "serve", model, "--port", str(ours)], {}, ours
    cores = os.cpu_count()
    for workers, threads in ((1, cores), (cores, 1)):
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "peer:app", "--app-dir", Path(__file__).parent, "--port", str(port)]
        command += ["--workers", str(workers), "--no-access-log", "--log-level", "warning"]
        name = f"FastAPI and ONNX Runtime, {workers} process{'es' if workers > 1 else ''} of {threads} thread{'s' if threads > 1 else ''}"
        yield name, command, told | {"THREADS": str(threads)}, port


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


class Server:
    def __init__(self, name, command, variables, port):
        self.name, self.address = name, f"127.0.0.1:{port}"
        self.process = subprocess.Popen(command, env=os.environ | variables, stdout=subprocess.DEVNULL, start_new_session=True)

    def wait(self):
        for _ in range(300):
            try:
                return urllib.request.urlopen(f"http://{self.address}/health").read()
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"{self.name}: it does not start")

    def answer(self, picture):
        request = urllib.request.Request(f"http://{self.address}/predict", picture, method="POST")
        return json.loads(urllib.request.urlopen(request).read())

    def peak(self):
        """Of all its processes together, in MB, where the system tells."""
        peaks = 0
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
                if os.getpgid(int(status.parent.name)) == self.process.pid:
                    peaks += int(fields.get("VmHWM", "0").split()[0]) / 1e3
            except (OSError, ValueError):
                continue
        return peaks

    def seconds(self):
        """Of processors, all its processes together, where the system tells."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                if os.getpgid(int(stat.parent.name)) == self.process.pid:
                    ticks += sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13]))
            except (OSError, ValueError):
                continue
        return ticks / os.sysconf("SC_CLK_TCK")

    def end(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


def agreement(ours, peer, folder):
    """The share of the first pictures of which both say the same class: that they do the same work."""
    files = sorted(path for path in folder.iterdir() if path.is_file())[:200]
    same = [ours.answer(file.read_bytes())["class"] == peer.answer(file.read_bytes())["class"] for file in files]
    return sum(same) / len(same)


def asked(load, server, options, seconds):
    command = [load, server.address, "/predict", str(options.clients), str(seconds), options.folder]
    before = server.seconds()
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return said | {"cpu_ms": 1e3 * (server.seconds() - before) / said["answers"]}


if __name__ == "__main__":
    main()
