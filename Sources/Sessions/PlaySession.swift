import EnvironmentInterface
import Foundation
import Pictures
import Randomness
import Runs
import Viewer

/// A person's episodes in a world, one after the other.
package struct PlaySession: Playable {
  private var world: any Environment
  private let key: Key
  private let information: EnvironmentInformation
  package let bindings: KeyBindings
  private var observation: Observation
  private var step = Step.first
  private var stepCount = 0
  private var lastAction: Action?
  /// The rewards of the episode's steps.
  private var rewards: [Double] = []
  /// Episodes that have begun.
  package private(set) var episodes = 0

  /// Begins the first episode.
  ///
  /// - Parameters:
  ///   - world: as agents drive it: continuous actions are within ±1.
  ///   - key: of all episodes; episode `e` resets with `key.fold(e)`.
  package init(in world: any Environment, key: Key) throws {
    self.world = world
    self.key = key
    information = world.information
    bindings = KeyBindings(for: world.actionSpace, information)
    observation = world.makeObservation()
    try begin()
  }

  package var pace: Double? { bindings.isContinuous ? information.stepSeconds : nil }

  package var isOver: Bool { step.isLast }

  package mutating func begin() throws {
    step = try world.reset(key: key.fold(episodes), into: &observation)
    episodes += 1
    (stepCount, lastAction, rewards) = (0, nil, [])
  }

  package mutating func act(_ action: Action) throws {
    if isOver { return try begin() }
    step = try world.step(action, into: &observation)
    stepCount += 1
    lastAction = action
    rewards.append(step.reward)
  }

  // MARK: what is shown

  /// How the episode stands, in two lines.
  package var status: [String] {
    let limit = information.stepLimit.map { " of \($0)" } ?? ""
    let action = lastAction.map { "  action \(bindings.name(of: $0))" } ?? ""
    var second = "reward \(step.reward.short)  return \(rewards.reduce(0, +).short)"
    if isOver { second += "  over\(step.outcome): n or an action begins anew" }
    return ["episode \(episodes)  step \(stepCount)\(limit)\(action)", second]
  }

  /// The pictures that the world shows, by the names of its spaces.
  package var panels: [Scene.Panel] {
    zip(world.observationSpaces.filter(\.isImage), observation.images).compactMap { space, bytes in
      Picture(bytes, of: space).map { Scene.Panel(space.name, $0) }
    }
  }

  /// The world in characters, or its pictures where it has no sketch.
  package func lines(hasColor: Bool) -> [String] {
    guard let sketch = world.sketch else {
      let picture = TextPicture(hasColor: hasColor)
      return panels.flatMap { picture.lines(of: $0.picture) }
    }
    let rows = sketch.rows.map { row in
      row.map { Self.text(of: $0, hasColor: hasColor) }.joined()
    }
    return rows + (sketch.note.isEmpty ? [] : [sketch.note])
  }

  private static func text(of cell: Sketch.Cell, hasColor: Bool) -> String {
    guard hasColor, let color = cell.color, color.count == 3 else { return cell.text }
    return TextPicture.colored(cell.text, Picture.Color(color[0], color[1], color[2]))
  }

  package var legend: [String] { world.sketch?.legend ?? [] }

  /// The rewards of the episode as a chart; none where they come at the end alone.
  package var charts: [LineChart] {
    guard pace != nil else { return [] }
    let range = information.rewardRange.map { Float($0.lowerBound)...Float($0.upperBound) }
    let line = LineChart.Series(rewards.map { Float($0) }, color: .init(90, 160, 255))
    var chart = LineChart("reward", series: [line], range: range)
    chart.steps = information.stepLimit
    return [chart]
  }
}

extension Step {
  /// How an episode ended, for the end of a line.
  var outcome: String {
    switch success {
    case true?: ", success"
    case false?: ", no success"
    case nil: ""
    }
  }
}
