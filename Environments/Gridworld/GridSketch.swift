import EnvironmentInterface

/// A grid in characters: what stands in a cell, then the first letter of its colour (`e` for grey).
enum GridSketch {
  static let legend = [
    "> v < ^  the agent        ██ wall         GG goal   ~~ lava",
    "D door   L locked door    _ open door     K key     O ball   B box",
    "r red    g green    b blue    p purple    y yellow    e grey",
  ]

  static func make(of episode: GridEpisode) -> Sketch {
    let rows = (0..<episode.grid.height).map { y in
      (0..<episode.grid.width).map { x in
        episode.agent.position == Position(x, y)
          ? Sketch.Cell(text(of: episode.agent.direction), color: [255, 80, 80])
          : cell(episode.grid[x, y])
      }
    }
    let held = episode.carried
    return Sketch(
      rows: rows, note: held == .empty ? "" : "holds a \(held.color) \(held.object)",
      legend: legend)
  }

  private static func text(of direction: Direction) -> String {
    switch direction {
    case .right: "> "
    case .down: "v "
    case .left: "< "
    case .up: "^ "
    }
  }

  private static func cell(_ cell: Cell) -> Sketch.Cell {
    let text =
      switch cell.object {
      case .empty: "· "
      case .wall: "██"
      case .goal: "GG"
      case .lava: "~~"
      case .floor, .door, .key, .ball, .box: "\(symbol(of: cell))\(letter(of: cell.color))"
      }
    return Sketch.Cell(text, color: color(of: cell))
  }

  private static func symbol(of cell: Cell) -> Character {
    switch (cell.object, cell.state) {
    case (.door, .open): "_"
    case (.door, .closed): "D"
    case (.door, .locked): "L"
    case (.key, _): "K"
    case (.ball, _): "O"
    case (.box, _): "B"
    case (.floor, _), (.empty, _), (.wall, _), (.goal, _), (.lava, _): "."
    }
  }

  private static func letter(of color: Color) -> Character {
    switch color {
    case .red: "r"
    case .green: "g"
    case .blue: "b"
    case .purple: "p"
    case .yellow: "y"
    case .grey: "e"
    }
  }

  /// Colours that can be read on a dark ground.
  private static func color(of cell: Cell) -> [UInt8]? {
    switch (cell.object, cell.color) {
    case (.empty, _): [90, 90, 90]
    case (.lava, _): [255, 128, 0]
    case (_, .red): [255, 80, 80]
    case (_, .green): [80, 220, 80]
    case (_, .blue): [110, 150, 255]
    case (_, .purple): [190, 120, 255]
    case (_, .yellow): [240, 220, 80]
    case (_, .grey): [140, 140, 140]
    }
  }
}
