"""The lines of `run` as a table and one JSON file: `table.py LINES OUT`."""

import json
import sys

rows, last = {}, None
for line in open(sys.argv[1]):
    result = json.loads(line)
    # A peer's line follows ours, under its own name.
    last = result["body"] if result["whose"] == "ours" else last
    rows.setdefault((last, result["work"], result["batch"], result["size"]), {})[result["whose"]] = result["ms"]
peers = [peer for peer in ("eager", "compiled", "onnxruntime") if any(peer in row for row in rows.values())]
print("| body | work | batch | pixels | ours, ms |" + "".join(f" {peer}, ms | ours / {peer} |" for peer in peers))
print("|---|---|---|---|---|" + "---|---|" * len(peers))
for (body, work, batch, size), row in rows.items():
    cells = "".join(f" {row[peer]:.0f} | {row['ours'] / row[peer]:.2f} |" if peer in row else " | |" for peer in peers)
    print(f"| `{body}` | {work} | {batch} | {size} | {row['ours']:.0f} |{cells}")
with open(sys.argv[2], "w") as file:
    json.dump([{"body": body, "work": work, "batch": batch, "size": size} | row for (body, work, batch, size), row in rows.items()], file, indent=1)
