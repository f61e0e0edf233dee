import ArgumentParser
import Foundation
import Telemetry
import Training
import Kernels

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "train")
  @Option var env: String
  @Option var logdir: String
  @Option var preset: [String] = []
  @Option(name: .customLong("set")) var assignments: [String] = []
  func run() throws {
    let resolved = try TrainingConfiguration.resolve(task: env, presets: preset, files: [], set: assignments)
    let trainer = try Trainer(
      resolved.configuration, in: RunFolder(at: URL(fileURLWithPath: logdir)),
      progress: .standardError())
    for note in trainer.notes { print(note) }
    print(GEMM.library, InstructionSet.current)
    _ = try trainer.run()
  }
}
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "evaluate")
  @Argument var path: String
  @Option var episodes = 100
  @Option var seed = 0
  @Flag var mode = false
  @Flag var blank = false
  func run() throws {
    let trained = try TrainedAgent(contentsOf: URL(fileURLWithPath: path))
    var plan = EvaluationPlan()
    plan.episodes = episodes
    plan.seed = seed
    plan.usesMode = mode
    plan.blanksFrames = blank
    let e = try trained.agent.evaluate(in: trained.makeEnvironment, plan)
    print("mean \(e.mean) median \(e.median) std \(e.deviation) success \(e.successRate as Any) length \(e.lengths.reduce(0,+)/e.lengths.count)")
  }
}
