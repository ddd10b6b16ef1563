"""Run every benchmark in turn; one that lacks its pictures or peers says so and the next one runs.

`bench_upload` needs a running platform and is run by hand.
"""

import subprocess
import sys

BENCHMARKS = (
    "analysis",
    "pdq",
    "hamming",
    "faces",
    "decode",
    "sealing",
    "shots",
    "films",
    "matching",
    "copies",
    "audit",
    "sign_in",
)


def main() -> int:
    """Run the benchmarks and return how many did not come to an end."""
    broken = 0
    for name in BENCHMARKS:
        print(f"\n== bench_{name}", flush=True)
        broken += subprocess.run([sys.executable, "-m", f"bench.bench_{name}"], check=False).returncode != 0
    return broken


if __name__ == "__main__":
    sys.exit(main())
