import EnvironmentInterface
import LatentModels
import Randomness
import WorldModels

/// What was, what a model made of it with open eyes, and what it imagined with shut ones.
package struct Rollout: Sendable {
  /// N: steps that were observed before the imagined ones; at least 1.
  package let observed: Int
  package let truth: Truth
  /// All N + H steps, looked at.
  package let seen: Forecast
  /// Samples of the future: the H steps after the observed ones.
  package let imagined: [Forecast]
  /// Whether the agent did what it would do in what it imagined, instead of what was done.
  package let dreams: Bool
  /// The images, in the order of their channels in the forecasts.
  package let imageSpaces: [ObservationSpace]
  /// What the forecasts' priors and posteriors are descriptions of.
  package let latent: any LatentFamily
  /// What the continue head says where an episode goes on for certain: the discount, or 1.
  package let certainContinue: Float

  /// b.
  package var sequences: Int { seen.sequences }
  /// T = N + H.
  package var steps: Int { seen.steps }

  /// What the world did. All rows are time first, `[T, b, …]`.
  package struct Truth: Sendable {
    /// For each image key.
    package let images: [[UInt8]]
    package let rewards: [Float]
    package let isTerminal: [Bool]
    /// What the episode earned after each step until its end, discounted; nil where the end is not
    /// known.
    package let returns: [Float?]
    /// Steps of each sequence that the world made; what stands after them means nothing.
    package let lengths: [Int]

    /// Whether a sequence's episode is known to end at its last step, where everything is earned.
    package func hasEnd(_ sequence: Int) -> Bool {
      let last = lengths[sequence] - 1
      return last >= 0 && returns[last * lengths.count + sequence] != nil
    }
  }
}

extension Agent {
  /// Looks at all rows of some sequences, and imagines from the first `observed` ones on, told only the
  /// actions.
  ///
  /// - Parameters:
  ///   - lengths: what is known of each sequence; nil: all.
  ///   - returns: `[b, T]`; nil: as far as the rows tell them.
  package func rollout(
    _ shard: BatchShard, observed: Int, samples: Int, lengths: [Int]? = nil,
    returns: [Float?]? = nil, key: Key
  ) -> Rollout {
    let seen = forecast(shard, draws: .random(key))
    let actions = withInferenceTape {
      let rows = observed * shard.size..<shard.rowCount
      return worldModel.previousActions(shard, masked: false, $0).rows(rows).values.array
    }
    let imagined = imagine(
      after: seen, observed: observed, steps: shard.length - observed, samples: samples,
      actions: .given(actions), key: key)
    return makeRollout(
      shard, seen: seen, imagined: imagined, observed: observed, lengths: lengths,
      returns: returns, dreams: false)
  }

  /// Samples of what follows the first `observed` steps.
  package func imagine(
    after seen: Forecast, observed: Int, steps: Int, samples: Int, actions: ImaginedActions,
    key: Key
  ) -> [Forecast] {
    (0..<samples).map { sample in
      forecast(
        from: seen.latents(at: observed - 1), steps: steps, actions: actions, firstStep: observed,
        draws: .random(key.fold("sample").fold(sample)))
    }
  }

  /// Puts together what was looked at and what was imagined.
  package func makeRollout(
    _ shard: BatchShard, seen: Forecast, imagined: [Forecast], observed: Int,
    lengths: [Int]? = nil, returns: [Float?]? = nil, dreams: Bool
  ) -> Rollout {
    let known = returns ?? returnsKnown(in: shard)
    return Rollout(
      observed: observed,
      truth: .init(
        images: zip(shard.batch.images, spaces.filter(\.isImage)).map { storage, space in
          shard.rows.flatMap { row in
            storage.bytes.slice(row * space.count, count: space.count).array
          }
        },
        rewards: shard.gather(shard.batch.rewards),
        isTerminal: shard.gather(shard.batch.isTerminal),
        returns: (0..<shard.length).flatMap { t in
          (0..<shard.size).map { known[$0 * shard.length + t] }
        },
        lengths: lengths ?? Array(repeating: shard.length, count: shard.size)),
      seen: seen, imagined: imagined, dreams: dreams, imageSpaces: spaces.filter(\.isImage),
      latent: worldModel.rssm.latent,
      certainContinue: configuration.contdisc ? configuration.discount : 1)
  }

  /// `[b, T]`.
  private func returnsKnown(in shard: BatchShard) -> [Float?] {
    shard.sequences.flatMap { sequence in
      let rows = (0..<shard.length).map { shard.batch.row(sequence, $0) }
      return discountedReturns(
        rewards: rows.map { shard.batch.rewards[$0] }, isLast: rows.map { shard.batch.isLast[$0] },
        discount: configuration.discount)
    }
  }
}

/// What is earned after each row until the episode ends: `G_t = r_{t+1} + γ G_{t+1}`, 0 at a last row.
/// An episode that a time limit cuts off earns nothing more.
///
/// - Returns: nil for rows after which no episode ends.
package func discountedReturns(rewards: [Float], isLast: [Bool], discount: Float) -> [Float?] {
  var returns = [Float?](repeating: nil, count: rewards.count)
  for t in rewards.indices.reversed() {
    if isLast[t] {
      returns[t] = 0
    } else if t + 1 < rewards.count, let next = returns[t + 1] {
      returns[t] = rewards[t + 1] + discount * next
    }
  }
  return returns
}
