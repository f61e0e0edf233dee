import EnvironmentInterface
import Foundation
import Pictures
import Runs
import Storyboards
import Viewer

/// An episode of an agent that somebody watches: its steps so far, and what is shown of each.
struct WatchedEpisode {
  private let bindings: KeyBindings
  private let rewardRange: ClosedRange<Float>?
  private(set) var steps: [WatchedStep] = []
  /// What the steps take in memory at most.
  private static let limit = 64 << 20

  /// - Parameter world: as the agent drives it.
  init(in world: any Environment) {
    let information = world.information
    bindings = KeyBindings(for: world.actionSpace, information)
    rewardRange = information.rewardRange.map { Float($0.lowerBound)...Float($0.upperBound) }
  }

  /// Adds a step; the first of an episode takes the place of the one before.
  mutating func append(_ step: WatchedStep) {
    if let last = steps.last, last.moment.episode != step.moment.episode { steps = [] }
    steps.append(step)
    let size = 2 * step.moment.observation.images.reduce(0) { $0 + $1.count }
    let capacity = max(Self.limit / max(size, 1), 1)
    if steps.count > capacity { steps.removeFirst(steps.count - capacity) }
  }

  /// What a window shows of a step.
  ///
  /// - Parameter lines: about the whole that the episode is a part of.
  func scene(at index: Int, lines: [String], charts: [LineChart] = []) -> Scene {
    Scene(
      panels: steps[index].comparison.panels([.world, .dream, .difference]),
      charts: self.charts(at: index) + charts, lines: lines + self.lines(at: index))
  }

  private func lines(at index: Int) -> [String] {
    let (step, moment) = (steps[index], steps[index].moment)
    let action = moment.action.map { "  action \(bindings.name(of: $0))" } ?? ""
    let success = moment.success.map { $0 ? ", success" : ", no success" } ?? ""
    let end = moment.isLast ? "  over" + success : action
    let ahead = step.ahead == 0 ? "looks" : "\(step.ahead) ahead"
    return [
      "world: step \(moment.step)  reward \(moment.reward.short)  return \(moment.earned.short)"
        + end,
      "dream: \(ahead)  reward \(step.expectedReward.short)  value \(step.value.short)"
        + String(format: "  error %.4f", step.error ?? 0),
    ]
  }

  /// The whole episode as far as it is known, with a mark at the step.
  private func charts(at index: Int) -> [LineChart] {
    [
      LineChart(
        "reward: dream red, world white",
        series: [
          .init(steps.map(\.expectedReward), color: Theme.imagined),
          .init(steps.map(\.moment.reward), color: Theme.truth),
        ], range: rewardRange, marker: index),
      LineChart(
        "value, as the dream has it", series: [.init(steps.map(\.value), color: Theme.imagined)],
        marker: index),
      LineChart(
        "squared error of the dream",
        series: [
          .init(steps.map { $0.error.map { Float($0) } }, color: Theme.imagined)
        ], range: 0...0.001, marker: index),
    ]
  }
}
