import Agents
import EnvironmentInterface
import Randomness
import ReplayBuffers

/// Environments that are stepped together by one agent.
///
/// Each environment's episode `e` begins from a key of its own; draws are addressed by the step of
/// the driver and the number of the environment.
public final class Driver {
  /// An episode that has ended.
  public struct Episode: Sendable, Equatable {
    public var number: Int
    public var score: Double
    /// Steps, the reset not counted.
    public var length: Int
    public var success: Bool?
  }

  public let count: Int
  private var environments: [any Environment]
  private let policy: ActingPolicy
  private let key: Key
  private var rows: [ReplayRow]
  /// What is done next in each environment; nil where an episode begins.
  private var actions: [Action?]
  /// What was done in the episodes so far.
  private var histories: [[Action]]
  private var scores: [Double]
  private var episodes: [Int]
  /// Calls of ``step(_:)``.
  private(set) var steps = 0

  /// - Parameter key: of episodes and of the agent's draws.
  public init(
    _ environments: [any Environment], agent: Agent, layout: ReplayLayout, key: Key
  ) {
    self.environments = environments
    count = environments.count
    policy = ActingPolicy(agent, count: count)
    self.key = key
    rows = environments.map { ReplayRow(observation: $0.makeObservation(), layout: layout) }
    actions = Array(repeating: nil, count: count)
    scores = Array(repeating: 0, count: count)
    histories = Array(repeating: [], count: count)
    episodes = Array(repeating: 0, count: count)
  }

  /// Steps every environment, or resets it where its episode has ended, and lets the agent decide.
  ///
  /// - Parameter record: is called for each environment in turn with its number, its new row, and
  ///   the episode that ended with it.
  public func step(_ record: (Int, ReplayRow, Episode?) throws -> Void) throws {
    var ended = [Episode?](repeating: nil, count: count)
    for index in 0..<count { ended[index] = try advance(index) }
    let decision = try policy.act(
      rows.map(\.observation), isFirst: rows.map(\.isFirst), draws: .random(key.fold("policy")),
      step: steps)
    steps += 1
    for index in 0..<count {
      take(decision, index)
      try record(index, rows[index], ended[index])
    }
  }

  private func advance(_ index: Int) throws -> Episode? {
    let step: Step
    if let action = actions[index] {
      step = try environments[index].step(action, into: &rows[index].observation)
      histories[index].append(action)
    } else {
      step = try reset(index)
      scores[index] = 0
      histories[index].removeAll(keepingCapacity: true)
      episodes[index] += 1
    }
    rows[index].reward = Float(step.reward)
    rows[index].isFirst = step.isFirst
    rows[index].isLast = step.isLast
    rows[index].isTerminal = step.isTerminal
    scores[index] += step.reward
    guard step.isLast else { return nil }
    return Episode(
      number: episodes[index], score: scores[index], length: histories[index].count,
      success: step.success)
  }

  /// Begins the next episode of an environment.
  private func reset(_ index: Int) throws -> Step {
    let episode = key.fold("episode").fold(index).fold(episodes[index])
    return try environments[index].reset(key: episode, into: &rows[index].observation)
  }

  /// Stores the decision with the row and keeps the action for the next step; an ended episode has
  /// no action.
  private func take(_ decision: ActingPolicy.Decision, _ index: Int) {
    let row = rows[index]
    actions[index] = row.isLast ? nil : decision.actions[index]
    let width = row.action.count
    rows[index].action =
      row.isLast
      ? Array(repeating: 0, count: width)
      : Array(decision.stored[index * width..<(index + 1) * width])
    rows[index].deter = Array(
      decision.deter[index * row.deter.count..<(index + 1) * row.deter.count])
    rows[index].stoch = Array(
      decision.stoch[index * row.stoch.count..<(index + 1) * row.stoch.count])
  }
}

extension Driver {
  /// Where the episodes stand between two steps.
  var state: State {
    State(
      steps: steps,
      games: (0..<count).map { index in
        GameState(
          episodes: episodes[index], actions: histories[index], next: actions[index],
          score: scores[index])
      }, policy: policy.memory)
  }

  /// Goes on from where episodes stood: plays them again.
  ///
  /// - Returns: false, and nothing changed, where the state is of other environments or another
  ///   agent.
  func restore(_ state: State) throws -> Bool {
    guard state.games.count == count, policy.restore(state.policy) else { return false }
    steps = state.steps
    for (index, game) in state.games.enumerated() {
      (scores[index], histories[index], actions[index]) = (game.score, game.actions, game.next)
      episodes[index] = game.episodes
      guard game.next != nil else { continue }
      episodes[index] -= 1
      _ = try reset(index)
      episodes[index] += 1
      for action in game.actions {
        _ = try environments[index].step(action, into: &rows[index].observation)
      }
    }
    return true
  }
}
