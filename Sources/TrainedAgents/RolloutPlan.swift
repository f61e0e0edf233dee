import Agents
import EnvironmentInterface
import Foundation
import Randomness
import WorldModels
import Worlds

/// What is to be imagined.
public struct RolloutPlan: Sendable, Equatable {
  /// N: steps that the model observes first, from an episode's beginning on; at least 1.
  public var context = 5
  /// H: steps that it imagines; at least 1. With true actions, no more than the episode has.
  public var horizon = 15
  /// Episodes beside each other.
  public var sequences = 3
  /// Futures of each.
  public var samples = 1
  /// The root of the worlds' and the model's randomness.
  public var seed = 0
  /// Whether the agent acts in its own imagination, instead of what was done being imagined.
  public var dreams = false
  /// Who acts in fresh episodes.
  public var policy = EpisodePolicy.random

  /// Five steps observed and fifteen imagined, of three episodes of random actions.
  public init() {}
}

/// Why nothing can be imagined.
public enum RolloutError: Error, CustomStringConvertible, Equatable {
  /// The longest episode is no longer than the context.
  ///
  /// - Parameter number: among recorded ones, if it is one.
  case shortEpisode(context: Int, steps: Int, number: Int? = nil)
  /// More images than there is memory for.
  case tooMuch(images: Int)
  /// The world shows nothing that could be drawn.
  case noImage(environment: String)

  /// Why nothing can be imagined and what to do about it, in a sentence.
  public var description: String {
    switch self {
    case .shortEpisode(let context, let steps, _):
      "a context of \(context) steps leaves nothing to imagine of an episode of \(steps); choose a "
        + "context below \(steps), or other episodes"
    case .tooMuch(let images):
      "\(images) images are more than there is memory for; choose a shorter context or horizon, or "
        + "fewer sequences or samples"
    case .noImage(let environment):
      "\(environment) shows no image that could be drawn; choose a world with images"
    }
  }
}

extension TrainedAgent {
  /// Observes the beginnings of episodes and imagines how they go on.
  ///
  /// A dream's truth is what the real world does when it is told what the agent did in the first sample
  /// of the dream; of recorded episodes it is known for the observed steps alone.
  ///
  /// - Parameter recorded: the episodes; nil for fresh ones.
  /// - Throws: ``RolloutError``; what the world throws.
  package func rollout(_ plan: RolloutPlan, of recorded: [EpisodeRecord]? = nil) throws -> Rollout {
    guard agent.spaces.contains(where: \.isImage) else {
      throw RolloutError.noImage(environment: configuration.task)
    }
    let key = Key(seed: UInt64(bitPattern: Int64(plan.seed))).fold("rollout")
    let episodes = try recorded.map { $0.map { Source(key: nil, record: $0) } } ?? play(plan, key)
    let lengths = episodes.map(\.record.steps.count)
    if let (number, shortest) = lengths.enumerated().min(by: { $0.element < $1.element }),
      shortest <= plan.context
    {
      throw RolloutError.shortEpisode(
        context: plan.context, steps: shortest, number: recorded == nil ? nil : number)
    }
    try check(plan, sequences: episodes.count, longest: lengths.max() ?? 0)
    if plan.dreams { return try dream(plan, episodes, key: key.fold("model")) }
    return rollout(
      episodes.map(\.record),
      rows: min(plan.context + plan.horizon, lengths.max() ?? 0), plan, key: key.fold("model"))
  }

  /// Numbers that the images of a rollout may be at most: 2 GiB of them.
  private static let mostNumbers = 1 << 29

  /// - Throws: ``RolloutError`` where a rollout would take more memory than a machine may have.
  private func check(_ plan: RolloutPlan, sequences: Int, longest: Int) throws {
    let observed = min(plan.context, longest)
    let imagined = plan.dreams ? plan.horizon : min(plan.horizon, longest - observed)
    // What was, what was seen, and what each sample is.
    let images = sequences * (2 * (observed + imagined) + plan.samples * imagined)
    let size = agent.spaces.filter(\.isImage).map(\.count).reduce(0, +)
    guard images <= Self.mostNumbers / max(size, 1) else {
      throw RolloutError.tooMuch(images: images)
    }
  }

  /// An episode and, where it can be played again, its key.
  private struct Source {
    var key: Key?
    var record: EpisodeRecord
  }

  /// Fresh episodes: the first that are long enough for context and horizon, or else the longest.
  private func play(_ plan: RolloutPlan, _ key: Key) throws -> [Source] {
    var (enough, short): ([Source], [Source]) = ([], [])
    for number in 0..<plan.sequences * 8 where enough.count < plan.sequences {
      let key = key.fold("episode").fold(number)
      let record = try playEpisode(key: key, policy: plan.policy)
      if record.steps.count >= plan.context + plan.horizon {
        enough.append(Source(key: key, record: record))
      } else {
        short.append(Source(key: key, record: record))
      }
    }
    short.sort { $0.record.steps.count > $1.record.steps.count }
    return enough + short.prefix(plan.sequences - enough.count)
  }

  private func rollout(
    _ episodes: [EpisodeRecord], rows: Int, _ plan: RolloutPlan, key: Key
  ) -> Rollout {
    agent.rollout(
      BatchShard(episodes, rows: rows, of: agent), observed: plan.context,
      samples: plan.samples, lengths: episodes.map { min($0.steps.count, rows) },
      returns: returns(episodes, rows: rows), key: key)
  }

  /// `[B, rows]`.
  private func returns(_ episodes: [EpisodeRecord], rows: Int) -> [Float?] {
    episodes.flatMap { episode -> [Float?] in
      let all = discountedReturns(
        rewards: episode.steps.map { Float($0.reward) }, isLast: episode.steps.map(\.isLast),
        discount: agent.configuration.discount)
      return Array(all.prefix(rows)) + Array(repeating: nil, count: max(rows - all.count, 0))
    }
  }

  private func dream(_ plan: RolloutPlan, _ episodes: [Source], key: Key) throws -> Rollout {
    let context = BatchShard(episodes.map(\.record), rows: plan.context, of: agent)
    let imagined = agent.imagine(
      after: agent.forecast(context, draws: .random(key)), observed: plan.context,
      steps: plan.horizon, samples: plan.samples, actions: .policy, key: key)
    let records = try episodes.enumerated().map { index, source in
      try follow(source, plan, imagined[0], sequence: index)
    }
    let rows = plan.context + plan.horizon
    let shard = BatchShard(records, rows: rows, of: agent)
    return agent.makeRollout(
      shard, seen: agent.forecast(shard, draws: .random(key)), imagined: imagined,
      observed: plan.context, lengths: records.map { min($0.steps.count, rows) },
      returns: returns(records, rows: rows), dreams: true)
  }

  /// Plays the observed steps again and then what the agent did in its dream.
  private func follow(
    _ source: Source, _ plan: RolloutPlan, _ dream: Forecast, sequence: Int
  ) throws -> EpisodeRecord {
    guard let key = source.key else { return source.record.prefix(plan.context) }
    let width = agent.actionSpace.width
    return try EpisodeRecord(playing: makeEnvironment(), key: key) { _, row in
      // On seeing row t, the action that leads to row t + 1.
      let step = row + 1 - plan.context
      if step < 0 { return source.record.actions[row] }
      guard step < plan.horizon else { return nil }
      let start = (step * dream.sequences + sequence) * width
      return agent.actionSpace.action(Array(dream.actions[start..<start + width]))
    }
  }
}
