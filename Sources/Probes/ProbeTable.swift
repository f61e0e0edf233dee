import Agents
import EnvironmentInterface
import Randomness

/// How much to probe.
package struct ProbePlan: Sendable, Equatable {
  /// Episodes that probes are fitted to. The last fifth of them chooses the strength of the penalty
  /// first.
  package var fitEpisodes = 60
  /// Other episodes, which tell how well the probes read.
  package var testEpisodes = 20
  /// Moments of an episode at most, the reset counted.
  package var moments = 200
  /// The root of the worlds' and the actions' randomness.
  package var seed = 0

  package init() {}
}

/// What linear probes read of a world's true state from an agent's latent states, on episodes that
/// they were not fitted to.
///
/// Every moment of those episodes counts alike, the reset and the last moment with the others: also
/// where what was shown so far leaves several answers open. A class that the fitted episodes lack is
/// read wrongly.
package struct ProbeTable: Sendable, Equatable {
  /// What is read of one thing from deter, from stoch, and from both.
  package struct Scores: Sendable, Equatable {
    package let deter: Double
    package let stoch: Double
    package let both: Double
  }

  package struct Line: Sendable, Equatable {
    /// What of the true state.
    package let name: String
    /// How many classes the fitted episodes have; nil of a real number.
    package let classes: Int?
    /// Of classes the share of moments that are read rightly, of a number R²; nil where the thing does
    /// not vary.
    package let scores: Scores?
    /// What one scores without looking: of classes the share of the commonest one in the fitted
    /// episodes, of a number 0.
    package let baseline: Double
  }

  package let lines: [Line]
  package let fitEpisodes: Int
  package let fitMoments: Int
  package let testEpisodes: Int
  package let testMoments: Int

  /// Fits probes to the first episodes and tests them on the rest.
  ///
  /// - Parameters:
  ///   - deter: D.
  ///   - fitEpisodes: at least 2, and fewer than there are.
  package init(_ episodes: [ProbedEpisode], deter: Int, fitEpisodes: Int) {
    precondition(
      fitEpisodes >= 2 && fitEpisodes < episodes.count,
      "\(fitEpisodes) of \(episodes.count) episodes to fit to")
    let data = ProbeData(episodes, deter: deter, fitEpisodes: fitEpisodes)
    self.fitEpisodes = fitEpisodes
    testEpisodes = episodes.count - fitEpisodes
    (fitMoments, testMoments) = (data.known.count, data.test.count)
    lines = data.truth[0].indices.map { data.line($0) }
  }
}

extension Agent {
  /// Plays episodes of random actions and probes what is known of them.
  ///
  /// - Parameter progress: is called with the number of episodes that have been played.
  /// - Returns: nil where the world says nothing of its true state.
  /// - Throws: what the world throws.
  package func probe(
    in makeEnvironment: () throws -> any Environment, _ plan: ProbePlan = ProbePlan(),
    progress: (Int) -> Void = { _ in }
  ) throws -> ProbeTable? {
    let episodes = try probedEpisodes(in: makeEnvironment, plan, progress: progress)
    guard episodes.contains(where: { !($0.truth.first ?? []).isEmpty }) else { return nil }
    return ProbeTable(episodes, deter: worldModel.rssm.deter, fitEpisodes: plan.fitEpisodes)
  }

  /// The episodes of a plan, those to fit to first.
  package func probedEpisodes(
    in makeEnvironment: () throws -> any Environment, _ plan: ProbePlan,
    progress: (Int) -> Void = { _ in }
  ) throws -> [ProbedEpisode] {
    let key = Key(seed: UInt64(bitPattern: Int64(plan.seed))).fold("probe")
    let world = try makeEnvironment()
    return try (0..<plan.fitEpisodes + plan.testEpisodes).map { number in
      defer { progress(number + 1) }
      return try probedEpisode(in: world, moments: plan.moments, key: key.fold(number))
    }
  }
}
