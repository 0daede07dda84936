"""The lines of `run` as a table and one JSON file: `table.py LINES OUT`.

A line of no body says something of the whole, as the card's name. A line without a time says why there is none.
"""

import json
import sys

PEERS = ("eager", "compiled", "onnxruntime")
KEY = ("body", "work", "batch", "size", "precision")
about, rows = {}, {}
for line in open(sys.argv[1]):
    told = json.loads(line)
    if "body" not in told:
        about |= told
        continue
    whose = told.pop("device", "ours") if told["whose"] == "ours" else told["whose"]
    del told["whose"]
    row = rows.setdefault(tuple(told.pop(key) for key in KEY), {})
    row[whose] = told
seen = dict.fromkeys(whose for row in rows.values() for whose in row)
ours, peers = [whose for whose in seen if whose not in PEERS], [peer for peer in PEERS if peer in seen]


def time(row, whose):
    return row.get(whose, {}).get("ms")


def cell(row, whose):
    return f" {time(row, whose):.3g} |" if time(row, whose) else " |"


def ratio(row, peer):
    """Of the first device of ours that has a time."""
    mine = next((time(row, whose) for whose in ours if time(row, whose)), None)
    return f" {mine / time(row, peer):.2f} |" if mine and time(row, peer) else " |"


def notes(row):
    """What is not a time: how far from flex, waits for the device, what was learned, what is missing."""
    for whose in ours:
        told = row.get(whose, {})
        if told.get("apart"):
            yield f"{whose}: {told['apart']:.1e} from flex"
        if "waits_a_step" in told:
            yield f"{whose}: waits a step {told['waits_a_step']:.2g}, accuracy {told['accuracy']:.2f}"
        if "left_out" in told:
            yield f"{whose}: {told['left_out']}"


print("| body | work | batch | pixels | numbers |" + "".join(f" {whose}, ms |" for whose in ours + peers)
      + "".join(f" {ours[0] if len(ours) == 1 else 'ours'} / {peer} |" for peer in peers) + " |")
print("|" + "---|" * (6 + len(ours) + 2 * len(peers)))
for key, row in rows.items():
    cells = "".join(cell(row, whose) for whose in ours + peers) + "".join(ratio(row, peer) for peer in peers)
    print("| " + " | ".join(map(str, (f"`{key[0]}`",) + key[1:])) + f" |{cells} {'; '.join(notes(row))} |")
with open(sys.argv[2], "w") as file:
    json.dump({"about": about, "rows": [dict(zip(KEY, key)) | row for key, row in rows.items()]}, file, indent=1)
