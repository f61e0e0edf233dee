#!/usr/bin/env bash
# Builds the handbook and the documentation of the public modules as a site in docs/: open it with
# `python3 -m http.server --directory docs`.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(Handbook EnvironmentInterface Randomness Configuration Worlds Agents TrainedAgents Evaluation
  Runs Training)
swift package --scratch-path .build-docs --allow-writing-to-directory docs generate-documentation \
  $(printf -- '--target %s ' "${targets[@]}") --enable-experimental-combined-documentation \
  --disable-indexing --transform-for-static-hosting --output-path docs
echo "docs: the site is in docs/; begin at documentation/handbook"
