"""The authors' own code for the heads that know a tree, run on fixed numbers: prints heads.json.

    python heads.py AUTHORS > heads.json

AUTHORS is a folder with checkouts of github.com/ltong1130ztr/HAFrame (abe73b4), github.com/Depanshu-Sani/Hier-COS (122b01d) and
github.com/kanji95/Hierarchical-Ensembles (b62513f), named as their repositories. Needs torch, numpy and nltk. Nothing of that code is copied here: its modules
are imported, told the trees below, and called.
"""

import contextlib
import io
import json
import sys
import tempfile
import types
from importlib import import_module
from pathlib import Path

import numpy as np
import torch
from nltk.tree import Tree

AUTHORS = Path(sys.argv[1])

# Paths from below the root to each class: of one length, and of several.
TREES = {
    "even": ["cat/long/Bengal", "cat/long/Birman", "cat/short/Siamese", "dog/hound/basset", "dog/hound/beagle", "dog/toy/pug"],
    "uneven": ["bird", "cat/Bengal", "cat/Siamese", "dog/hound/basset", "dog/hound/beagle", "dog/pug", "fish/carp", "fish/shark/hammerhead"],
}
BATCH = 8


def imported(repository, module):
    """A module of one of the authors, whose packages have the same names as another one's."""
    for name in [name for name in sys.modules if name.split(".")[0] in ("HAFrame", "MBM", "util")]:
        del sys.modules[name]
    sys.path.insert(0, str(AUTHORS / repository))
    try:
        return import_module(module)
    finally:
        sys.path.pop(0)


def numbers(rows, columns, seed, scale):
    """Numbers by a rule that any language repeats, as single precision has them."""
    count = np.arange(rows * columns)
    values = ((count * count * 7 + count * (13 + seed) + seed) % 101 - 50) / 50 * scale
    return np.float32(values).astype(float).reshape(rows, columns)


def flat(values):
    return [float(value) for value in np.asarray(values).reshape(-1)]


class Distances(dict):
    """Of two classes the height of the lowest node above both."""

    def __init__(self, paths):
        super().__init__()
        nodes = [[tuple(path.split("/")[:depth]) for depth in range(len(path.split("/")) + 1)] for path in paths]
        self.nodes = {path.split("/")[-1]: above for path, above in zip(paths, nodes)}

    def height(self, node):
        return max(len(above[-1]) - len(node) for above in self.nodes.values() if node in above)

    def __missing__(self, pair):
        a, b = pair
        if a == b:
            return 0
        return min(self.height(node) for node in self.nodes[a] if node in self.nodes[b])


def nested(paths):
    """The tree as nltk has it."""
    below = {}
    for path in paths:
        head, _, rest = path.partition("/")
        below.setdefault(head, []).extend([rest] if rest else [])
    return [Tree(name, nested(rest)) if rest else name for name, rest in below.items()]


def frames(paths, distances, classes):
    solve, losses = imported("HAFrame", "HAFrame.solve_HAF"), imported("HAFrame", "HAFrame.losses")
    matrix = np.array([[distances[a, b] for a in classes] for b in classes], dtype=float)
    targets = torch.tensor([number % len(classes) for number in range(BATCH)])
    cases = []
    for gamma, alpha in [(1.0, 0.5), (2.0, 0.4), (5.0, 0.4)]:
        np.random.seed(7)
        with contextlib.redirect_stdout(io.StringIO()):
            vectors, cosines, least = solve.distance_matrix_to_haf_cls_weights(matrix, classes, len(classes), gamma)
        features = torch.tensor(numbers(BATCH, len(classes), 5, 3.0), requires_grad=True)
        fixed = torch.tensor(vectors)
        labels = torch.tensor(cosines)[targets]
        mixed = losses.MixedLoss_CEandGeneralSCSL(len(classes))
        loss = mixed(1.0 - alpha, alpha, fixed, features, targets, labels)
        loss.backward()
        rows = [slice(row, row + 1) for row in range(BATCH)]
        each = [mixed(1.0 - alpha, alpha, fixed, features[row], targets[row], labels[row]).item() for row in rows]
        cases.append({
            "gamma": gamma, "alpha": alpha, "least": float(least), "cosines": flat(cosines), "vectors": flat(vectors),
            "features": flat(features.detach()), "targets": targets.tolist(), "losses": each, "mean": loss.item(),
            "gradient": flat(features.grad),
        })
    return cases


def subspaces(paths, distances, classes):
    made = imported("Hier-COS", "util.hiercos_construction")
    tree = Tree("root", nested(paths))
    made.load_hierarchy = lambda data, folder: tree
    pairs = {(a, b): distances[a, b] for a in classes for b in classes}
    cases = []
    for alpha, targets in [(0.05, [0, 1, 2, 3, 4, 5, 2, 1]), (0.0, [5, 4, 4, 0, 1, 3, 2, 5]), (1.0, [len(classes) - 1, 3, 1, 4, 5, 2, 2, 0])]:
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            options = types.SimpleNamespace(
                data="", data_dir="", gpu="cpu", haf_gamma=1.0, alpha=alpha, out_folder=folder, feature_space="hier-cos")
            options, parameters = made.get_hiercos_parameters(options, classes, pairs, only_fine_labels=False)
            labels = torch.tensor(targets)
            # Their code leaves out a depth where no class of the batch is beyond its first node.
            levels = parameters["leaf_class_to_hierarchical_labels"][labels]
            assert all((level > 0).any() for level in levels.T)
            logits = torch.tensor(numbers(BATCH, parameters["hiercos_dim"], 3, 2.5), dtype=torch.float32, requires_grad=True)
            loss, scores = made.HierCOS_Loss(parameters)(logits, labels)
            loss.backward()
        names = made.map_tree_to_ids_bfs(tree)
        cases.append({
            "alpha": alpha, "axes": sorted(names, key=names.get), "numbers": flat(logits.detach()), "targets": targets,
            "scores": flat(scores.detach()), "mean": loss.item(), "gradient": flat(logits.grad),
        })
    return cases


def ensemble(paths, classes):
    misc = imported("Hierarchical-Ensembles", "util.misc")
    above = [path.split("/")[-2] if "/" in path else "root" for path in paths]
    parents = sorted(set(above))
    children = [[classes.index(path.split("/")[-1]) for path, name in zip(paths, above) if name == parent] for parent in parents]
    leaves = torch.softmax(torch.tensor(numbers(BATCH, len(classes), 2, 3.0)), dim=1)
    coarse = torch.softmax(torch.tensor(numbers(BATCH, len(parents), 9, 2.0)), dim=1)
    both = misc.post_hoc_adjustment(leaves.clone(), coarse, children)
    both = torch.nn.functional.normalize(both, p=1, dim=-1)
    return {"parents": parents, "leaves": flat(leaves), "coarse": flat(coarse), "both": flat(both)}


def case(paths):
    distances, classes = Distances(paths), sorted(path.split("/")[-1] for path in paths)
    return {
        "paths": paths,
        "frames": frames(paths, distances, classes),
        "subspaces": subspaces(paths, distances, classes),
        "ensemble": ensemble(paths, classes),
    }


print(json.dumps({name: case(paths) for name, paths in TREES.items()}))
