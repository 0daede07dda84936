"""The lines of `run` as a table and one JSON file: `table.py LINES OUT`."""

import json
import sys

rows = {}
with open(sys.argv[1]) as lines:
    for line in lines:
        result = json.loads(line)
        rows.setdefault(result["row"], {})[result["kernels"]] = result

print("| row | ours, ms | PyTorch, ms | burn, ms | ours / PyTorch | ours / burn | peak MiB: ours | PyTorch |")
print("|---|---|---|---|---|---|---|---|")
for name, row in rows.items():
    ours, torch, burn = (row[kernels]["median_ms"] for kernels in ("ours", "torch", "burn"))
    peaks = [row[kernels]["peak_mib"] for kernels in ("ours", "torch")]
    print(f"| {name} | {ours:.2f} | {torch:.2f} | {burn:.2f} | {ours / torch:.2f} | {ours / burn:.2f} | {peaks[0]} | {peaks[1]} |")
    row["ratio_to_torch"], row["ratio_to_burn"] = ours / torch, ours / burn
with open(sys.argv[2], "w") as out:
    json.dump(rows, out, indent=1)
