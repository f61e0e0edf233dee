import Agents
import Configuration
import EnvironmentInterface
import Worlds

extension TrainingConfiguration {
  /// Keys, and groups that end in a point, on whose values a run's state rests. Another value would be
  /// ignored there, or give the state another meaning, as another world does to the episodes that
  /// have begun.
  private static let keysOfState =
    ["task", "seed", "env.", "replay.preload", "agent.opt.impl", "agent.frozen"]
    + AgentState.normalizers.map { "agent.\($0.name).impl" }
  /// In those groups, and yet free.
  private static let freeKeys = ["env.wrap.record"]

  /// What is not as in another configuration, of that on which a run's state rests.
  package func differencesOfState(from own: TrainingConfiguration) -> [ConfigurationDifference] {
    differences(from: own).filter { Self.isOfState($0.key) }
  }

  /// What is not as in another configuration, of that by which parameters have their shapes, and replay
  /// its windows and chunks.
  package func differencesOfShape(from own: TrainingConfiguration) -> [ConfigurationDifference] {
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
    "deter", "hidden", "latent", "stoch", "classes", "codes", "code_width", "levels", "imglayers",
    "obslayers", "dynlayers", "blocks", "depth", "mults", "layers", "units", "kernel", "bins",
    "bspace",
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

  private static func isOfState(_ key: String) -> Bool {
    !freeKeys.contains(key)
      && keysOfState.contains { $0.hasSuffix(".") ? key.hasPrefix($0) : key == $0 }
  }
}
