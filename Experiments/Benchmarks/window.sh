#!/usr/bin/env bash
# Trains the same run with and without a window, by turns, and prints the table; stops where the two
# do not give the same bytes.
#
#   Experiments/Benchmarks/window.sh [ROUNDS]
#
# Needs a build (`make build`), SDL 2, and a display: that of DISPLAY, or else one of Xvfb's own.
# 5 rounds unless told; a round takes about a minute and a half on two cores.
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-5}
steps=2500
dreamer=$PWD/.build/release/dreamer

fail() {
  echo "window: $*" >&2
  exit 1
}

# Updates a second, as the run itself says at its end.
rate() {
  rm -rf "${folder:?}/$1"
  "$dreamer" train --env gridworld/Empty-Random-6x6 --steps "$steps" --logdir "$folder/$1" \
    "${@:2}" 2> "$folder/$1.log" < /dev/null || fail "$(tail -n 1 "$folder/$1.log")"
  sed -n '$s/ updates\/s.*//p' "$folder/$1.log"
}

[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "'$rounds' is no number of rounds; give 1 or more"
[[ -x $dreamer ]] || fail "there is no build; run make build"
if [[ -z ${DISPLAY:-} ]]; then
  command -v xvfb-run > /dev/null || fail "there is no display; set DISPLAY, or apt-get install xvfb"
  exec xvfb-run -a --server-args="-screen 0 1000x800x24" "$0" "$rounds"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "| round | updates/s | with a window | slower by |"
echo "|---|---|---|---|"
for round in $(seq "$rounds"); do
  plain=$(rate plain)
  window=$(rate window --window)
  for file in scores.jsonl "checkpoints/$steps/parameters.safetensors"; do
    cmp "$folder/plain/$file" "$folder/window/$file" || fail "the runs differ"
  done
  awk -v round="$round" -v plain="$plain" -v window="$window" \
    'BEGIN { printf "| %d | %s | %s | %.1f %% |\n", round, plain, window, 100 * (plain / window - 1) }'
done
