import Agents
import EnvironmentInterface
import Kernels
import Randomness
import ReplayBuffers
import TrainedAgents
import Worlds

/// Environments that are stepped together by one agent.
///
/// Each environment's episode `e` begins from a key of its own; draws are addressed by the step of
/// the driver and the number of the environment.
package final class Driver {
  /// An episode that has ended.
  package struct Episode: Sendable, Equatable, Codable {
    package var number: Int
    package var score: Double
    /// Steps, the reset not counted.
    package var length: Int
    /// The share of steps whose reward was another than that before, by 0.01 or more.
    package var rewardRate: Double
    package var success: Bool?
  }

  package let count: Int
  private let environments: EnvironmentVector
  private let policy: ActingPolicy
  private let key: Key
  private var rows: [ReplayRow]
  /// What is done next in each environment; nil where an episode begins.
  private var actions: [Action?]
  /// What was done in the episodes so far.
  private var histories: [[Action]]
  private var scores: [Double]
  /// Rewards of the episodes so far that were others than those before.
  private var rewardChanges: [Int]
  private var episodes: [Int]
  /// Episodes that environments beyond these had begun before the run was resumed with fewer.
  private var retired: [Int] = []
  /// Whether the newest step of the first environment ended with success.
  private var success: Bool?
  /// The newest episode of the first environment.
  private(set) var film: EpisodeFilm
  /// Calls of ``step(_:)``.
  private(set) var steps = 0

  /// - Parameter key: of episodes and of the agent's draws.
  package init(
    _ environments: [any Environment], agent: Agent, layout: ReplayLayout, key: Key,
    pool: WorkerPool? = nil
  ) {
    self.environments = EnvironmentVector(environments, pool: pool)
    count = environments.count
    policy = ActingPolicy(agent, count: count)
    self.key = key
    rows = environments.map { ReplayRow(observation: $0.makeObservation(), layout: layout) }
    actions = Array(repeating: nil, count: count)
    scores = Array(repeating: 0, count: count)
    rewardChanges = Array(repeating: 0, count: count)
    film = EpisodeFilm(environments.first?.observationSpaces ?? [])
    histories = Array(repeating: [], count: count)
    episodes = Array(repeating: 0, count: count)
  }

  /// Steps every environment, or resets it where its episode has ended, and lets the agent decide.
  ///
  /// - Parameter record: is called for each environment in turn with its number, its new row, and
  ///   the episode that ended with it.
  package func step(_ record: (Int, ReplayRow, Episode?) throws -> Void) throws {
    let ended = try advance()
    let decision = try policy.act(
      rows.map(\.observation), isFirst: rows.map(\.isFirst), draws: .random(key.fold("policy")),
      step: steps)
    steps += 1
    for index in 0..<count {
      take(decision, index)
      try record(index, rows[index], ended[index])
    }
  }

  /// How the first environment stands after a step; nil before the first one.
  package var moment: AgentMoment? {
    guard steps > 0 else { return nil }
    let row = rows[0]
    return AgentMoment(
      episode: episodes[0], step: histories[0].count, observation: row.observation,
      reward: row.reward, earned: scores[0], isLast: row.isLast, success: success,
      latents: policy.latents(of: 0), action: actions[0])
  }

  /// - Returns: for each environment the episode that has ended, if one has.
  private func advance() throws -> [Episode?] {
    let commands = (0..<count).map { index in
      actions[index].map(EnvironmentVector.Command.act) ?? .begin(key(of: index))
    }
    let steps = try run(commands)
    return (0..<count).map { index in steps[index].flatMap { take($0, index) } }
  }

  private func run(_ commands: [EnvironmentVector.Command?]) throws -> [Step?] {
    let steps = try environments.run(commands) { swap(&rows[$0].observation, &$1) }
    if let command = commands.first ?? nil {
      let isFirst = if case .begin = command { true } else { false }
      film.add(rows[0].observation, isFirst: isFirst)
    }
    return steps
  }

  private func take(_ step: Step, _ index: Int) -> Episode? {
    if let action = actions[index] {
      histories[index].append(action)
      if abs(Float(step.reward) - rows[index].reward) >= 0.01 { rewardChanges[index] += 1 }
    } else {
      (scores[index], rewardChanges[index]) = (0, 0)
      histories[index].removeAll(keepingCapacity: true)
      episodes[index] += 1
    }
    rows[index].reward = Float(step.reward)
    rows[index].isFirst = step.isFirst
    rows[index].isLast = step.isLast
    rows[index].isTerminal = step.isTerminal
    scores[index] += step.reward
    if index == 0 { success = step.success }
    guard step.isLast else { return nil }
    return Episode(
      number: episodes[index], score: scores[index], length: histories[index].count,
      rewardRate: Double(rewardChanges[index]) / Double(max(histories[index].count, 1)),
      success: step.success)
  }

  /// What the next episode of an environment begins from.
  private func key(of index: Int) -> Key {
    key.fold("episode").fold(index).fold(episodes[index])
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
          score: scores[index], rewardChanges: rewardChanges[index], reward: rows[index].reward)
      }, policy: policy.memory, retired: retired.isEmpty ? nil : retired)
  }

  /// Goes on from where episodes stood: plays them again. Of more environments than the state has, the
  /// others begin their next episodes; of fewer, the last ones' episodes are abandoned.
  ///
  /// - Returns: false, and nothing changed, where the state is of another agent.
  func restore(_ state: State) throws -> Bool {
    let memory = state.policy.resized(from: state.games.count, to: count)
    guard policy.restore(memory) else { return false }
    let begun = state.games.map(\.episodes) + (state.retired ?? [])
    retired = Array(begun.dropFirst(count))
    let games =
      state.games.prefix(count)
      + (min(state.games.count, count)..<count).map {
        GameState.beginning(after: begun.indices.contains($0) ? begun[$0] : 0)
      }
    steps = state.steps
    for (index, game) in games.enumerated() {
      (scores[index], histories[index], actions[index]) = (game.score, game.actions, game.next)
      (rewardChanges[index], rows[index].reward) = (game.rewardChanges, game.reward)
      // An episode that is being played was begun with the number before.
      episodes[index] = game.episodes - 1
    }
    let isPlaying = games.map { $0.next != nil }
    _ = try run((0..<count).map { isPlaying[$0] ? .begin(key(of: $0)) : nil })
    for time in 0..<(games.map(\.actions.count).max() ?? 0) {
      _ = try run(
        games.map { game in
          game.next != nil && time < game.actions.count ? .act(game.actions[time]) : nil
        })
    }
    for index in 0..<count { episodes[index] += 1 }
    return true
  }
}
