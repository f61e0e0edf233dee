import Autodiff
import EnvironmentInterface
import Foundation
import Kernels
import Randomness
import WorldModels

/// An agent in the midst of episodes: what it remembers of each of `count` environments, and what it
/// does next (ALGORITHM section 8).
///
/// The object belongs to one thread at a time; several can share an ``Agent``.
public final class ActingPolicy {
  /// Whose networks decide; acting changes nothing of it.
  public let agent: Agent
  /// n: environments.
  public let count: Int
  private let tape: Tape
  /// What is remembered from one step to the next.
  public private(set) var memory: Memory
  private var images: [ByteStorage]

  /// Remembers nothing of any environment: zeros, as before an episode (ALGORITHM section 2).
  public init(_ agent: Agent, count: Int) {
    self.agent = agent
    self.count = count
    tape = agent.makeInferenceTape()
    let rssm = agent.worldModel.rssm
    memory = Memory(
      deter: Array(repeating: 0, count: count * rssm.deter),
      stoch: Array(repeating: 0, count: count * rssm.stoch),
      previousActions: Array(repeating: 0, count: count * agent.actionSpace.width))
    images = agent.spaces.filter(\.isImage).map { ByteStorage(count: count * $0.count) }
  }

  /// What an agent remembers of `n` environments.
  public struct Memory: Sendable, Equatable, Codable {
    /// `[n, D]`.
    var deter: [Float]
    /// `[n, Z]`.
    var stoch: [Float]
    /// `[n, A]`.
    var previousActions: [Float]

    /// The memory of the first of `old` environments, and of as many more that nothing is remembered
    /// of as make `count`.
    public func resized(from old: Int, to count: Int) -> Memory {
      func rows(_ values: [Float]) -> [Float] {
        let width = values.count / max(old, 1)
        let missing = max(count - old, 0) * width
        return values.prefix(count * width) + Array(repeating: 0, count: missing)
      }
      return Memory(
        deter: rows(deter), stoch: rows(stoch), previousActions: rows(previousActions))
    }
  }

  /// What is remembered of one environment, `[1, …]`.
  public func latents(of index: Int) -> LatentStates {
    func row(_ values: [Float]) -> [Float] {
      let width = values.count / count
      return Array(values[index * width..<(index + 1) * width])
    }
    return LatentStates(deter: row(memory.deter), stoch: row(memory.stoch))
  }

  /// Goes on from what was remembered.
  ///
  /// - Returns: false, and nothing changed, where it is of another agent or number of environments.
  public func restore(_ memory: Memory) -> Bool {
    guard
      memory.deter.count == self.memory.deter.count
        && memory.stoch.count == self.memory.stoch.count
        && memory.previousActions.count == self.memory.previousActions.count
    else { return false }
    self.memory = memory
    return true
  }

  /// What the agent does, and the latent states that replay keeps.
  public struct Decision: Sendable {
    /// One for each environment, in their order; continuous ones are neither squashed nor clipped.
    public var actions: [Action]
    /// `[n, A]` as replay stores them: a class number, or a vector that is not clipped.
    public var stored: [Float]
    /// `[n, D]`.
    public var deter: [Float]
    /// `[n, …]`: the latents' samples as replay stores them.
    public var stoch: [UInt8]
  }

  /// Looks at one observation of each environment and decides.
  ///
  /// - Parameters:
  ///   - isFirst: for each environment whether an episode begins here: what was remembered of it is
  ///     forgotten.
  ///   - step: of the draws; environments are the rows.
  ///   - firstRow: the first environment's number among the draws' rows.
  /// - Throws: ``NonFiniteState`` where the networks have gone astray.
  public func act(
    _ observations: [Observation], isFirst: [Bool], draws: DrawSource, step: Int, firstRow: Int = 0
  ) throws -> Decision {
    precondition(observations.count == count && isFirst.count == count, "\(count) environments")
    tape.reset()
    let rows = RowNumbering(start: firstRow)
    let decision = tape.withoutRecording { () -> Decision in
      let state = observe(
        makeRows(observations), isFirst: isFirst,
        draw: draws.draw("acting latent", step: step, rows: rows))
      let action = agent.policy(state, tape).sample(
        draws.draw("action", step: step, rows: rows), tape)
      memory = Memory(
        deter: state.deter.values.array, stoch: state.stoch.values.array,
        previousActions: action.values.array)
      return makeDecision()
    }
    if !decision.deter.allSatisfy(\.isFinite) || !decision.stored.allSatisfy(\.isFinite) {
      throw NonFiniteState(step: step)
    }
    return decision
  }

  private func observe(_ rows: ObservationRows, isFirst: [Bool], draw: Draw) -> RSSMState {
    let model = agent.worldModel
    let keep = tape.constant(isFirst.map { $0 ? 0 : 1 }, rows: count, columns: 1).values
    let previous = tape.constant(
      memory.previousActions, rows: count, columns: agent.actionSpace.width)
    return model.rssm.observe(
      tokens: model.encoder(rows, tape), previousActions: tape.scaleRows(previous, by: keep),
      keep: keep,
      from: model.rssm.state(
        deter: tape.constant(memory.deter, rows: count, columns: model.rssm.deter),
        stoch: tape.constant(memory.stoch, rows: count, columns: model.rssm.stoch)),
      using: { _ in draw }, tape
    ).states
  }

  private func makeRows(_ observations: [Observation]) -> ObservationRows {
    for (space, storage) in images.enumerated() {
      let size = storage.bytes.count / count
      for (row, observation) in observations.enumerated() {
        storage.bytes.slice(row * size, count: size).copy(from: observation.images[space])
      }
    }
    let vectors = agent.spaces.filter { !$0.isImage }.indices.map { index in
      observations.flatMap { $0.vectors[index] }
    }
    return ObservationRows(count: count, images: images, vectors: vectors)
  }

  private func makeDecision() -> Decision {
    let space = agent.actionSpace
    let actions = rows(of: memory.previousActions, width: space.width).map { space.action($0) }
    return Decision(
      actions: actions, stored: actions.flatMap { space.stored($0) },
      deter: memory.deter, stoch: agent.worldModel.rssm.latent.store(memory.stoch))
  }

  private func rows(of values: [Float], width: Int) -> [[Float]] {
    stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
  }
}

/// A latent state or an action that is infinite or not a number.
public struct NonFiniteState: Error, CustomStringConvertible, Equatable {
  /// The acting step.
  public let step: Int

  /// At which step it was and what to do about it, in a sentence.
  public var description: String {
    "the agent's state at acting step \(step) is not finite; resume from the last checkpoint with a "
      + "smaller agent.opt.lr"
  }
}
