"""Prints the comparison of two programs as a Markdown table.

    python table.py OURS PYTORCH

Each file holds what one program's benchmark printed, a JSON object for each round.
"""

import json
import statistics
import sys
from pathlib import Path

import torch

REFERENCE_GFLOPS = 112


def read(path: str) -> list[dict]:
    rounds = [json.loads(line) for line in Path(path).read_text().splitlines()]
    for result in rounds:
        result["seconds"] = result["update"]["median_s"]
        result["normalised"] = result["seconds"] * result["sgemm_gflops"] / REFERENCE_GFLOPS
    return rounds


def middle(rounds: list[dict], key: str) -> float:
    return statistics.median(result[key] for result in rounds)


def show(rounds: list[dict], key: str, digits: int) -> str:
    """The median, with the least and the largest where rounds differ."""
    values = [result[key] for result in rounds]
    text = f"{statistics.median(values):,.{digits}f}"
    if min(values) != max(values):
        text += f" ({min(values):,.{digits}f}–{max(values):,.{digits}f})"
    return text


def main() -> None:
    ours, theirs = (read(path) for path in sys.argv[1:])
    subject = f"`size1m`, {theirs[0]['parameters']:,} parameters"
    print(f"{len(ours)} times each, by turns: the median (the least–the largest).")
    print()
    print(f"| {subject} | ours | PyTorch {torch.__version__}, eager | PyTorch / ours |")
    print("|---|---|---|---|")
    rows = [
        ("update, s", "seconds", 3),
        ("2048³ product, GFLOP/s", "sgemm_gflops", 0),
        (f"normalised: update · product / {REFERENCE_GFLOPS}, s", "normalised", 2),
        ("peak memory, MB", "peak_rss_mb", 0),
        ("threads", "threads", 0),
    ]
    for title, key, digits in rows:
        ratio = middle(theirs, key) / middle(ours, key)
        cells = [show(ours, key, digits), show(theirs, key, digits), f"{ratio:.2f}"]
        print(f"| {title} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
