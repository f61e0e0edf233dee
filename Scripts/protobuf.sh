#!/usr/bin/env bash
# Makes Swift of event.proto, with the generator of the swift-protobuf that Package.swift names, which
# it builds first. The result is committed, so that a build needs none of this.
set -euo pipefail
cd "$(dirname "$0")/.."
Scripts/packages.sh protobuf-compiler
swift package resolve
swift build -c release --product protoc-gen-swift --scratch-path .build-protobuf \
  --package-path .build/checkouts/swift-protobuf
folder=Sources/Telemetry/Events
protoc --plugin=.build-protobuf/release/protoc-gen-swift --swift_opt=UseAccessLevelOnImports=true \
  --proto_path="$folder" --swift_out="$folder" event.proto
