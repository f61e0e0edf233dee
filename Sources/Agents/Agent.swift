import EnvironmentInterface
import Foundation
import Kernels
import NeuralNetworks
import Randomness
import WorldModels

/// The networks of an agent and the memory of their parameters. What changes besides (normalisers,
/// counters) is in ``AgentState``.
public final class Agent: Sendable {
  /// What the networks were made from, and how they learn.
  public let configuration: AgentConfiguration
  /// What the agent observes, in ascending order of name.
  public let spaces: [ObservationSpace]
  /// What the agent can do.
  public let actionSpace: ActionSpace
  package let worldModel: WorldModel
  package let policy: Policy
  package let value: TwoHotHead
  /// A slow copy of ``value``, not trained by gradients.
  package let slowValue: TwoHotHead
  /// All parameters under the reference's names (`dyn/dynin0/kernel`, …).
  package let parameters: ParameterStore

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
    let networks = try Networks(configuration, spaces: spaces, actionSpace: actionSpace)
    self.configuration = configuration
    self.spaces = networks.spaces
    self.actionSpace = actionSpace
    (worldModel, policy) = (networks.worldModel, networks.policy)
    (value, slowValue) = (networks.value, networks.slowValue)
    try AgentSizeError.check(networks.size)
    let frozen = configuration.frozen.compactMap { AgentModule(rawValue: $0) }
    parameters = ParameterStore(networks.builder, key: key) { name in
      AgentModule(ofParameter: name).map { frozen.contains($0) } ?? false
    }
    if parameters.learning.isEmpty { throw NothingLearns(frozen: configuration.frozen) }
    blendSlowValue(weight: 1)
  }

  /// How many numbers an agent would have, without the memory of them.
  ///
  /// - Throws: as the initialiser.
  package static func size(
    _ configuration: AgentConfiguration, spaces: [ObservationSpace], actionSpace: ActionSpace
  ) throws -> AgentSize {
    try Networks(configuration, spaces: spaces, actionSpace: actionSpace).size
  }

  /// The networks of an agent, before there is memory for their parameters.
  private struct Networks {
    let spaces: [ObservationSpace]
    let worldModel: WorldModel
    let policy: Policy
    let value: TwoHotHead
    let slowValue: TwoHotHead
    let builder: ParameterBuilder

    init(
      _ configuration: AgentConfiguration, spaces: [ObservationSpace], actionSpace: ActionSpace
    ) throws {
      self.spaces = spaces.sorted { $0.name < $1.name }
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
      slowValue = try builder.untrained {
        try TwoHotHead(configuration.value, from: features, named: "slowval", in: &$0)
      }
      self.builder = builder
    }

    var size: AgentSize { AgentSize(parameters: builder.size, trained: builder.trainedSize) }
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

/// How many numbers an agent has.
package struct AgentSize: Sendable, Equatable {
  /// All, the slow critic's among them.
  package let parameters: Int
  /// Those that the optimiser changes.
  package let trained: Int
}

/// An agent that needs more memory than there is for it.
public struct AgentSizeError: Error, CustomStringConvertible, Equatable {
  /// How many numbers the agent has, the slow critic's among them.
  public let parameters: Int
  /// Bytes that it needs at least; `Int.max` where they are too many to count.
  public let need: Int
  /// What the bytes are for, as the end of a clause: "for its parameters alone".
  public let purpose: String
  package let bound: MemoryBound

  /// - Parameters:
  ///   - need: bytes.
  ///   - purpose: what they are for.
  package init(_ size: AgentSize, need: Int, purpose: String, bound: MemoryBound) {
    (parameters, self.need, self.purpose, self.bound) = (size.parameters, need, purpose, bound)
  }

  fileprivate static func check(_ size: AgentSize) throws {
    let (need, isTooMuch) = size.parameters.multipliedReportingOverflow(
      by: MemoryLayout<Float>.stride)
    guard let bound = MemoryBound.narrowest(isFirm: true), isTooMuch || need > bound.bytes else {
      return
    }
    throw AgentSizeError(
      size, need: isTooMuch ? .max : need, purpose: "for its parameters alone", bound: bound)
  }

  /// How large the agent is, what is in the way, and what to do about it, in a sentence.
  public var description: String {
    "an agent of \(parameters) parameters needs \(need >> 20) MiB of memory \(purpose), and only "
      + "\(bound); choose a smaller preset (size1m is the smallest), smaller settings, or raise that "
      + "bound"
  }
}

extension AgentConfiguration {
  /// γ.
  package var discount: Float { 1 - 1 / Float(horizon) }
}
