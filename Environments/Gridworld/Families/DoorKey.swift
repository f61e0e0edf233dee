import Randomness

/// Two rooms with a locked door between them; the key lies in the agent's, the goal in the other.
///
/// MiniGrid's `minigrid/envs/doorkey.py`.
struct DoorKey: Family {
  /// Cells on a side, the walls with them.
  let size: Int

  static let all = [5, 6, 8, 16].map(DoorKey.init)

  var name: String { "DoorKey-\(size)x\(size)" }
  var summary: String { "Use the key to open the door, then get to the goal." }
  var maxSteps: Int { 10 * size * size }
  var usefulActions: [GridAction] { [.left, .right, .forward, .pickup, .toggle] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: size, height: size), generator)
    maker.grid[size - 2, size - 2] = .goal
    let split = maker.integer(in: 2..<size - 2)
    maker.grid.fillColumn(split, rows: 0..<size)
    let left = Region(x: 0, y: 0, width: split, height: size)
    maker.placeAgent(in: left)
    maker.grid[split, maker.integer(in: 1..<size - 2)] = Cell(.door, .yellow, .locked)
    maker.place(Cell(.key, .yellow), in: left)
    return maker.layout
  }
}
