"""Measures how the cost of an update grows and draws it: python3 scaling.py (after `make build`).

Varies one thing at a time from `size1m` with 64×64×3 images, batch 16×64: batch, image side, model
size, threads. Writes scaling.jsonl and scaling.svg beside this file. Needs nothing but Python.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DREAMER = HERE.parent.parent / ".build/release/dreamer"
SIZES = {"size1m": 0.69, "size12m": 10.5, "size25m": 23}
"""Millions of parameters, for the axis."""

SERIES = {
    "sequences in the batch": [(n, [f"batch_size={n}"], "size1m") for n in (4, 8, 16, 32)],
    "side of the image": [(n, [f"bench.image=[{n},{n},3]"], "size1m") for n in (32, 48, 64, 96)],
    "million parameters": [(n, [], name) for name, n in SIZES.items()],
    "threads": [(n, [f"run.threads={n}"], "size1m") for n in (1, 2)],
}


def measure(preset: str, settings: list[str]) -> dict:
    """One run of the benchmark."""
    command = [DREAMER, "bench", "--json", "--updates", "3", "--preset", preset]
    for setting in settings:
        command += ["--set", setting]
    outcome = subprocess.run(command, capture_output=True, text=True)
    if outcome.returncode != 0:
        sys.exit(f"scaling: {' '.join(settings) or preset}: {outcome.stderr.strip()}")
    return json.loads(outcome.stdout)


def panel(title: str, points: list[tuple[float, float]], left: int) -> str:
    """A chart of seconds against one variable, from zero to a little above the largest."""
    width, height, top, bottom = 200, 160, 40, 30
    largest_x, largest_y = max(x for x, _ in points) * 1.1, max(y for _, y in points) * 1.15
    places = [
        (left + x / largest_x * width, top + height - y / largest_y * height) for x, y in points
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    parts = [
        f'<text x="{left}" y="{top - 14}" class="title">{title}</text>',
        f'<path d="M{left},{top} v{height} h{width}" class="axis"/>',
        f'<polyline points="{line}" class="line"/>',
    ]
    for (x, y), (value, seconds) in zip(places, points):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" class="value">{seconds:.2g} s</text>')
        base = top + height + bottom / 2
        parts.append(f'<text x="{x:.1f}" y="{base}" class="value">{value:g}</text>')
    return "\n".join(parts)


def main() -> None:
    if not DREAMER.exists():
        sys.exit("scaling: there is no .build/release/dreamer; run 'make build' first")
    panels = []
    with open(HERE / "scaling.jsonl", "w") as log:
        for index, (title, cases) in enumerate(SERIES.items()):
            points = []
            for value, settings, preset in cases:
                result = measure(preset, settings)
                points.append((value, result["update"]["median_s"]))
                log.write(json.dumps({"varied": title, "value": value, **result}) + "\n")
                print(f"{title:24} {value:6g}  {points[-1][1]:.3f} s", flush=True)
            panels.append(panel(title, points, 20 + 250 * index))
    style = (
        "text{font:12px sans-serif;fill:#888}.title{font-weight:bold}.value{text-anchor:middle}"
        ".axis{fill:none;stroke:#888}.line{fill:none;stroke:#3b82f6;stroke-width:2}"
        "circle{fill:#3b82f6}"
    )
    body = "\n".join(panels)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {250 * len(SERIES)} 240">\n'
        f"<style>{style}</style>\n{body}\n</svg>\n"
    )
    (HERE / "scaling.svg").write_text(svg)


if __name__ == "__main__":
    main()
