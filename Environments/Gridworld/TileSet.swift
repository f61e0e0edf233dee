/// All tiles that an agent's view can hold, drawn once, so that a frame is a copy of tiles.
struct TileSet: Sendable {
  static let shared = TileSet()

  /// Eight-byte words in one row of pixels of a tile: 3.
  private static let rowWords = Tile.size * 3 / 8
  private static let tileWords = Tile.size * rowWords
  private static let frameRowBytes = AgentView.pixels * 3

  /// The tiles' bytes in rows; see ``offset(of:withAgent:)``.
  private let words: [UInt64]

  private init() {
    var words = Array(repeating: 0 as UInt64, count: 2 * Self.cellCount * Self.tileWords)
    for object in [Object.empty, .wall, .goal] {
      for color in (0..<UInt8(Color.count)).compactMap(Color.init(rawValue:)) {
        for hasAgent in [false, true] {
          let cell = Cell(object, color)
          let tile = Tile(of: cell, agent: hasAgent ? .up : nil, isHighlighted: true)
          let start = Self.offset(of: cell, withAgent: hasAgent)
          words.replaceSubrange(start..<start + Self.tileWords, with: tile.words)
        }
      }
    }
    self.words = words
  }

  private static let cellCount = Object.numberBound * Color.count

  /// Where a tile's words begin.
  private static func offset(of cell: Cell, withAgent hasAgent: Bool) -> Int {
    let cell = Int(cell.object.rawValue) * Color.count + Int(cell.color.rawValue)
    return (hasAgent ? cellCount + cell : cell) * tileWords
  }

  /// Copies the tile of a cell to its place in a view's image.
  /// - Parameters:
  ///   - hasAgent: whether the agent stands there, looking up.
  ///   - image: the bytes of `[56, 56, 3]`.
  func copyTile(
    of cell: Cell, withAgent hasAgent: Bool, column: Int, row: Int,
    into image: inout MutableRawSpan
  ) {
    var source = Self.offset(of: cell, withAgent: hasAgent)
    var target = row * Tile.size * Self.frameRowBytes + column * Tile.size * 3
    let words = words.span
    for _ in 0..<Tile.size {
      for word in 0..<Self.rowWords {
        image.storeBytes(of: words[source + word], toByteOffset: target + 8 * word, as: UInt64.self)
      }
      source += Self.rowWords
      target += Self.frameRowBytes
    }
  }
}

extension Tile {
  /// The pixels' bytes, eight to a word, the first in the lowest bits as they lie in memory.
  fileprivate var words: [UInt64] {
    stride(from: 0, to: bytes.count, by: 8).map { start in
      let word = bytes[start..<start + 8].reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
      return UInt64(littleEndian: word)
    }
  }
}
