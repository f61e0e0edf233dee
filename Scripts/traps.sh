#!/usr/bin/env bash
# Puts each known mistake of this algorithm back into a copy of the sources and demands that its test
# fails. Arguments name traps (their first letters are enough); without any, all are tried.
set -euo pipefail
cd "$(dirname "$0")/.."

traps=Experiments/Parity/Traps
copy=.build-traps
mkdir -p "$copy"
# The tracked and new files as they are, beside what an earlier run built.
find "$copy" -mindepth 1 -maxdepth 1 ! -name .build -exec rm -rf {} +
git ls-files -co --exclude-standard | tar cf - -T - | tar xf - -C "$copy"

# A debug build: what is tested here is small, and each patch means building much again.
run_tests() { swift test --skip-build --filter "$1"; }

caught=0 missed=()
for patch in "$traps"/*.patch; do
  name=$(basename "$patch" .patch)
  if [ $# -gt 0 ] && ! printf '%s\n' "$@" | grep -q "^${name%%-*}"; then continue; fi
  filter=$(sed -n 's/^Test: //p' "$patch")
  (
    cd "$copy"
    patch -s -p1 < "../$patch"
    if ! swift build --build-tests > build.log 2>&1; then
      tail -20 build.log
      echo "$name: does not compile"
      exit 2
    fi
  )
  if (cd "$copy" && run_tests "$filter") > "$copy/test.log" 2>&1; then
    echo "MISSED  $name: '$filter' passes with the mistake in place"
    missed+=("$name")
  elif ! grep -q 'failed' "$copy/test.log"; then
    tail -20 "$copy/test.log"
    echo "$name: the tests did not run"
    exit 2
  else
    echo "caught  $name"
    caught=$((caught + 1))
  fi
  (cd "$copy" && patch -s -R -p1 < "../$patch")
done

echo "$caught caught, ${#missed[@]} missed"
[ ${#missed[@]} -eq 0 ]
