/// Writes a message of Protocol Buffers (protobuf.dev, "Encoding"): what event files consist of.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  mutating func integer(_ field: Int, _ value: Int) {
    tag(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  mutating func double(_ field: Int, _ value: Double) {
    tag(field, .fixed64)
    littleEndian(value.bitPattern)
  }

  mutating func float(_ field: Int, _ value: Float) {
    tag(field, .fixed32)
    littleEndian(value.bitPattern)
  }

  mutating func bytes(_ field: Int, _ value: some Collection<UInt8>) {
    tag(field, .bytes)
    varint(UInt64(value.count))
    bytes += value
  }

  /// A repeated field in its packed form.
  mutating func doubles(_ field: Int, _ values: [Double]) {
    tag(field, .bytes)
    varint(UInt64(8 * values.count))
    for value in values { littleEndian(value.bitPattern) }
  }

  mutating func message(_ field: Int, _ body: (inout WireWriter) -> Void) {
    var inner = WireWriter()
    body(&inner)
    bytes(field, inner.bytes)
  }

  /// Bytes as they are, without a field.
  mutating func raw(_ value: [UInt8]) { bytes += value }

  mutating func littleEndian(_ value: some FixedWidthInteger) {
    bytes += (0..<value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private mutating func tag(_ field: Int, _ type: WireType) {
    varint(UInt64(field) << 3 | UInt64(type.rawValue))
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// How a field's value is written.
enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case bytes = 2
  case fixed32 = 5
}
