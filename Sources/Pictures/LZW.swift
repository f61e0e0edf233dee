/// The compression of GIF: Lempel, Ziv and Welch with codes of growing width (GIF89a specification,
/// appendix F).
enum LZW {
  /// The most codes of a table.
  private static let limit = 4096

  /// - Parameters:
  ///   - symbols: each below `1 << bits`.
  ///   - bits: of a symbol, at least 2.
  static func compressed(_ symbols: [UInt8], bits: Int) -> [UInt8] {
    let (clear, end) = (1 << bits, 1 << bits + 1)
    var output = BitStream()
    // For each code and symbol the code of both together; 0 where there is none yet.
    var table = [UInt16](repeating: 0, count: limit << bits)
    var (next, width) = (end + 1, bits + 1)
    output.append(clear, width: width)
    guard var code = symbols.first.map(Int.init) else {
      output.append(end, width: width)
      return output.finished()
    }
    for symbol in symbols.dropFirst() {
      let entry = code << bits | Int(symbol)
      if table[entry] != 0 {
        code = Int(table[entry])
        continue
      }
      output.append(code, width: width)
      if next < limit {
        table[entry] = UInt16(next)
        // The reader is one entry behind: it needs the wider codes one entry later.
        if next == 1 << width { width += 1 }
        next += 1
      } else {
        output.append(clear, width: width)
        for index in table.indices { table[index] = 0 }
        (next, width) = (end + 1, bits + 1)
      }
      code = Int(symbol)
    }
    output.append(code, width: width)
    if next == 1 << width && next < limit { width += 1 }
    output.append(end, width: width)
    return output.finished()
  }

  /// Numbers of some bits after each other, the least bits first.
  private struct BitStream {
    private var bytes: [UInt8] = []
    private var pending = 0
    private var pendingCount = 0

    mutating func append(_ number: Int, width: Int) {
      pending |= number << pendingCount
      pendingCount += width
      while pendingCount >= 8 {
        bytes.append(UInt8(pending & 255))
        pending >>= 8
        pendingCount -= 8
      }
    }

    func finished() -> [UInt8] { pendingCount > 0 ? bytes + [UInt8(pending)] : bytes }
  }
}
