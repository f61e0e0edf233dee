#!/usr/bin/env bash
# Builds the package of Experiments/Embedding as a stranger would, and lets it act with an agent
# that was trained for seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product dreamer
run=$(mktemp -d)/run
trap 'rm -rf "$(dirname "$run")"' EXIT
.build/release/dreamer train --env gridworld/Empty-5x5 --preset debug --logdir "$run"

# Not optimised: what is tried is that it builds and acts, and it is all compiled once more for that.
embedding=(
  --package-path Experiments/Embedding --scratch-path .build-embedding -c release -Xswiftc -Onone)
swift build "${embedding[@]}"
swift run --skip-build "${embedding[@]}" Embedding "$run"

# What acting has no use for.
binary=$(swift build "${embedding[@]}" --show-bin-path)/Embedding
if ldd "$binary" | grep -E 'libzstd|libpng' || nm "$binary" | grep -qE 'SwiftProtobuf|13ReplayBuffers'; then
  echo "embedding: $binary holds zstd, libpng, protobuf or replay" >&2
  exit 1
fi
