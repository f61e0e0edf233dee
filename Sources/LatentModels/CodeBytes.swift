/// Numbers of classes or codes as replay keeps them: in one byte or in two, the lower first.
struct CodeBytes {
  /// As many as two bytes can tell apart.
  static let mostCodes = 65_536

  /// Bytes of a number.
  let width: Int

  init(codes: Int) {
    precondition(1...Self.mostCodes ~= codes, "\(codes) codes")
    width = codes <= 256 ? 1 : 2
  }

  func bytes(of codes: [Int]) -> [UInt8] {
    codes.flatMap { code in
      (0..<width).map { UInt8(truncatingIfNeeded: code >> (8 * $0)) }
    }
  }

  func codes(of bytes: ArraySlice<UInt8>) -> [Int] {
    stride(from: bytes.startIndex, to: bytes.endIndex, by: width).map { place in
      (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }
  }
}
