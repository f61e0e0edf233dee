import EnvironmentInterface
import Gridworld
import Randomness

/// Features of a layout, whole numbers by name: those of `Experiments/Layouts/layouts.py`.
struct LayoutFeatures {
  private(set) var values: [String: Int] = [:]

  /// Kinds of objects, with how MiniGrid calls them.
  private static let kinds: [(Object, String)] = [
    (.door, "door"), (.key, "key"), (.ball, "ball"), (.box, "box"), (.goal, "goal"),
  ]

  init(of layout: Layout) {
    let (grid, agent) = (layout.grid, layout.agent)
    values["agent"] = agent.position.y * grid.width + agent.position.x
    values["direction"] = agent.direction.rawValue
    values["ahead"] = Int(grid[agent.front].object.rawValue)
    for (object, kind) in Self.kinds {
      describe(grid.positions(of: object), kind, in: grid, from: agent.position)
    }
    describeLines(of: grid)
    values["layout"] = Self.fingerprint(of: layout)
  }

  private mutating func describe(
    _ places: [Position], _ kind: String, in grid: Grid, from agent: Position
  ) {
    values["\(kind) count"] = places.count
    for (index, place) in places.enumerated() {
      values["\(kind) \(index) place"] = place.y * grid.width + place.x
      values["\(kind) \(index) colour"] = Int(grid[place].color.rawValue)
      values["\(kind) \(index) state"] = Int(grid[place].state.rawValue)
    }
    if let first = places.first {
      values["\(kind) distance"] = abs(first.x - agent.x) + abs(first.y - agent.y)
    }
  }

  /// Where walls and lava are in each line, a bit a cell, and how many there are.
  private mutating func describeLines(of grid: Grid) {
    var columns = Array(repeating: 0, count: grid.width)
    var rows = Array(repeating: 0, count: grid.height)
    for place in grid.positions(of: .wall) + grid.positions(of: .lava) {
      columns[place.x] |= 1 << place.y
      rows[place.y] |= 1 << place.x
    }
    values["blocked count"] = columns.reduce(0) { $0 + $1.nonzeroBitCount }
    for (name, lines) in [("column", columns), ("row", rows)] {
      for (index, line) in lines.enumerated() {
        values["\(name) \(index)"] = line
        values["\(name) \(index) count"] = line.nonzeroBitCount
      }
    }
  }

  /// FNV-1a of 32 bits over all cells and the agent.
  private static func fingerprint(of layout: Layout) -> Int {
    let agent = layout.agent
    let place = [agent.position.x, agent.position.y, agent.direction.rawValue].map(UInt8.init)
    let hash = (layout.grid.encoding + place).reduce(0x811C_9DC5 as UInt32) {
      ($0 ^ UInt32($1)) &* 0x0100_0193
    }
    return Int(hash)
  }
}

extension LayoutFeatures {
  /// Steps of random play among obstacles.
  private static let play = 20

  /// Adds where the obstacles go that move first and last, and how the episode ends: its length,
  /// negative where it ends in a collision, 0 where it goes on.
  mutating func addMoves(in family: any Family, from layout: Layout, key: Key) {
    var episode = GridEpisode(layout, in: family, key: key.fold("moves"))
    var generator = Generator(key: key.fold("actions"))
    values["end"] = 0
    for step in 1...Self.play {
      let before = episode.marks
      let action = family.usefulActions[generator.integer(below: family.usefulActions.count)]
      let outcome = family.step(action, in: &episode)
      for (index, name) in [(0, "first"), (before.count - 1, "last")] {
        let (old, new) = (before[index], episode.marks[index])
        let shift = (new.y - old.y + 1) * 3 + new.x - old.x + 1
        values["\(name) obstacle shift \(step)"] = shift
        values["\(name) obstacle place and shift \(step)"] =
          (old.y * episode.grid.width + old.x) * 9 + shift
      }
      if let outcome {
        values["end"] = outcome == .success ? step : -step
        return
      }
    }
  }
}
