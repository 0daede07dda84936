"""The lines of `run` as a table and one JSON file: `table.py LINES OUT`."""

import json
import sys
from statistics import median

rows = {}
with open(sys.argv[1]) as lines:
    for line in lines:
        result = json.loads(line)
        rows.setdefault(result["row"], {}).setdefault(result["kernels"], []).append(result)

print("| row | ours, ms | PyTorch, ms | burn, ms | ours / PyTorch | ours / burn | peak MiB: ours | PyTorch |")
print("|---|---|---|---|---|---|---|---|")
out = {}
for name, row in rows.items():
    ours, torch, burn = (median(result["median_ms"] for result in row[kernels]) for kernels in ("ours", "torch", "burn"))
    peaks = [max(result["peak_mib"] for result in row[kernels]) for kernels in ("ours", "torch")]
    # A round's two are neighbours in time, so other work on the machine slows both.
    ratio = median(a["median_ms"] / b["median_ms"] for a, b in zip(row["ours"], row["torch"]))
    print(f"| {name} | {ours:.2f} | {torch:.2f} | {burn:.2f} | {ratio:.2f} | {ours / burn:.2f} | {peaks[0]} | {peaks[1]} |")
    out[name] = {"ratio_to_torch": ratio, "ratio_to_burn": ours / burn, "rounds": row}
with open(sys.argv[2], "w") as file:
    json.dump(out, file, indent=1)
