#!/usr/bin/env bash
# Sees to it that .build-python, the project's Python environment, has what a list requires. Where it
# has, nothing is done and no network needed.
#
#   Scripts/python.sh REQUIREMENTS [PIP-OPTION…]
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=${1:?a file with requirements}
shift
environment=.build-python
# What was installed, in a file for each list: lists of others stay where they are.
record=$environment/$(echo "$requirements" | tr / -)

fail() {
  echo "python: $*" >&2
  exit 1
}

# Debian keeps the module that makes environments in a package of its own.
install_venv() {
  command -v apt-get > /dev/null || return 1
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --no-install-recommends python3 python3-venv >&2
}

make_environment() { python3 -m venv --clear "$environment" > /dev/null 2>&1; }

cmp --silent "$requirements" "$record" && exit 0
if ! "$environment/bin/python" -m pip --version > /dev/null 2>&1; then
  echo "python: making $environment" >&2
  make_environment || { install_venv && make_environment; } ||
    fail "python3 cannot make an environment; on Debian and Ubuntu, install python3-venv"
fi
"$environment/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  fail "$("$environment/bin/python" --version) is too old; install Python 3.11 or later"
echo "python: installing $requirements into $environment" >&2
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@" \
  --requirement "$requirements" >&2 ||
  fail "pip cannot install $requirements; what it says is above"
cp "$requirements" "$record"
