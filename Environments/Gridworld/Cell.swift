/// What can stand in a cell, with MiniGrid's numbers (`minigrid/core/constants.py`).
package enum Object: UInt8, Sendable {
  case empty = 1
  case wall = 2
  case goal = 8

  /// One more than the largest number that MiniGrid gives an object.
  static let numberBound = 11

  /// Whether the agent can stand there too.
  var canBeEntered: Bool { self != .wall }
}

/// Colours with MiniGrid's numbers.
package enum Color: UInt8, Sendable {
  case red, green, blue, purple, yellow, grey

  static let count = 6

  /// Red, green and blue in 0...255.
  var rgb: RGB {
    switch self {
    case .red: RGB(255, 0, 0)
    case .green: RGB(0, 255, 0)
    case .blue: RGB(0, 0, 255)
    case .purple: RGB(112, 39, 195)
    case .yellow: RGB(255, 255, 0)
    case .grey: RGB(100, 100, 100)
    }
  }
}

/// One cell of a grid. MiniGrid gives a cell a third number, its state, which is 0 for all that
/// stands in the worlds here.
package struct Cell: Hashable, Sendable {
  package var object: Object
  package var color: Color

  package init(_ object: Object, _ color: Color) {
    self.object = object
    self.color = color
  }

  package static let empty = Cell(.empty, .red)
  package static let wall = Cell(.wall, .grey)
  package static let goal = Cell(.goal, .green)
}
