/// What can stand in a cell, with MiniGrid's numbers (`minigrid/core/constants.py`).
package enum Object: UInt8, Sendable, CaseIterable {
  case empty = 1
  case wall, floor, door, key, ball, box, goal, lava

  /// One more than the largest number that MiniGrid gives an object.
  static var numberBound: Int { 11 }

  /// Whether the agent can take it.
  package var canBeCarried: Bool { self == .key || self == .ball || self == .box }
}

/// Colours with MiniGrid's numbers.
package enum Color: UInt8, Sendable, CaseIterable {
  case red, green, blue, purple, yellow, grey

  static var count: Int { 6 }

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

/// How a door stands, with MiniGrid's numbers; everything else is `open`, which is 0.
package enum DoorState: UInt8, Sendable, CaseIterable {
  case open, closed, locked

  static var count: Int { 3 }
}

/// One cell of a grid.
package struct Cell: Hashable, Sendable {
  package var object: Object
  package var color: Color
  package var state: DoorState

  package init(_ object: Object, _ color: Color, _ state: DoorState = .open) {
    self.object = object
    self.color = color
    self.state = state
  }

  package static let empty = Cell(.empty, .red)
  package static let wall = Cell(.wall, .grey)
  package static let goal = Cell(.goal, .green)
  package static let lava = Cell(.lava, .red)

  /// Whether the agent can stand there too.
  package var canBeEntered: Bool {
    switch object {
    case .empty, .floor, .goal, .lava: true
    case .door: state == .open
    case .wall, .key, .ball, .box: false
    }
  }

  /// Whether the agent sees what is behind.
  package var isTransparent: Bool {
    switch object {
    case .wall: false
    case .door: state == .open
    case .empty, .floor, .key, .ball, .box, .goal, .lava: true
    }
  }

  /// Object, colour and state, as MiniGrid encodes them.
  package var encoding: [UInt8] { [object.rawValue, color.rawValue, state.rawValue] }
}
