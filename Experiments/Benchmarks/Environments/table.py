"""Prints a Markdown table of two files with a JSON object a line: ours and the originals'."""

import json
import statistics
import sys

ORIGINALS = {
    "gridworld": "MiniGrid, `RGBImgPartialObsWrapper`",
    "pendulum/classic": "Gymnasium, `rgb_array`, 500×500",
    "pendulum/swingup": "dm_control, 64×64",
    "pendulum/swingup, no picture": "dm_control, physics alone",
}


def read(path):
    """The rates of each world, one a round."""
    with open(path) as file:
        rounds = [json.loads(line)["steps_per_second"] for line in file]
    return {world: [rates[world] for rates in rounds] for world in rounds[0]}


def figure(rates):
    middle = f"{statistics.median(rates):,.0f}"
    return middle if len(rates) == 1 else f"{middle} ({min(rates):,.0f}–{max(rates):,.0f})"


def main():
    ours, theirs = read(sys.argv[1]), read(sys.argv[2])
    print("| world | ours, steps/s | original, steps/s | what draws it there | ours / original |")
    print("|---|---|---|---|---|")
    for world, rates in theirs.items():
        name = world.split(",")[0]
        original = ORIGINALS.get(world) or ORIGINALS[world.split("/")[0]]
        ratio = statistics.median(ours[name]) / statistics.median(rates)
        print(
            f"| `{name}` | {figure(ours[name])} | {figure(rates)} | {original} | {ratio:,.0f} |")


if __name__ == "__main__":
    main()
