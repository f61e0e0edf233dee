import Agents
import EnvironmentInterface
import Randomness
import TrainedAgents
import WorldModels
import Worlds

/// How far what a model imagines is from what comes, by the number of steps that it imagined; and how
/// far two guesses are that need no model.
///
/// All are mean squared errors of pixels, whose values go from 0 to 1.
public struct OpenLoopError: Sendable, Equatable {
  /// Mean errors of what was imagined so many steps ahead.
  public struct Horizon: Sendable, Equatable {
    /// Steps imagined, from 1.
    public let steps: Int
    /// Imagined stretches that were compared, each within one episode.
    public fileprivate(set) var count = 0
    /// What the model imagined when it was told what was done.
    public fileprivate(set) var model = 0.0
    /// The last observed frame, again and again.
    public fileprivate(set) var copy = 0.0
    /// The mean of all frames of the same episodes: the best guess that is always the same.
    public fileprivate(set) var mean = 0.0

    init(steps: Int) { self.steps = steps }
  }

  /// From one step on, without gaps, up to the longest stretch that an episode has.
  public let horizons: [Horizon]

  /// Whether the model is nearer than either guess at every horizon.
  public var isBelowGuesses: Bool {
    !horizons.isEmpty && horizons.allSatisfy { $0.model < min($0.copy, $0.mean) }
  }
}

extension OpenLoopError {
  /// Sums of errors, in which every stretch counts the same.
  package struct Sums {
    private var horizons: [Horizon]

    package init(horizon: Int) { horizons = (1...horizon).map { Horizon(steps: $0) } }

    /// - Parameters:
    ///   - steps: that were imagined for `model`.
    ///   - truth: the frame that came.
    ///   - last: the last frame that was observed.
    ///   - mean: of all frames.
    package mutating func add(
      steps: Int, truth: [Float], model: ArraySlice<Float>, last: [Float], mean: [Float]
    ) {
      horizons[steps - 1].count += 1
      horizons[steps - 1].model += Self.error(truth[...], model)
      horizons[steps - 1].copy += Self.error(truth[...], last[...])
      horizons[steps - 1].mean += Self.error(truth[...], mean[...])
    }

    /// The means, up to the first horizon that no episode reaches.
    package var result: OpenLoopError {
      let reached = horizons.prefix { $0.count > 0 }.map { sum in
        var mean = sum
        mean.model /= Double(sum.count)
        mean.copy /= Double(sum.count)
        mean.mean /= Double(sum.count)
        return mean
      }
      return OpenLoopError(horizons: reached)
    }

    private static func error(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
      zip(a, b).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) } / Double(a.count)
    }
  }
}

extension TrainedAgent {
  /// Plays fresh episodes and compares.
  ///
  /// Of each episode, the model observes everything and imagines from step N on, from step N + H on
  /// and so forth: no stretch goes beyond its episode's end.
  ///
  /// - Parameter plan: its sequences are episodes, its context is the least that is observed.
  /// - Throws: ``RolloutError``; what the world throws.
  public func openLoopError(_ plan: RolloutPlan) throws -> OpenLoopError {
    let key = Key(seed: UInt64(bitPattern: Int64(plan.seed))).fold("open loop error")
    guard agent.spaces.contains(where: \.isImage) else {
      throw RolloutError.noImage(environment: configuration.task)
    }
    let episodes = try (0..<plan.sequences).map {
      try playEpisode(key: key.fold("episode").fold($0), policy: plan.policy)
    }
    let mean = meanFrame(episodes)
    var sums = OpenLoopError.Sums(horizon: plan.horizon)
    for (number, episode) in episodes.enumerated() {
      compare(episode, plan, mean: mean, key: key.fold("model").fold(number), &sums)
    }
    let result = sums.result
    if result.horizons.isEmpty {
      throw RolloutError.shortEpisode(
        context: plan.context, steps: episodes.map(\.steps.count).max() ?? 0)
    }
    return result
  }

  private func compare(
    _ episode: EpisodeRecord, _ plan: RolloutPlan, mean: [Float], key: Key,
    _ sums: inout OpenLoopError.Sums
  ) {
    let rows = episode.steps.count
    let starts = Array(stride(from: plan.context - 1, to: rows - 1, by: plan.horizon))
    guard !starts.isEmpty else { return }
    let latents = agent.latents(
      BatchShard([episode], rows: rows, of: agent), draws: .random(key))
    let imagined = agent.forecast(
      from: latents.rows(starts, of: rows), steps: plan.horizon,
      actions: .given(actions(of: episode, after: starts, steps: plan.horizon)), firstStep: 0,
      draws: .random(key.fold("stretches")))
    let frameSize = mean.count
    for (index, start) in starts.enumerated() {
      let last = frame(episode, row: start)
      for steps in 1...plan.horizon where start + steps < rows {
        let offset = ((steps - 1) * starts.count + index) * frameSize
        sums.add(
          steps: steps, truth: frame(episode, row: start + steps),
          model: imagined.images[offset..<offset + frameSize], last: last, mean: mean)
      }
    }
  }

  /// `[H, starts, A]`: what was done after each start; zeros after the episode's end.
  private func actions(of episode: EpisodeRecord, after starts: [Int], steps: Int) -> [Float] {
    let space = agent.actionSpace
    return (0..<steps).flatMap { step in
      starts.flatMap { start -> [Float] in
        let row = start + step
        return row < episode.actions.count
          ? space.networkRow(episode.actions[row]) : Array(repeating: 0, count: space.width)
      }
    }
  }

  /// All images of a row, as the decoder gives them: `[height, width, channels]` of all keys, in [0, 1].
  private func frame(_ episode: EpisodeRecord, row: Int) -> [Float] {
    let spaces = agent.spaces.filter(\.isImage)
    let images = spaces.indices.map { Array(episode.image($0, row: row)) }
    if images.count == 1 { return images[0].map(Pixel.number) }
    let pixels = agent.worldModel.decoder.images.map { $0.shape.height * $0.shape.width } ?? 0
    return (0..<pixels).flatMap { pixel in
      images.flatMap { image -> [Float] in
        let channels = image.count / pixels
        return image[pixel * channels..<(pixel + 1) * channels].map(Pixel.number)
      }
    }
  }

  private func meanFrame(_ episodes: [EpisodeRecord]) -> [Float] {
    var sum: [Double] = []
    var count = 0.0
    for episode in episodes {
      for row in episode.steps.indices {
        let frame = frame(episode, row: row)
        if sum.isEmpty { sum = Array(repeating: 0, count: frame.count) }
        for index in frame.indices { sum[index] += Double(frame[index]) }
        count += 1
      }
    }
    return sum.map { Float($0 / count) }
  }
}

extension LatentStates {
  /// Some of `count` rows.
  fileprivate func rows(_ wanted: [Int], of count: Int) -> LatentStates {
    func pick(_ values: [Float]) -> [Float] {
      let width = values.count / count
      return wanted.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
    return LatentStates(deter: pick(deter), stoch: pick(stoch))
  }
}
