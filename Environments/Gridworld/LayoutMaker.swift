import Randomness

/// A layout in the making: MiniGrid's `_rand_…`, `place_obj` and `place_agent`.
struct LayoutMaker {
  var grid: Grid
  /// nil until it is placed; nothing is put where it stands.
  var agent: Agent?
  private(set) var generator: Generator

  init(_ grid: Grid, _ generator: Generator) {
    self.grid = grid
    self.generator = generator
  }

  /// A uniform integer.
  mutating func integer(in range: Range<Int>) -> Int {
    range.lowerBound + generator.integer(below: range.count)
  }

  /// One of the elements, each as likely as the others.
  mutating func element<Element>(of elements: [Element]) -> Element {
    elements[generator.integer(below: elements.count)]
  }

  mutating func color() -> Color { element(of: Color.allCases) }

  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var elements = elements
    generator.shuffle(&elements)
    return elements
  }

  mutating func direction() -> Direction { Direction.right.turned(generator.integer(below: 4)) }

  /// A cell of a region's inside, whatever stands there.
  mutating func position(inside region: Region) -> Position {
    let x = integer(in: region.x + 1..<region.x + region.width - 1)
    return Position(x, integer(in: region.y + 1..<region.y + region.height - 1))
  }

  /// An empty cell of a region without the agent, each as likely as the others.
  ///
  /// - Parameter isRejected: Cells that are not to be chosen.
  mutating func freePosition(
    in region: Region, rejecting isRejected: (Position) -> Bool = { _ in false }
  ) -> Position {
    while true {
      let x = integer(in: region.x..<min(region.x + region.width, grid.width))
      let y = integer(in: region.y..<min(region.y + region.height, grid.height))
      let position = Position(x, y)
      if grid[position] == .empty, position != agent?.position, !isRejected(position) {
        return position
      }
    }
  }

  /// Puts something on a free cell.
  mutating func place(
    _ cell: Cell, in region: Region, rejecting isRejected: (Position) -> Bool = { _ in false }
  ) {
    grid[freePosition(in: region, rejecting: isRejected)] = cell
  }

  /// Puts the agent on a free cell, looking anywhere.
  mutating func placeAgent(in region: Region) {
    agent = nil
    let position = freePosition(in: region)
    agent = Agent(position, direction())
  }

  /// The layout with the agent, which stands somewhere by now.
  var layout: Layout {
    guard let agent else { preconditionFailure("a layout without an agent") }
    return Layout(grid: grid, agent: agent)
  }
}
