#!/usr/bin/env bash
# The tests of the kernels, the tape and the readers of files under AddressSanitizer, the C code under
# UndefinedBehaviorSanitizer too (Swift has none on Linux, and traps by itself), with an arena's memory
# guarded as in debug builds.
set -euo pipefail
cd "$(dirname "$0")/.."

# Only what these need is built (Package.swift).
export DREAMER_TESTS="KernelsTests AutodiffTests FilesTests NeuralNetworksTests PicturesTests"
# Detection of leaks takes ptrace, which containers often refuse; the allocation tests look for growth.
export ASAN_OPTIONS=detect_leaks=0
# Tests of traps end processes on purpose, and what writes their backtraces reads beyond allocations.
export SWIFT_BACKTRACE=enable=no
swift test -c release --disable-testable-imports -Xswiftc -DDEBUG --scratch-path .build-address \
  --sanitize address -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined "$@"
