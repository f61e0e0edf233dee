import Randomness

/// Rivers of lava, or walls, across a room, each with one crossing on a way to the goal.
///
/// MiniGrid's `minigrid/envs/crossing.py`.
struct Crossing: Family {
  /// Cells on a side, the walls with them.
  let size: Int
  let crossings: Int
  let hasLava: Bool

  static let all = [true, false].flatMap { hasLava in
    [(9, 1), (9, 2), (9, 3), (11, 5)].map {
      Crossing(size: $0, crossings: $1, hasLava: hasLava)
    }
  }

  var name: String { "\(hasLava ? "Lava" : "Simple")CrossingS\(size)N\(crossings)" }
  var summary: String {
    hasLava
      ? "Cross the rivers of lava to the green goal square."
      : "Find the openings and get to the green goal square."
  }
  var maxSteps: Int { 4 * size * size }
  var usefulActions: [GridAction] { [.left, .right, .forward] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: size, height: size), generator)
    maker.agent = Agent(Position(1, 1), .right)
    maker.grid[size - 2, size - 2] = .goal
    let places = stride(from: 2, to: size - 2, by: 2)
    let rivers = maker.shuffled(
      places.map { (isVertical: true, place: $0) } + places.map { (isVertical: false, place: $0) }
    ).prefix(crossings)
    let columns = rivers.filter(\.isVertical).map(\.place).sorted()
    let rows = rivers.filter { !$0.isVertical }.map(\.place).sorted()
    let obstacle = hasLava ? Cell.lava : Cell.wall
    for row in rows { maker.grid.fillRow(row, columns: 1..<size - 1, with: obstacle) }
    for column in columns { maker.grid.fillColumn(column, rows: 1..<size - 1, with: obstacle) }
    open(columns: columns, rows: rows, &maker)
    return maker.layout
  }

  /// Opens each river once, along a random staircase from the first region to the last.
  private func open(columns: [Int], rows: [Int], _ maker: inout LayoutMaker) {
    let crossesColumn = maker.shuffled(columns.map { _ in true } + rows.map { _ in false })
    let (xLimits, yLimits) = ([0] + columns + [size - 1], [0] + rows + [size - 1])
    var (column, row) = (0, 0)
    for crossesColumn in crossesColumn {
      if crossesColumn {
        let y = maker.integer(in: yLimits[row] + 1..<yLimits[row + 1])
        column += 1
        maker.grid[xLimits[column], y] = .empty
      } else {
        let x = maker.integer(in: xLimits[column] + 1..<xLimits[column + 1])
        row += 1
        maker.grid[x, yLimits[row]] = .empty
      }
    }
  }
}
