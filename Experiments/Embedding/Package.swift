// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "Embedding",
  dependencies: [.package(name: "swift-dreamer", path: "../..")],
  targets: [
    .executableTarget(
      name: "Embedding", dependencies: [.product(name: "DreamerKit", package: "swift-dreamer")])
  ],
  swiftLanguageModes: [.v6]
)
