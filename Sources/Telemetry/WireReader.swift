/// Reads what ``WireWriter`` writes, field by field. Nothing is allocated on the word of the data.
struct WireReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  /// A field's number and its value.
  struct Field {
    let number: Int
    private let value: Value

    fileprivate init(number: Int, value: Value) {
      self.number = number
      self.value = value
    }

    /// - Throws: ``WireError`` where the value is of another type, as do the other getters.
    func integer() throws -> Int {
      guard case .varint(let value) = value else { throw WireError() }
      return Int(Int64(bitPattern: value))
    }

    func double() throws -> Double {
      guard case .fixed64(let value) = value else { throw WireError() }
      return Double(bitPattern: value)
    }

    func float() throws -> Float {
      guard case .fixed32(let value) = value else { throw WireError() }
      return Float(bitPattern: value)
    }

    func bytes() throws -> ArraySlice<UInt8> {
      guard case .bytes(let value) = value else { throw WireError() }
      return value
    }

    func text() throws -> String {
      guard let text = String(validating: try bytes(), as: UTF8.self) else { throw WireError() }
      return text
    }

    func doubles() throws -> [Double] {
      let bytes = try bytes()
      guard bytes.count.isMultiple(of: 8) else { throw WireError() }
      return stride(from: bytes.startIndex, to: bytes.endIndex, by: 8).map {
        Double(bitPattern: littleEndian(bytes[$0..<$0 + 8]))
      }
    }
  }

  fileprivate enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case bytes(ArraySlice<UInt8>)
    case fixed32(UInt32)
  }

  /// The next field; nil at the end of the message.
  /// - Throws: ``WireError``.
  mutating func next() throws -> Field? {
    if rest.isEmpty { return nil }
    let tag = try varint()
    guard let type = WireType(rawValue: UInt8(tag & 7)), let number = Int(exactly: tag >> 3),
      number > 0
    else { throw WireError() }
    let value: Value =
      switch type {
      case .varint: .varint(try varint())
      case .fixed64: .fixed64(littleEndian(try take(8)))
      case .bytes: .bytes(try take(varint()))
      case .fixed32: .fixed32(littleEndian(try take(4)))
      }
    return Field(number: number, value: value)
  }

  private mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw WireError() }
      let bits = UInt64(byte & 0x7F)
      guard (bits << shift) >> shift == bits else { throw WireError() }
      value |= bits << shift
      if byte < 0x80 { return value }
    }
    throw WireError()
  }

  private mutating func take(_ count: UInt64) throws -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw WireError() }
    defer { rest = rest.dropFirst(Int(count)) }
    return rest.prefix(Int(count))
  }
}

/// Bytes that are not such a message.
struct WireError: Error {}

/// An integer from its bytes, the least significant first.
func littleEndian<Value: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>) -> Value {
  bytes.reversed().reduce(0) { $0 << 8 | Value($1) }
}
