#!/usr/bin/env bash
# Trains one agent, evaluates it, and prints a row of the table in README.md.
#
#   Experiments/Learning/run.sh ENVIRONMENT SEED [EPISODES] [options of dreamer train]
#
# Needs a build (`make build`). The run stays in runs/learning/.
set -euo pipefail
cd "$(dirname "$0")/../.."
environment=$1 seed=$2 episodes=${3:-100}
shift $(( $# < 3 ? $# : 3 ))
dreamer=.build/release/dreamer
run=runs/learning/${environment//\//-}-$seed
mkdir -p "$(dirname "$run")"

begin=$(date +%s)
"$dreamer" train --env "$environment" --logdir "$run" --seed "$seed" "$@" 2> "$run.log" || {
  tail -3 "$run.log" >&2
  exit 1
}
minutes=$(awk "BEGIN { printf \"%.1f\", ($(date +%s) - $begin) / 60 }")

evaluate() { "$dreamer" evaluate "$run" --episodes "$episodes" --seed 1000 --json "$@"; }
field() { sed -E "s/.*\"$1\": ?([^,}]*).*/\1/"; }
seen=$(evaluate)
blank=$(evaluate --blank)
state=$(ls -d "$run"/checkpoints/*/ | tail -1)state.json
updates=$(sed -nE 's/.*"updates" : ([0-9]+).*/\1/p' "$state")
steps=$(sed -nE 's/.*"step" : ([0-9]+).*/\1/p' "$state")
printf '| `%s` | %s | %s | %s | %s | %.3f | %s | %.3f |\n' "$environment" "$seed" "$steps" \
  "$updates" "$minutes" "$(field mean <<< "$seen")" "$(field success_rate <<< "$seen")" \
  "$(field mean <<< "$blank")"
