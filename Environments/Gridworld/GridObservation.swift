import EnvironmentInterface

/// What a gridworld shows of itself.
package struct GridObservation: OptionSet, Sendable {
  package let rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  /// The picture of the agent's view: `image`, `[56, 56, 3]`.
  package static let view = GridObservation(rawValue: 1)
  /// The picture of the whole grid: `grid`, `[8 · height, 8 · width, 3]`.
  package static let grid = GridObservation(rawValue: 2)
  /// Object, colour and state of each cell of the view: `symbolic`, `[7 · 7 · 3]`.
  package static let symbolic = GridObservation(rawValue: 4)

  private static let names = ["view": view, "grid": grid, "symbolic": symbolic]

  /// One or several names with `+` between them, such as `view+symbolic`; nil where one is unknown.
  package init?(named names: String) {
    self = []
    for name in names.split(separator: "+", omittingEmptySubsequences: false) {
      guard let part = Self.names[String(name)] else { return nil }
      formUnion(part)
    }
  }

  /// The spaces, in ascending order of name.
  func spaces(of grid: Grid) -> [ObservationSpace] {
    var spaces: [ObservationSpace] = []
    if contains(.grid) {
      let (height, width) = (Tile.size * grid.height, Tile.size * grid.width)
      spaces.append(
        ObservationSpace(name: "grid", kind: .image(height: height, width: width, channels: 3)))
    }
    if contains(.view) {
      let kind = ObservationSpace.Kind.image(
        height: AgentView.pixels, width: AgentView.pixels, channels: 3)
      spaces.append(ObservationSpace(name: "image", kind: kind))
    }
    if contains(.symbolic) {
      let count = AgentView.size * AgentView.size * 3
      spaces.append(ObservationSpace(name: "symbolic", kind: .vector(count: count)))
    }
    return spaces
  }
}
