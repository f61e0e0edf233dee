#!/usr/bin/env bash
# A million steps by a random policy in each world, under a bound of 512 MB: run.sh [STEPS]
set -euo pipefail
cd "$(dirname "$0")/../.."
for world in gridworld/Empty-8x8 pendulum/classic; do
  .build/release/dreamer bench --replay --env "$world" --steps "${1:-1000000}" \
    --set replay.memory=512MB
  echo
done
