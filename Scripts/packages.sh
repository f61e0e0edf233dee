#!/usr/bin/env bash
# Installs those of some Debian packages that are missing. Where none is, it does nothing and needs
# neither network nor rights.
#
#   Scripts/packages.sh PACKAGE…
set -euo pipefail

if ! command -v dpkg-query > /dev/null; then
  echo "packages: no Debian or Ubuntu; see to it that what these hold is installed: $*" >&2
  exit 0
fi

missing=()
for package in "$@"; do
  state=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2> /dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "packages: installing ${missing[*]}"
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install --yes --no-install-recommends "${missing[@]}"
