#!/usr/bin/env bash
# Times the same update in this program and in plain PyTorch, by turns, and prints the table.
#
#   Experiments/Benchmarks/side_by_side.sh [ROUNDS]
#
# Needs a build (`make build`) and Python 3.11 or later. PyTorch goes into .build-python/ when that
# lacks it. A round, of which there are 3 unless told, measures each program once.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-3}
dreamer=.build/release/dreamer
python=.build-python/bin/python
programs=Experiments/Benchmarks/PyTorch
cpu_wheels=https://download.pytorch.org/whl/cpu

fail() {
  echo "side_by_side: $*" >&2
  exit 1
}

# The default index may hold PyTorch only with gigabytes for graphics cards.
prepare_python() {
  local index=()
  if python3 -c "import urllib.request; urllib.request.urlopen('$cpu_wheels/', timeout=5)" \
    2> /dev/null; then
    index=(--extra-index-url "$cpu_wheels")
  fi
  Scripts/python.sh "$programs/requirements.txt" "${index[@]}"
}

# The C library gives large blocks back to the system at once, and the system clears their pages
# anew for every tensor. Keeping them makes an update 15 % faster or more, for 200 MB of memory.
measure_pytorch() {
  env MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=-1 "$python" "$programs/bench.py" --json
}

measure_ours() { "$dreamer" bench --preset size1m --json; }

[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "'$rounds' is no number of rounds; give 1 or more"
[ -x "$dreamer" ] || fail "there is no $dreamer; run 'make build' first"
prepare_python
"$python" "$programs/check.py" >&2 || fail "the PyTorch program does not match the golden file"

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
for round in $(seq "$rounds"); do
  echo "side_by_side: round $round of $rounds" >&2
  measure_ours >> "$results/ours"
  measure_pytorch >> "$results/pytorch"
done
"$python" "$programs/table.py" "$results/ours" "$results/pytorch"
