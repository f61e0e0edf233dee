#!/usr/bin/env bash
# Steps the bundled worlds and their Python originals with pictures, by turns, each on one core, and
# prints the table.
#
#   Experiments/Benchmarks/environments.sh [ROUNDS]
#
# Needs a build (`make build`) and Python 3.11 or later. MiniGrid, Gymnasium and dm_control go into
# .build-python/ when that lacks them. A round, of which there are 3 unless told, measures each
# program once and takes a minute.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-3}
dreamer=.build/release/dreamer
python=.build-python/bin/python
programs=Experiments/Benchmarks/Environments

fail() {
  echo "environments: $*" >&2
  exit 1
}

# What MuJoCo can draw with where there is no screen; `disable` where nothing is.
find_renderer() {
  local name
  for name in egl osmesa; do
    if MUJOCO_GL=$name "$python" -c '
from dm_control import suite
env = suite.load("pendulum", "swingup")
env.reset()
env.physics.render(64, 64, camera_id=0)' > /dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
  echo disable
}

# Numerical libraries and a renderer in software keep to one core, as ours does.
measure_originals() {
  env MUJOCO_GL="$renderer" OMP_NUM_THREADS=1 LP_NUM_THREADS=0 SDL_VIDEODRIVER=dummy \
    "$python" -W ignore "$programs/bench.py"
}

measure_ours() { "$dreamer" bench --environments --json; }

[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "'$rounds' is no number of rounds; give 1 or more"
[ -x "$dreamer" ] || fail "there is no $dreamer; run 'make build' first"
Scripts/python.sh "$programs/requirements.txt"
renderer=$(find_renderer)
[ "$renderer" != disable ] ||
  echo "environments: MuJoCo finds neither EGL nor OSMesa; dm_control goes without pictures" >&2

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for round in $(seq "$rounds"); do
  echo "environments: round $round of $rounds" >&2
  measure_ours >> "$results/ours"
  measure_originals >> "$results/originals"
done
"$python" "$programs/table.py" "$results/ours" "$results/originals"
[ "$renderer" = disable ] || echo "dm_control draws with MUJOCO_GL=$renderer."
