#!/usr/bin/env bash
# Installs the system packages that the build needs and that are missing. Where none is, it does
# nothing and needs neither network nor rights.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v swift > /dev/null || {
  echo "setup: there is no swift; install Swift 6.2 or later from https://swift.org/install" >&2
  exit 1
}
Scripts/packages.sh libopenblas-dev libpng-dev libzstd-dev zlib1g-dev
