import Agents
import EnvironmentInterface
import Foundation
import Pictures
import Randomness
import Runs
import Storyboards
import TrainedAgents
import Viewer
import WorldModels
import Worlds

/// A person's episodes in what a model imagines, one after the other; beside it, if wanted, the real
/// world does the same.
///
/// The model sees the first steps of a real episode, in which actions are random, and then only
/// hears what the person does. Episode `e` is the world's of `key.fold(e)`. It is over when the model
/// holds it likelier that it ended than that it goes on; that the world's is over does not end it.
package struct DreamSession: Playable {
  package let bindings: KeyBindings
  private let trained: TrainedAgent
  private let key: Key
  private let context: Int
  private let spaces: [ObservationSpace]
  private let information: EnvironmentInformation
  private var world: RealWorld?
  private var dream: Dream
  /// What the model says of the newest step; its last row.
  private var newest: Forecast
  private var lastAction: Action?
  /// Of the dream's steps.
  private var rewards: [Float] = []
  private var realRewards: [Float?] = []
  private var errors: [Float?] = []
  /// Episodes that have begun.
  package private(set) var episodes = 0

  /// Steps that the model sees unless something else is asked for.
  package static let usualContext = 5

  /// Begins the first episode.
  ///
  /// - Parameters:
  ///   - context: steps that the model sees first; nil: ``usualContext``, or fewer where the episode is
  ///     shorter.
  ///   - isBeside: whether the real world does the same.
  ///   - key: of all episodes.
  /// - Throws: `RolloutError` where the world shows no image, or the first episode is no longer than
  ///   the context; what the world throws.
  package init(
    of trained: TrainedAgent, context: Int? = nil, beside isBeside: Bool = false, key: Key
  ) throws {
    spaces = trained.agent.spaces.filter(\.isImage)
    guard !spaces.isEmpty else {
      throw RolloutError.noImage(environment: trained.configuration.task)
    }
    let world = try trained.makeEnvironment()
    information = world.information
    bindings = KeyBindings(for: world.actionSpace, information)
    self.world = isBeside ? RealWorld(world) : nil
    (self.trained, self.key) = (trained, key)
    self.context = context ?? Self.usualContext
    let first = try trained.playEpisode(key: key.fold(0), policy: .random)
    if let context, context >= first.steps.count {
      throw RolloutError.shortEpisode(context: context, steps: first.steps.count)
    }
    let seen = first.prefix(min(self.context, first.steps.count - 1))
    (newest, dream) = Self.look(at: seen, trained.agent, key: key.fold(0))
    try enter(after: seen)
  }

  /// What the model makes of the beginning of an episode, and how it dreams on.
  private static func look(
    at record: EpisodeRecord, _ agent: Agent, key: Key
  ) -> (Forecast, Dream) {
    let (rows, key) = (record.steps.count, key.fold("dream"))
    let seen = agent.forecast(
      BatchShard([record], rows: rows, of: agent), draws: .random(key.fold("model")))
    return (
      seen,
      Dream(
        of: agent, from: seen.latents(at: rows - 1), firstStep: rows,
        draws: .random(key.fold("future")))
    )
  }

  package mutating func begin() throws {
    let key = key.fold(episodes)
    let episode = try trained.playEpisode(key: key, policy: .random)
    let seen = episode.prefix(min(context, episode.steps.count - 1))
    (newest, dream) = Self.look(at: seen, trained.agent, key: key)
    try enter(after: seen)
  }

  private mutating func enter(after seen: EpisodeRecord) throws {
    let episodeKey = key.fold(episodes)
    try world?.follow(seen, key: episodeKey)
    episodes += 1
    (lastAction, rewards, realRewards, errors) = (nil, [], [], [])
  }

  package mutating func act(_ action: Action) throws {
    if isOver { return try begin() }
    newest = dream.take([action])
    lastAction = action
    rewards.append(newest.rewards[newest.steps - 1])
    if let world, !world.step.isLast {
      try self.world?.act(action)
      realRewards.append(self.world.map { Float($0.step.reward) })
      errors.append(comparison.error.map { Float($0) })
    }
  }

  // MARK: what is shown

  /// The probability that the episode goes on, by the model.
  var goesOn: Float {
    let configuration = trained.agent.configuration
    let certain = configuration.contdisc ? configuration.discount : 1
    return min(newest.continues[newest.steps - 1] / certain, 1)
  }

  /// Whether the model holds it likelier that the episode has ended. What the model saw had not.
  package var isOver: Bool { dream.ahead > 0 && goesOn < 0.5 }

  package var pace: Double? { bindings.isContinuous ? information.stepSeconds : nil }

  private var comparison: Comparison {
    Comparison(
      spaces: spaces,
      dream: spaces.indices.map { newest.image($0, of: spaces, row: newest.steps - 1) },
      world: world?.observation.images)
  }

  /// Whether the dream has gone on after the world's episode, which shows its end: the two are of
  /// different times.
  private var isAlone: Bool { realRewards.count < rewards.count }

  /// Dream and, where it is beside it, world and difference.
  package var panels: [Scene.Panel] {
    comparison.panels(isAlone ? [.dream, .world] : [.dream, .world, .difference])
  }

  package var status: [String] {
    let action = lastAction.map { "  action \(bindings.name(of: $0))" } ?? ""
    let value = newest.values[newest.steps - 1].short
    var lines = [
      "episode \(episodes)  dreamt \(dream.ahead) steps\(action)"
        + String(format: "  goes on %.2f", goesOn),
      "dream: reward \((rewards.last ?? 0).short)  return \(rewards.reduce(0, +).short)"
        + "  value \(value)",
    ]
    if let world { lines.append(status(of: world)) }
    if isOver { lines.append("the dream is over: n or an action begins anew") }
    return lines
  }

  private func status(of world: RealWorld) -> String {
    let numbers = "world: reward \(world.step.reward.short)  return \(world.earned.short)"
    if world.step.isLast {
      return numbers + "  over" + world.step.outcome + (isAlone ? "  compared no more" : "")
    }
    return numbers + String(format: "  squared error %.5f", comparison.error ?? 0)
  }

  package var charts: [LineChart] {
    var reward = LineChart(
      "reward", series: [.init(rewards.map { $0 }, color: Theme.imagined)],
      range: information.rewardRange.map { Float($0.lowerBound)...Float($0.upperBound) })
    guard world != nil else { return [reward] }
    reward.title = "reward: dream red, world white"
    reward.series.append(.init(realRewards, color: Theme.truth))
    var error = LineChart(
      "squared error of pixels", series: [.init(errors, color: Theme.imagined)], range: 0...0.001)
    error.steps = rewards.count
    return [reward, error]
  }

  package func lines(hasColor: Bool) -> [String] {
    TextPicture(hasColor: hasColor, columns: 108).lines(of: panels)
  }

  package var legend: [String] { [] }
}
