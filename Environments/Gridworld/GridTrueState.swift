import EnvironmentInterface

extension GridEnvironment {
  /// Where the agent is and looks, what it carries, and how the doors stand where there are any.
  package var trueState: [TrueValue] {
    let doors = episode.grid.positions(of: .door)
    return [cell, direction, carried] + (doors.isEmpty ? [] : [opening(of: doors)])
  }

  /// Cells are counted row by row from the upper left corner, walls with them.
  private var cell: TrueValue {
    let (grid, position) = (episode.grid, episode.agent.position)
    let names = (0..<grid.height).flatMap { y in (0..<grid.width).map { "\($0), \(y)" } }
    return TrueValue("cell", .choice(position.y * grid.width + position.x, of: names))
  }

  private var direction: TrueValue {
    TrueValue(
      "direction",
      .choice(episode.agent.direction.rawValue, of: Direction.allCases.map { "\($0)" }))
  }

  private var carried: TrueValue {
    let things = Object.allCases.filter(\.canBeCarried).flatMap { object in
      Color.allCases.map { Cell(object, $0) }
    }
    let number = things.firstIndex { $0.encoding == episode.carried.encoding }
    return TrueValue(
      "carried",
      .choice(
        number.map { $0 + 1 } ?? 0, of: ["nothing"] + things.map { "\($0.color) \($0.object)" }))
  }

  /// Of one door whether it is open, of several how many are.
  private func opening(of doors: [Position]) -> TrueValue {
    let openCount = doors.count { episode.grid[$0].state == .open }
    return doors.count == 1
      ? TrueValue("door", .choice(openCount, of: ["closed", "open"]))
      : TrueValue("open doors", .number(Double(openCount)))
  }
}
