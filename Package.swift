// swift-tools-version: 6.2
import PackageDescription

/// Every module is a library target that other packages can use; `DreamerKit` bundles those that
/// acting with a trained agent needs.
let package = Package(
  name: "swift-dreamer",
  products: [
    .executable(name: "dreamer", targets: ["dreamer"]),
    // Load a checkpoint and act: what `Experiments/Embedding` shows. Links neither replay nor the
    // libraries that training takes.
    .library(
      name: "DreamerKit",
      targets: [
        "TrainedAgents", "Agents", "WorldModels", "Randomness", "EnvironmentInterface", "Worlds",
        "Gridworld", "Pendulum",
      ]),
    // Train, and evaluate.
    .library(
      name: "DreamerTraining",
      targets: ["Training", "Evaluation", "TrainedAgents", "Runs", "Telemetry"]),
    // Write a world of your own.
    .library(name: "EnvironmentInterface", targets: ["EnvironmentInterface", "Randomness"]),
  ],
  dependencies: [
    .package(
      url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
    .package(url: "https://github.com/jpsim/Yams", .upToNextMinor(from: "6.2.2")),
    .package(url: "https://github.com/apple/swift-protobuf", .upToNextMinor(from: "1.39.0")),
    // For `make docs` alone.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", .upToNextMinor(from: "1.5.0")),
  ],
  targets: [
    // Loads OpenBLAS when it is first needed: see its header for why it is not linked.
    .target(
      name: "COpenBLAS", dependencies: ["CProcess"],
      linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]
    ),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    // Loads SDL 2 when a window is first wanted; no header of SDL is needed.
    .target(name: "CSDL2", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
    .target(name: "CKernels"),
    .target(name: "CProcess"),
    // In the place of the C library's allocator: of the executable alone.
    .target(name: "CAllocator", dependencies: ["CProcess"]),
    .target(name: "Files", dependencies: ["CProcess"]),
    .target(name: "Kernels", dependencies: ["CKernels", "COpenBLAS"]),
    .target(name: "ImageKernels", dependencies: ["Kernels"]),
    .target(name: "DensityKernels", dependencies: ["Kernels"]),
    .target(name: "Randomness", dependencies: ["Kernels"]),
    .target(name: "Autodiff", dependencies: ["ImageKernels", "Kernels", "Randomness"]),
    .target(name: "Distributions", dependencies: ["Autodiff", "DensityKernels"]),
    .target(name: "Configuration", dependencies: ["Files", "Yams"]),
    .target(name: "NeuralNetworks", dependencies: ["Autodiff", "Configuration"]),
    .target(name: "LatentModels", dependencies: ["Distributions", "NeuralNetworks"]),
    .target(name: "Learning", dependencies: ["NeuralNetworks"]),
    .target(
      name: "EnvironmentInterface", dependencies: ["Randomness"], path: "Environments/Interface"),
    .target(
      name: "WorldModels",
      dependencies: ["Configuration", "LatentModels", "EnvironmentInterface"],
      exclude: ["README.md"]),
    .target(name: "Agents", dependencies: ["Learning", "WorldModels"]),
    .target(name: "Statistics", dependencies: ["Randomness"]),
    .target(name: "Probes", dependencies: ["Agents", "Statistics"]),
    .target(
      name: "EnvironmentFamilies", dependencies: ["Configuration", "EnvironmentInterface"],
      path: "Environments/Families"),
    .target(
      name: "Gridworld", dependencies: ["EnvironmentFamilies"], path: "Environments/Gridworld",
      exclude: ["README.md"], resources: [.embedInCode("Preset.yaml")]),
    .target(
      name: "Pendulum", dependencies: ["EnvironmentFamilies"], path: "Environments/Pendulum",
      exclude: ["README.md"], resources: [.embedInCode("Preset.yaml")]),
    .target(name: "Runs", dependencies: ["NeuralNetworks"]),
    .target(
      name: "Worlds", dependencies: ["Gridworld", "NeuralNetworks", "Pendulum", "Runs"]),
    // Apart from the memory itself, so that a configuration can be read without it.
    .target(name: "ReplaySettings"),
    .target(
      name: "TrainedAgents", dependencies: ["Agents", "ReplaySettings", "Worlds"],
      resources: [.embedInCode("Presets")]),
    .target(name: "Evaluation", dependencies: ["TrainedAgents"]),
    .target(
      name: "ReplayBuffers",
      dependencies: [
        "CZstd", "EnvironmentInterface", "Files", "Kernels", "Randomness", "ReplaySettings",
      ], exclude: ["README.md"]),
    .target(name: "Pictures", dependencies: ["CPNG", "Files"]),
    .target(
      name: "Telemetry",
      dependencies: [
        "Pictures", "Runs", .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ], exclude: ["README.md", "Events/event.proto"]),
    // Frames alone: of worlds, of recordings, of pictures, of IDX files.
    .target(
      name: "FrameSources", dependencies: ["CZlib", "Pictures", "Worlds"], exclude: ["README.md"]),
    .target(
      name: "Autoencoders",
      dependencies: ["Configuration", "LatentModels", "Learning", "Statistics"],
      exclude: ["README.md"]),
    .target(
      name: "AutoencoderTraining",
      dependencies: ["Autoencoders", "FrameSources", "Telemetry"],
      resources: [.embedInCode("Presets")]),
    .target(name: "Storyboards", dependencies: ["Agents", "Pictures"]),
    .target(
      name: "Training", dependencies: ["Evaluation", "ReplayBuffers", "Storyboards", "Telemetry"]),
    .target(name: "Inspection", dependencies: ["AutoencoderTraining", "Training"]),
    .target(name: "Benchmarks", dependencies: ["Training"]),
    .target(
      name: "Reports",
      dependencies: ["AutoencoderTraining", "Probes", "Storyboards", "Training"],
      exclude: ["README.md"]),
    .target(name: "PeerVerification", dependencies: ["Autoencoders"]),
    .target(name: "Verification", dependencies: ["PeerVerification", "TrainedAgents"]),
    .target(name: "Viewer", dependencies: ["CSDL2", "Pictures"]),
    .target(name: "Sessions", dependencies: ["Training", "Viewer"]),
    .target(
      name: "CommandSupport",
      dependencies: ["Runs", .product(name: "ArgumentParser", package: "swift-argument-parser")]),
    .target(name: "FrameCommands", dependencies: ["AutoencoderTraining", "CommandSupport"]),
    .executableTarget(
      name: "dreamer",
      dependencies: [
        "Benchmarks", "CAllocator", "CommandSupport", "FrameCommands", "Inspection", "Reports",
        "Sessions", "Verification",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], plugins: ["CommitStamp"]),
    .plugin(name: "CommitStamp", capability: .buildTool()),
    // The documentation catalogue.
    .target(name: "Handbook", path: "Documentation"),
    .target(
      name: "TestSupport",
      dependencies: [
        "Autodiff", "EnvironmentInterface", "NeuralNetworks", "Pictures", "Randomness",
      ],
      path: "Tests/TestSupport"),
    .testTarget(name: "KernelsTests", dependencies: ["ImageKernels", "Kernels", "TestSupport"]),
    .testTarget(name: "RandomnessTests", dependencies: ["Randomness", "Kernels"]),
    .testTarget(name: "AutodiffTests", dependencies: ["Autodiff", "TestSupport"]),
    .testTarget(
      name: "DistributionsTests", dependencies: ["Distributions", "NeuralNetworks", "TestSupport"]),
    .testTarget(name: "NeuralNetworksTests", dependencies: ["NeuralNetworks", "TestSupport"]),
    .testTarget(
      name: "LatentModelsTests", dependencies: ["LatentModels", "WorldModels", "TestSupport"]),
    .testTarget(
      name: "EnvironmentTests",
      dependencies: [
        "EnvironmentInterface", "Gridworld", "Pendulum", "NeuralNetworks", "Training",
        "TestSupport",
      ]),
    .testTarget(name: "ConfigurationTests", dependencies: ["Configuration"]),
    .testTarget(name: "LearningTests", dependencies: ["Learning", "TestSupport"]),
    .testTarget(name: "WorldModelsTests", dependencies: ["WorldModels", "TestSupport"]),
    .testTarget(name: "AgentsTests", dependencies: ["Agents", "TestSupport"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "TestSupport"]),
    .testTarget(name: "FrameSourcesTests", dependencies: ["FrameSources", "TestSupport"]),
    .testTarget(name: "AutoencodersTests", dependencies: ["Autoencoders", "TestSupport"]),
    .testTarget(
      name: "AutoencoderTrainingTests",
      dependencies: ["AutoencoderTraining", "Inspection", "TestSupport"]),
    .testTarget(
      name: "ProbesTests", dependencies: ["Probes", "Gridworld", "Pendulum", "TestSupport"]),
    .testTarget(name: "ReplayBuffersTests", dependencies: ["ReplayBuffers", "TestSupport"]),
    .testTarget(name: "PicturesTests", dependencies: ["Pictures", "TestSupport"]),
    .testTarget(
      name: "StoryboardsTests", dependencies: ["Evaluation", "Storyboards", "TestSupport"]),
    .testTarget(name: "FilesTests", dependencies: ["Files", "TestSupport"]),
    .testTarget(name: "RunsTests", dependencies: ["Runs", "TestSupport"]),
    .testTarget(name: "WorldsTests", dependencies: ["Worlds", "TestSupport"]),
    .testTarget(name: "TrainedAgentsTests", dependencies: ["TrainedAgents", "TestSupport"]),
    .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "TestSupport"]),
    .testTarget(
      name: "TelemetryTests", dependencies: ["Pictures", "Telemetry", "Randomness", "TestSupport"]),
    .testTarget(name: "TrainingTests", dependencies: ["Training", "TestSupport"]),
    .testTarget(name: "OwnTrainerTests", dependencies: ["Inspection", "Learning", "TestSupport"]),
    .testTarget(name: "ReportsTests", dependencies: ["Reports", "TestSupport"]),
    .testTarget(name: "VerificationTests", dependencies: ["Verification", "TestSupport"]),
    .testTarget(name: "ViewerTests", dependencies: ["Viewer"]),
    .testTarget(
      name: "SessionsTests", dependencies: ["Sessions", "TestSupport"]),
    .testTarget(
      name: "CommandTests",
      dependencies: ["Randomness", "Sessions", "Training", "TestSupport"]),
    // Counts what the test process takes from the allocator, in the C library's place.
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    .testTarget(
      name: "AllocationTests",
      dependencies: ["AllocationCounter", "Agents", "Training", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// Only what some tests need, where they are named: `make sanitize-memory` builds for the second time,
// and all would take long.
if let names = Context.environment["DREAMER_TESTS"] {
  var needed: Set<String> = []
  var found = names.split(separator: " ").map(String.init)
  while let name = found.popLast() {
    guard needed.insert(name).inserted,
      let target = package.targets.first(where: { $0.name == name })
    else { continue }
    for case .byNameItem(let name, _) in target.dependencies { found.append(name) }
  }
  package.targets.removeAll { !needed.contains($0.name) }
  package.products = []
}
