import Configuration
import Agents
import EnvironmentInterface
import Files
import Foundation
import Telemetry

extension TrainingConfiguration {
  /// Keys, and groups that end in a point, on whose values a run's state rests. Another value would be
  /// ignored there, or give the state another meaning, as another world does to the episodes that
  /// have begun.
  private static let keysOfState = [
    "task", "seed", "env.", "replay.preload", "agent.opt.impl", "agent.retnorm.impl",
    "agent.valnorm.impl", "agent.advnorm.impl", "agent.frozen",
  ]
  /// In those groups, and yet free.
  private static let freeKeys = ["env.wrap.record"]

  /// What is not as in another configuration, of that on which a run's state rests.
  func differencesOfState(from own: TrainingConfiguration) -> [ConfigurationDifference] {
    differences(from: own).filter { Self.isOfState($0.key) }
  }

  /// What is not as in another configuration, of that by which parameters have their shapes, and replay
  /// its windows and chunks.
  func differencesOfShape(from own: TrainingConfiguration) -> [ConfigurationDifference] {
    let ofWindows = windowLength == own.windowLength ? [] : Self.keysOfWindows
    let isOther = !hasShapes(of: own)
    return differences(from: own).filter { difference in
      let name = difference.key.split(separator: ".").last.map(String.init) ?? ""
      return difference.key == "replay.chunksize" || ofWindows.contains(difference.key)
        || isOther && difference.key.hasPrefix("agent.") && Self.namesOfSizes.contains(name)
    }
  }

  private static let keysOfWindows = [
    "batch_length", "report_length", "consec_train", "consec_report", "replay_context",
  ]
  /// What sizes are called among the keys of networks.
  private static let namesOfSizes = [
    "deter", "hidden", "latent", "stoch", "classes", "imglayers", "obslayers", "dynlayers",
    "blocks", "depth",
    "mults", "layers", "units", "kernel", "bins", "bspace",
  ]

  /// Whether an agent has the parameters of another's, in the bundled world of that; true where there is
  /// no such world. Not every size counts in every world.
  private func hasShapes(of own: TrainingConfiguration) -> Bool {
    let names = differences(from: own).map {
      $0.key.split(separator: ".").last.map(String.init) ?? ""
    }
    guard names.contains(where: Self.namesOfSizes.contains),
      let world = try? EnvironmentRegistry.make(own.task, own.env)
    else { return true }
    func shapes(_ configuration: AgentConfiguration) -> [String: [Int]]? {
      let agent = try? Agent(
        configuration, spaces: world.observationSpaces, actionSpace: world.actionSpace,
        key: .init(seed: 0))
      return agent?.parameters.entries.reduce(into: [:]) { $0[$1.name] = $1.shape }
    }
    return shapes(agent) == shapes(own.agent)
  }

  /// Refuses to continue a run with what its state does not allow.
  ///
  /// - Parameters:
  ///   - run: the run's folder.
  ///   - step: environment steps that it has made.
  ///   - own: its configuration at that step.
  /// - Throws: ``ConfigurationError`` for the first such value.
  func checkContinuation(of run: RunFolder, at step: Int, with own: TrainingConfiguration) throws {
    if let difference = differencesOfState(from: own).first {
      throw ConfigurationError(
        keyPath: difference.key, value: difference.value,
        reason: "the run in \(run.url.relativePath) was begun with \(difference.defaultValue) and "
          + "goes on with it; leave it out, or begin another run with --from")
    }
    // Who asks for no other number of steps may have made more: the last step is one of all environments.
    if self.run.steps < step, self.run.steps != own.run.steps {
      throw ConfigurationError(
        keyPath: "run.steps", value: "\(self.run.steps)",
        reason:
          "the run in \(run.url.relativePath) has made \(step) steps already; --steps must be "
          + "more")
    }
  }

  /// Restores a run, and says of a checkpoint that does not fit which setting is in the way.
  func explaining<Result>(
    _ own: TrainingConfiguration?, _ restore: () throws -> Result
  ) throws -> Result {
    do {
      return try restore()
    } catch let error as RunFileError {
      guard let difference = own.flatMap({ differencesOfShape(from: $0).first }) else {
        throw error
      }
      throw RunFileError(
        file: error.file, problem: error.problem,
        remedy: "leave \(difference.key)=\(difference.value) out, or begin another run with --from")
    }
  }

  private static func isOfState(_ key: String) -> Bool {
    !freeKeys.contains(key)
      && keysOfState.contains { $0.hasSuffix(".") ? key.hasPrefix($0) : key == $0 }
  }
}

extension RunFolder {
  /// What a run goes on from; nil where none has saved anything yet.
  ///
  /// - Throws: `FileError` of kind `malformed` where something was saved and is not all there: to begin
  ///   anew would lose what is left.
  func checkpointToContinue() throws -> Checkpoint? {
    if let newest = completeCheckpoints().last { return newest }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    let damaged = names.sorted()
      .first { Checkpoint(at: checkpoints.appendingPathComponent($0))?.isDamaged == true }
    // A run saves before it writes its first line.
    let lines = [metrics, scores].first { (try? AtomicFile.read($0).isEmpty) == false }
    guard let lost = damaged.map(checkpoints.appendingPathComponent) ?? lines else { return nil }
    throw FileError(
      .malformed, path: lost.path,
      what: damaged == nil ? "is of a run whose checkpoints are gone" : "is no complete checkpoint",
      remedy: "put back a copy of what is missing, or begin another run with another --logdir")
  }
}
