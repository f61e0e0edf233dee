import AutoencoderTraining
import Configuration
import Files
import Foundation
import TrainedAgents

/// What a run was told, as far as pages on runs of any kind need to know it.
protocol ReportedConfiguration: ConfigurationRoot {
  var seed: Int { get }
  /// What is learned from: a world, or where frames come from.
  var subject: String { get }
  var plannedSteps: Int { get }
  /// The same without what runs of one group may differ in: seed and threads.
  var withoutSeed: Self { get }
  /// What the environment's own preset leaves to say.
  var differencesFromPreset: [ConfigurationDifference] { get }
  /// The words of a command that trains so, before its folder and what else is set.
  var commandWords: [String] { get }
  /// The keys that those words say.
  static var keysOfCommand: Set<String> { get }
}

extension ReportedConfiguration {
  /// What is not as the defaults have it.
  var differencesFromDefaults: [ConfigurationDifference] { differences() }

  /// The shortest command that makes such a run.
  ///
  /// - Parameter name: of the run.
  func command(named name: String) -> String {
    let settings = differencesFromPreset.filter { !Self.keysOfCommand.contains($0.key) }
      .map { ForeignText.shellWord("\($0.key)=\($0.value)") }
    var words = commandWords + ["--logdir \(ForeignText.shellPath("runs/" + name))"]
    if !settings.isEmpty { words.append("--set " + settings.joined(separator: " ")) }
    return words.joined(separator: " ")
  }
}

extension TrainingConfiguration: ReportedConfiguration {
  var subject: String { task }
  var plannedSteps: Int { run.steps }
  static let keysOfCommand: Set<String> = ["task", "seed", "run.threads"]

  var withoutSeed: TrainingConfiguration {
    var other = self
    (other.seed, other.run.threads) = (0, 0)
    return other
  }

  var differencesFromPreset: [ConfigurationDifference] {
    let preset = try? TrainingConfiguration.resolve(task: task).configuration
    return differences(from: preset ?? TrainingConfiguration())
  }

  var commandWords: [String] {
    ["dreamer train --env \(ForeignText.shellWord(task))", "--seed \(seed)"]
  }
}

extension FrameTrainingConfiguration: ReportedConfiguration {
  /// Of files and folders the last name.
  var subject: String {
    task.isEmpty ? URL(fileURLWithPath: frameSource).lastPathComponent : task
  }
  var plannedSteps: Int { run.steps }
  static let keysOfCommand: Set<String> = ["task", "seed", "run.threads"]

  var withoutSeed: FrameTrainingConfiguration {
    var other = self
    (other.seed, other.run.threads) = (0, 0)
    return other
  }

  var differencesFromPreset: [ConfigurationDifference] { differences() }

  var commandWords: [String] {
    let world = task.isEmpty ? "" : " --env \(ForeignText.shellWord(task))"
    return ["dreamer vae train\(world)", "--seed \(seed)"]
  }
}
