import Randomness

/// Four rooms with a gap in each wall between two of them; agent and goal anywhere.
///
/// MiniGrid's `minigrid/envs/fourrooms.py`; the classic task of Sutton et al. 1999.
struct FourRooms: Family {
  static let all = [FourRooms()]
  private static let size = 19

  let name = "FourRooms"
  let summary = "Reach the green goal square in one of four rooms."
  let maxSteps = 100
  let usefulActions: [GridAction] = [.left, .right, .forward]

  func makeLayout(using generator: inout Generator) -> Layout {
    let room = Self.size / 2
    var maker = LayoutMaker(Grid(roomWidth: Self.size, height: Self.size), generator)
    for start in [0, room] {
      maker.grid.fillColumn(room, rows: start..<start + room)
      maker.grid.fillRow(room, columns: start..<start + room)
    }
    for start in [0, room] {
      let gap = start + 1..<start + room
      maker.grid[room, maker.integer(in: gap)] = .empty
      maker.grid[maker.integer(in: gap), room] = .empty
    }
    maker.placeAgent(in: maker.grid.whole)
    maker.place(.goal, in: maker.grid.whole)
    return maker.layout
  }
}
