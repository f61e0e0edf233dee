import EnvironmentInterface
import Foundation
import Kernels
import NeuralNetworks
import Randomness
import WorldModels

/// The networks of an agent and the memory of their parameters. What changes besides (normalisers,
/// counters) is in ``AgentState``.
public final class Agent: Sendable {
  public let configuration: AgentConfiguration
  public let spaces: [ObservationSpace]
  public let actionSpace: ActionSpace
  public let worldModel: WorldModel
  public let policy: Policy
  public let value: TwoHotHead
  /// A slow copy of ``value``, not trained by gradients.
  public let slowValue: TwoHotHead
  /// All parameters under the reference's names (`dyn/dynin0/kernel`, …).
  public let parameters: ParameterStore

  /// - Parameters:
  ///   - spaces: what the agent observes.
  ///   - key: of the parameters' first values.
  /// - Throws: `LayerStyleError`, `ImageShapeError`, `BLASError`, ``AgentSizeError``,
  ///   ``NothingLearns``.
  public init(
    _ configuration: AgentConfiguration, spaces: [ObservationSpace], actionSpace: ActionSpace,
    key: Key
  ) throws {
    try GEMM.load()
    self.configuration = configuration
    self.spaces = spaces.sorted { $0.name < $1.name }
    self.actionSpace = actionSpace
    var builder = ParameterBuilder()
    worldModel = try WorldModel(
      encoder: configuration.enc, dynamics: configuration.dyn, decoder: configuration.dec,
      reward: configuration.rewhead, continuation: configuration.conhead,
      loss: WorldModelLossConfiguration(
        continueTarget: configuration.contdisc ? configuration.discount : 1,
        rewardReachesState: configuration.rewardGrad),
      spaces: spaces, actionSpace: actionSpace, in: &builder)
    let features = worldModel.rssm.features
    policy = try Policy(
      configuration.policy, from: features, actionSpace: actionSpace, in: &builder)
    value = try TwoHotHead(configuration.value, from: features, named: "val", in: &builder)
    builder.beginUntrained()
    slowValue = try TwoHotHead(
      configuration.value, from: features, named: "slowval", in: &builder)
    try AgentSizeError.check(parameters: builder.size)
    let frozen = configuration.frozen.compactMap { AgentModule(rawValue: $0) }
    parameters = ParameterStore(builder, key: key) { name in
      AgentModule(ofParameter: name).map { frozen.contains($0) } ?? false
    }
    if parameters.learning.isEmpty { throw NothingLearns(frozen: configuration.frozen) }
    blendSlowValue(weight: 1)
  }

  /// `slow = weight · value + (1 - weight) · slow`, for all its parameters.
  package func blendSlowValue(weight: Float) {
    let pairs = parameters.entries.filter { $0.name.hasPrefix("slowval/") }
    for slow in pairs {
      let name = "val/" + slow.name.dropFirst("slowval/".count)
      guard let fast = parameters.entry(named: name) else { continue }
      parameters[slow].blend(weight, of: parameters[fast])
    }
  }
}

/// An agent whose parameters alone are more than the machine's memory holds.
public struct AgentSizeError: Error, CustomStringConvertible, Equatable {
  public let parameters: Int
  /// Bytes.
  public let memory: UInt64

  static func check(parameters: Int) throws {
    let memory = ProcessInfo.processInfo.physicalMemory
    if UInt64(parameters) > memory / UInt64(MemoryLayout<Float>.size) {
      throw AgentSizeError(parameters: parameters, memory: memory)
    }
  }

  public var description: String {
    "an agent of \(parameters) parameters does not fit into this machine's memory of "
      + "\(memory >> 20) MiB; choose a smaller preset (size1m is the smallest) or smaller settings"
  }
}

extension AgentConfiguration {
  /// γ.
  public var discount: Float { 1 - 1 / Float(horizon) }
}

/// What training changes besides parameters and the optimiser's averages.
public struct AgentState: Codable, Sendable, Equatable {
  public var returnNormalizer: Normalizer
  public var valueNormalizer: Normalizer
  public var advantageNormalizer: Normalizer
  /// Train steps that the slow critic has seen.
  public var slowValueCount = 0
  /// Gradient updates done.
  public var updates = 0

  public init(_ configuration: AgentConfiguration) {
    returnNormalizer = Normalizer(configuration.retnorm)
    valueNormalizer = Normalizer(configuration.valnorm)
    advantageNormalizer = Normalizer(configuration.advnorm)
  }

  /// The same state under a configuration whose rates and limits may be others.
  public func adopting(_ configuration: AgentConfiguration) -> AgentState {
    var state = self
    state.returnNormalizer.configuration = configuration.retnorm
    state.valueNormalizer.configuration = configuration.valnorm
    state.advantageNormalizer.configuration = configuration.advnorm
    return state
  }
}
