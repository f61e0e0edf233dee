"""Draws layouts with MiniGrid and writes how often each feature of them had each value.

    layouts.py OUT.json [LAYOUTS]

A feature has one value a layout, a whole number, so that its histogram is a sample of independent
draws. `Tests/EnvironmentTests/LayoutFeatures.swift` computes the same features.
"""

import json
import sys
from collections import Counter, defaultdict
from importlib.metadata import version

import gymnasium
import minigrid  # noqa: F401  (registers the worlds)

WORLDS = (
    "Empty-5x5 Empty-6x6 Empty-8x8 Empty-16x16 Empty-Random-5x5 Empty-Random-6x6 FourRooms "
    "DoorKey-5x5 DoorKey-6x6 DoorKey-8x8 DoorKey-16x16 LavaGapS5 LavaGapS6 LavaGapS7 "
    "LavaCrossingS9N1 LavaCrossingS9N2 LavaCrossingS9N3 LavaCrossingS11N5 "
    "SimpleCrossingS9N1 SimpleCrossingS9N2 SimpleCrossingS9N3 SimpleCrossingS11N5 "
    "DistShift1 DistShift2 Dynamic-Obstacles-5x5 Dynamic-Obstacles-6x6 Dynamic-Obstacles-8x8 "
    "Dynamic-Obstacles-16x16 Dynamic-Obstacles-Random-5x5 Dynamic-Obstacles-Random-6x6 "
    "MemoryS7 MemoryS9 MemoryS11 MemoryS13 MemoryS13Random MemoryS17Random "
    "MultiRoom-N2-S4 MultiRoom-N4-S5 MultiRoom-N6 KeyCorridorS3R1 KeyCorridorS3R2 KeyCorridorS3R3 "
    "KeyCorridorS4R3 KeyCorridorS5R3 KeyCorridorS6R3 Unlock UnlockPickup BlockedUnlockPickup "
    "RedBlueDoors-6x6 RedBlueDoors-8x8 LockedRoom"
).split()

EMPTY, WALL, LAVA, LOCKED = 1, 2, 9, 2
KINDS = {4: "door", 5: "key", 6: "ball", 7: "box", 8: "goal"}
STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
# A line's pattern of walls is a feature where it takes few values, else the number of its walls.
LINE_PATTERNS = 64
# The whole layout is a feature where there are few.
WHOLE_LAYOUTS = 200
# Steps of random play among obstacles.
PLAY = 20


def make(name):
    return gymnasium.make(f"MiniGrid-{name}-v{1 if name == 'MultiRoom-N4-S5' else 0}").unwrapped


def fingerprint(numbers):
    """FNV-1a, 32 bits."""
    value = 0x811C9DC5
    for number in numbers:
        value = ((value ^ number) * 0x01000193) & 0xFFFFFFFF
    return value


def features(world):
    """The features of a layout; -1 where there is nothing to have the value."""
    cells = world.grid.encode().tolist()  # [x][y]: object, colour, state
    width, height = len(cells), len(cells[0])
    x, y = (int(n) for n in world.agent_pos)
    ahead = STEPS[world.agent_dir]
    found = {
        "agent": y * width + x,
        "direction": int(world.agent_dir),
        "ahead": cells[x + ahead[0]][y + ahead[1]][0],
    }
    places = defaultdict(list)
    for row in range(height):
        for column in range(width):
            places[cells[column][row][0]].append((column, row))
    for number, kind in KINDS.items():
        found[f"{kind} count"] = len(places[number])
        for index, (column, row) in enumerate(places[number]):
            found[f"{kind} {index} place"] = row * width + column
            found[f"{kind} {index} colour"] = cells[column][row][1]
            found[f"{kind} {index} state"] = cells[column][row][2]
        if places[number]:
            column, row = places[number][0]
            found[f"{kind} distance"] = abs(column - x) + abs(row - y)
    blocks = [[cell[0] in (WALL, LAVA) for cell in column] for column in cells]
    found["blocked count"] = sum(map(sum, blocks))
    lines = {f"column {i}": column for i, column in enumerate(blocks)}
    lines |= {f"row {i}": row for i, row in enumerate(zip(*blocks))}
    for name, line in lines.items():
        found[name] = sum(blocked << i for i, blocked in enumerate(line))
        found[f"{name} count"] = sum(line)
    whole = [n for column in cells for cell in column for n in cell] + [x, y, int(world.agent_dir)]
    found["layout"] = fingerprint(whole)
    return found


def moves(world, actions):
    """Where obstacles go and how it ends, by random play; -1 where it has ended before."""
    found = {}
    names = {0: "first", len(world.obstacles) - 1: "last"}
    width, end = world.width, 0
    for step, action in enumerate(actions, 1):
        before = [obstacle.cur_pos for obstacle in world.obstacles]
        _, reward, ended, _, _ = world.step(action)
        for index, name in names.items():
            (x, y), (newX, newY) = before[index], world.obstacles[index].cur_pos
            shift = int((newY - y + 1) * 3 + newX - x + 1)
            found[f"{name} obstacle shift {step}"] = shift
            found[f"{name} obstacle place and shift {step}"] = int(y * width + x) * 9 + shift
        if ended:
            end = step if reward > 0 else -step
            break
    found["end"] = end
    return found


def histograms(name, layouts):
    world = make(name)
    counts = defaultdict(Counter)
    for seed in range(layouts):
        world.reset(seed=seed)
        found = features(world)
        if name.startswith("Dynamic-Obstacles"):
            found |= moves(world, [int(world.np_random.integers(0, 3)) for _ in range(PLAY)])
        for feature, value in found.items():
            counts[feature][value] += 1
    for count in counts.values():
        if (missing := layouts - count.total()) > 0:
            count[-1] += missing
    return {feature: counts[feature] for feature in counts if tells(feature, counts)}


def tells(feature, counts):
    """Whether a histogram is kept: constants only where nothing else says the same."""
    count = counts[feature]
    if feature == "layout":
        return len(count) <= WHOLE_LAYOUTS
    if "shift" in feature and not feature.endswith((" 1", " 5")):
        return False
    if feature.startswith(("column", "row")):
        line = feature.removesuffix(" count")
        isPattern = len(counts[line]) <= LINE_PATTERNS
        return isPattern == (line == feature)
    return len(count) > 1 or feature in ("agent", "direction") or feature.endswith(" count")


def main(out, layouts=2000):
    worlds = {}
    for name in WORLDS:
        kept = histograms(name, layouts)
        worlds[name] = {f: {str(v): kept[f][v] for v in sorted(kept[f])} for f in kept}
        print(name, len(kept), sum(len(c) for c in kept.values()), file=sys.stderr)
    with open(out, "w") as file:
        file.write(f'{{"minigrid": "{version("minigrid")}", "layouts": {layouts}, "worlds": {{\n')
        for number, (name, kept) in enumerate(worlds.items()):
            lines = [f"{json.dumps(f)}: {json.dumps(c, separators=(',', ':'))}" for f, c in kept.items()]
            comma = "," if number + 1 < len(worlds) else ""
            file.write(f"{json.dumps(name)}: {{\n" + ",\n".join(lines) + f"}}{comma}\n")
        file.write("}}\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
