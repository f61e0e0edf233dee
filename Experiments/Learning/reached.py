#!/usr/bin/env python3
"""The environment step at which the mean return of the last 20 training episodes first reached a level.

  Experiments/Learning/reached.py RUN... [--level 0.9] [--episodes 20]

RUN: a run's folder. Prints a line a run, and the median over the runs that got there.
"""
import argparse
import json
import pathlib
import statistics


def reached(folder, level, count):
    """The step, or None; and the lowest mean of `count` episodes."""
    scores = []
    try:
        text = (folder / "scores.jsonl").read_text()
    except OSError as error:
        raise SystemExit(f"reached: {error.filename}: {error.strerror}; give folders of runs")
    for line in text.splitlines():
        row = json.loads(line)
        if "episode/score" in row:
            scores.append((row["step"], row["episode/score"]))
    means = [
        (scores[end - 1][0], statistics.fmean(score for _, score in scores[end - count:end]))
        for end in range(count, len(scores) + 1)
    ]
    step = next((step for step, mean in means if mean >= level), None)
    return step, min((mean for _, mean in means), default=None)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=pathlib.Path)
    parser.add_argument("--level", type=float, default=0.9)
    parser.add_argument("--episodes", type=int, default=20)
    arguments = parser.parse_args()
    steps = []
    for run in arguments.runs:
        step, lowest = reached(run, arguments.level, arguments.episodes)
        steps += [step] if step is not None else []
        print(f"{run}: {step if step is not None else 'not reached'}"
              + ("" if lowest is None else f", lowest mean {lowest:.3f}"))
    if steps:
        print(f"{len(steps)} of {len(arguments.runs)} runs, median {statistics.median(steps):g}")


if __name__ == "__main__":
    main()
