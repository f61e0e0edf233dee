#!/usr/bin/env bash
# What swift-format does not know: unsafe code and words of the command line where they belong alone,
# modules of a size, imports that go up the table of Sources/README.md.
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
complain() {
  echo "lint: $1" >&2
  status=1
}

# Libraries and worlds, without the executable and generated code.
mapfile -t files < <(find Sources Environments -name '*.swift' | sort |
  grep -v -e '^Sources/dreamer/' -e '\.pb\.swift$')

# Kernels, and one wrapper for each C library.
unsafe='Unsafe|@unchecked|nonisolated\(unsafe\)|Unmanaged'
allowed='^Sources/(Kernels|FrameSources/Gzip|Pictures/PNG|ReplayBuffers/Zstandard|Viewer/SDL|Files)'
while read -r line; do complain "$line: unsafe code belongs in Kernels or in a wrapper"; done < <(
  grep -nE "$unsafe" "${files[@]}" | grep -vE "$allowed|^[^:]*:[0-9]*: *//" || true)

while read -r line; do complain "$line: libraries do not print, exit or trap"; done < <(
  grep -nE '(^|[^.A-Za-z_])(print|fatalError|exit)\(|try!' "${files[@]}" |
    grep -vE '^[^:]*:[0-9]*: *//|func print\(' || true)

# The Swift files of a module, without generated ones.
files_of() { find "${1%/}" -name '*.swift' | sort | grep -v '\.pb\.swift$' || true; }

for folder in Sources/*/ Environments/*/; do
  lines=$(files_of "$folder" | tr '\n' '\0' | xargs -0 --no-run-if-empty cat | wc -l)
  [ "$lines" -le 3000 ] || complain "$folder has $lines lines; no module has more than 3000"
done

# The modules from above in the table; each row's first cell names some.
mapfile -t order < <(sed -n 's/^| \(`[^|]*\) |.*/\1/p' Sources/README.md | grep -oE '`[A-Za-z0-9]+`' |
  tr -d '`')
place() {
  local name=$1 index
  for index in "${!order[@]}"; do
    [ "${order[$index]}" = "$name" ] && echo "$index" && return
  done
  return 0
}
for folder in Sources/*/; do
  module=$(basename "$folder")
  own=$(place "$module")
  if [ -z "$own" ]; then
    complain "Sources/README.md does not name $module"
    continue
  fi
  while read -r imported; do
    theirs=$(place "$imported")
    [ -z "$theirs" ] || [ "$theirs" -lt "$own" ] ||
      complain "$module imports $imported, which is below it in Sources/README.md"
  done < <(files_of "$folder" | tr '\n' '\0' |
    xargs -0 --no-run-if-empty sed -n 's/^\(package \|internal \)*import \([A-Za-z]*\)$/\2/p' | sort -u)
done
exit $status
