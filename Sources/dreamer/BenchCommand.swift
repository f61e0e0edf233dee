import ArgumentParser
import Benchmarks
import CommandSupport
import Configuration
import Files
import Foundation
import TrainedAgents
import Worlds

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure what training and acting cost on this machine.",
    discussion: """
      An update is the training step that `train` makes, on random replay of made-up observations \
      and actions (bench.image, bench.vector, bench.actions). Its normalised figure compares \
      machines: seconds, times the speed of a large product on as many cores, over 112 GFLOP/s; there \
      is none where OPENBLAS_CORETYPE or a container's quota make that product say nothing of the \
      machine.

      Example: dreamer bench
               dreamer bench --preset size12m --set run.threads=1 --json
               dreamer bench --environments
               dreamer bench --convolutions
               dreamer bench --replay --env pendulum/classic --set replay.memory=512MB
      """)

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Presets, each over the one before (default: size1m).", valueName: "name"))
  var preset: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Configuration over the presets.", valueName: "key=value"))
  var set: [String] = []

  @Option(parsing: .unconditional, help: "Updates to take the median of (default: 5).")
  var updates: Int?

  @Flag(help: "Measure the bundled environments instead, in steps a second.")
  var environments = false

  @Flag(help: "Measure the convolutions alone instead, each on one core.")
  var convolutions = false

  @Flag(help: "Measure replay instead: its memory, disk and waits, with a random policy.")
  var replay = false

  @Option(
    help: ArgumentHelp(
      "The environment that --replay plays (default: gridworld/Empty-8x8).", valueName: "id"))
  var env: String?

  @Option(parsing: .unconditional, help: "Steps that --replay makes (default: 1000000).")
  var steps: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let env { try requireText(env, "--env") }
    if let updates, !(1...10_000).contains(updates) {
      throw ValidationError("--updates must be 1 to 10000")
    }
    if let steps, !(1...1_000_000_000).contains(steps) {
      throw ValidationError("--steps must be 1 to 1000000000")
    }
    if replay && (environments || convolutions) {
      throw ValidationError("--replay is measured alone; leave the other measurements out")
    }
    if convolutions && (json || environments) {
      throw ValidationError(
        "--convolutions prints a table of its own; leave --json and --environments out")
    }
    if !replay, env != nil || steps != nil {
      throw ValidationError("--env and --steps go with --replay")
    }
    if updates != nil, replay || environments || convolutions {
      throw ValidationError("--updates goes without --replay, --environments and --convolutions")
    }
  }

  func run() throws {
    let configuration = try TrainingConfiguration.resolve(
      presets: preset.isEmpty ? ["size1m"] : preset, set: set
    ).configuration
    if replay { return try measureReplay(configuration) }
    if environments { return try measureEnvironments(configuration.env) }
    if convolutions { return try measureConvolutions(configuration) }
    let report = try Benchmark(configuration).run(updates: updates ?? 5)
    try StandardOutput.print(json ? report.json : report.table)
  }

  private func measureReplay(_ configuration: TrainingConfiguration) throws {
    let folder = try AtomicFile.makeTemporaryFolder("dreamer-bench-")
    let replay = folder.appendingPathComponent("replay")
    try FileManager.default.createDirectory(at: replay, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    Interruption.note()
    let report = try ReplayBenchmark(
      configuration, task: env ?? "gridworld/Empty-8x8", steps: steps ?? 1_000_000
    ).run(in: replay) { Interruption.signalNumber != nil }
    guard let report else { throw ExitCode(signal: Interruption.signalNumber ?? SIGTERM) }
    try StandardOutput.print(json ? report.json : report.table)
  }

  private func measureConvolutions(_ configuration: TrainingConfiguration) throws {
    let measured = try BenchmarkConvolutions(configuration)
    if measured.rows.isEmpty {
      throw UsageError("without an image there are no convolutions; set bench.image=[64,64,3]")
    }
    try StandardOutput.print(measured.table)
  }

  private func measureEnvironments(_ configuration: EnvironmentConfigurations) throws {
    let speeds = try EnvironmentSpeed.measure(configuration)
    if json {
      let members = speeds.map { "\"\($0.id)\": \(Int($0.stepsPerSecond))" }
      return try StandardOutput.print(
        "{\"steps_per_second\": {\(members.joined(separator: ", "))}}")
    }
    for speed in speeds {
      let id = speed.id.padding(toLength: max(28, speed.id.count), withPad: " ", startingAt: 0)
      try StandardOutput.print("\(id) \(Int(speed.stepsPerSecond)) steps/s")
    }
  }
}
