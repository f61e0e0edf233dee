#!/usr/bin/env bash
# Installs the system packages that the build needs and that are missing. Where none is, it does
# nothing and needs neither network nor rights.
set -euo pipefail

packages=(libopenblas-dev libpng-dev libzstd-dev)

command -v swift > /dev/null || {
  echo "setup: there is no swift; install Swift 6.2 or later from https://swift.org/install" >&2
  exit 1
}
if ! command -v dpkg-query > /dev/null; then
  echo "setup: no Debian or Ubuntu; see to it that OpenBLAS, libpng and libzstd have their headers" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "setup: installing ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install --yes --no-install-recommends "${missing[@]}"
