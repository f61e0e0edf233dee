/// How a tile is drawn.
enum TileStyle: Int, CaseIterable {
  /// As it is; then with the agent on it, by its direction.
  case plain, plainWithAgentRight, plainWithAgentDown, plainWithAgentLeft, plainWithAgentUp
  /// Lighter, as what the agent sees; then with the agent on it.
  case lit, litWithAgentUp

  static func plain(withAgent direction: Direction) -> TileStyle {
    switch direction {
    case .right: .plainWithAgentRight
    case .down: .plainWithAgentDown
    case .left: .plainWithAgentLeft
    case .up: .plainWithAgentUp
    }
  }

  fileprivate var agent: Direction? {
    switch self {
    case .plain, .lit: nil
    case .plainWithAgentRight: .right
    case .plainWithAgentDown: .down
    case .plainWithAgentLeft: .left
    case .plainWithAgentUp, .litWithAgentUp: .up
    }
  }

  fileprivate var isLit: Bool { self == .lit || self == .litWithAgentUp }
}

/// All tiles in all styles, drawn once, so that a picture is a copy of tiles.
struct TileSet: Sendable {
  static let shared = TileSet()

  /// Eight-byte words in one row of pixels of a tile: 3.
  private static var rowWords: Int { Tile.size * 3 / 8 }
  private static var tileWords: Int { Tile.size * rowWords }
  private static var cellCount: Int { Object.numberBound * Color.count * DoorState.count }

  /// The tiles' bytes in rows; see ``offset(of:_:)``.
  private let words: [UInt64]

  private init() {
    var words = Array(
      repeating: 0 as UInt64, count: TileStyle.allCases.count * Self.cellCount * Self.tileWords)
    for object in Object.allCases {
      for color in Color.allCases {
        for state in object == .door ? DoorState.allCases : [.open] {
          let cell = Cell(object, color, state)
          let tile = Tile(of: cell)
          for style in TileStyle.allCases {
            let start = Self.offset(of: cell, style)
            let styled = tile.with(agent: style.agent, isHighlighted: style.isLit)
            words.replaceSubrange(start..<start + Self.tileWords, with: styled.words)
          }
        }
      }
    }
    self.words = words
  }

  /// Where a tile's words begin.
  private static func offset(of cell: Cell, _ style: TileStyle) -> Int {
    let kind = Int(cell.object.rawValue) &* Color.count &+ Int(cell.color.rawValue)
    let number = kind &* DoorState.count &+ Int(cell.state.rawValue)
    return (style.rawValue &* cellCount &+ number) &* tileWords
  }

  /// Copies a tile to its place in a picture of tiles.
  /// - Parameters:
  ///   - columns: tiles in a row of the picture.
  ///   - image: the picture's bytes, `[8 · rows, 8 · columns, 3]`.
  func copy(
    _ cell: Cell, _ style: TileStyle, toColumn column: Int, row: Int, of columns: Int,
    in image: inout MutableRawSpan
  ) {
    var source = Self.offset(of: cell, style)
    let rowBytes = columns &* Tile.size &* 3
    var target = row &* Tile.size &* rowBytes &+ column &* Tile.size &* 3
    let words = words.span
    for _ in 0..<Tile.size {
      for word in 0..<Self.rowWords {
        image.storeBytes(
          of: words[source &+ word], toByteOffset: target &+ 8 &* word, as: UInt64.self)
      }
      source &+= Self.rowWords
      target &+= rowBytes
    }
  }
}

extension Tile {
  /// The pixels' bytes, eight to a word, the first in the lowest bits as they lie in memory.
  fileprivate var words: [UInt64] {
    let bytes = bytes
    return stride(from: 0, to: bytes.count, by: 8).map { start in
      let word = bytes[start..<start + 8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      return UInt64(littleEndian: word)
    }
  }
}
