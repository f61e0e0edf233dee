import EnvironmentInterface
import Foundation
import Pictures
import Runs
import Storyboards
import Viewer

/// A training run as a window shows it: what the agent does in the first environment, its dream beside.
package struct TrainingFilm: Film {
  private let feed: TrainingFeed
  private let hasEnded: () -> Bool
  private let totalSteps: Int
  private var episode: WatchedEpisode
  private var newest: TrainingFeed.Item?
  /// Mean returns, each other than the one before.
  private var returns: [Float] = []
  private static let returnCount = 1000

  /// - Parameters:
  ///   - world: one like the run's.
  ///   - hasEnded: whether the run is over.
  package init(
    of feed: TrainingFeed, in world: any Environment, totalSteps: Int,
    until hasEnded: @escaping () -> Bool
  ) {
    (self.feed, self.totalSteps, self.hasEnded) = (feed, totalSteps, hasEnded)
    episode = WatchedEpisode(in: world)
  }

  package var pace: Double? { 0.1 }

  package var frameCount: Int { max(episode.steps.count, 1) }

  package func scene(at frame: Int, width: Int, height: Int) -> Scene {
    guard let newest else { return Scene(panels: [], lines: ["the run begins"]) }
    var line =
      "run  step \(newest.environmentSteps) of \(totalSteps)  updates \(newest.updates)"
    if let mean = newest.recentReturn { line += "  return \(mean.short)" }
    let chart = LineChart(
      "mean return of 20 episodes", series: [.init(returns, color: Theme.observed)])
    return episode.scene(at: frame, lines: [line], charts: returns.isEmpty ? [] : [chart])
  }

  package var help: [KeyHelp] { [] }

  package mutating func advance(holding held: Set<Keystroke>) -> FilmProgress {
    if hasEnded() { return .ended }
    guard let item = feed.take() else { return .waiting }
    newest = item
    episode.append(item.step)
    if let mean = item.recentReturn.map({ Float($0) }), mean != returns.last {
      returns = returns.suffix(Self.returnCount - 1) + [mean]
    }
    return .frame
  }

  package func take(_ key: Keystroke) -> FilmProgress? { nil }
}
