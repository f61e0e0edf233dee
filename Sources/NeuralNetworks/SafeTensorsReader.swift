import Files
import Foundation

extension SafeTensors {
  /// The element types that can be read.
  enum ElementType: String {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case uint64 = "U64"
    case uint32 = "U32"
    case uint16 = "U16"
    case uint8 = "U8"
    case bool = "BOOL"

    /// Bytes of an element.
    var size: Int {
      switch self {
      case .float64, .int64, .uint64: 8
      case .float32, .int32, .uint32: 4
      case .float16, .bfloat16, .int16, .uint16: 2
      case .uint8, .int8, .bool: 1
      }
    }
  }

  /// What the header says about an array.
  struct Item: Codable {
    var dtype: String
    var shape: [Int]
    /// First byte and the one after the last, from the end of the header.
    var dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }
  }

  /// The file's JSON object.
  struct Header: Codable {
    static let metadataKey = "__metadata__"
    /// The longest header that is believed, as in the format's reference implementation.
    static let largestLength = 100_000_000

    var metadata: [String: String] = [:]
    var items: [String: Item] = [:]

    init() {}

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: NamedKey.self)
      // In order, so that of several mistakes the same is told each time.
      for name in container.allKeys.sorted(by: { $0.stringValue < $1.stringValue }) {
        if name.stringValue == Self.metadataKey {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          items[name.stringValue] = try container.decode(Item.self, forKey: name)
        }
      }
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: NamedKey.self)
      if !metadata.isEmpty { try container.encode(metadata, forKey: NamedKey(Self.metadataKey)) }
      for (name, item) in items { try container.encode(item, forKey: NamedKey(name)) }
    }
  }

  /// Reads the contents of a file.
  /// - Parameters:
  ///   - data: The contents.
  ///   - file: What errors call them.
  /// - Throws: ``SafeTensorsError``.
  package init(data: Data, file: String = "safetensors") throws {
    let reader = try Reader(data: data, file: file)
    self.init(metadata: reader.header.metadata)
    for (name, item) in reader.header.items.sorted(by: { $0.key < $1.key }) {
      entries[name] = try reader.entry(name, item)
    }
  }

  /// A file with its header understood and its offsets checked.
  private struct Reader {
    let data: Data
    let file: String
    let header: Header
    /// Offset of the first element.
    let start: Int

    init(data: Data, file: String) throws {
      guard data.count >= 8 else {
        throw SafeTensorsError(file: file, what: "\(data.count) bytes are too few for a header")
      }
      let length = data.bytes.unsafeLoadUnaligned(as: UInt64.self)
      guard length <= Header.largestLength, Int(length) <= data.count - 8 else {
        throw SafeTensorsError(
          file: file,
          what: "the header's length, \(length), is beyond the end of \(data.count) bytes")
      }
      self.data = data
      self.file = file
      start = 8 + Int(length)
      do {
        let first = data.startIndex + 8
        header = try JSONDecoder().decode(Header.self, from: data[first..<(first + Int(length))])
      } catch {
        throw SafeTensorsError(
          file: file, what: "the header is not understood (\(Self.text(error)))")
      }
      try checkOffsets()
    }

    /// The arrays must fill the rest of the file without a gap or an overlap.
    private func checkOffsets() throws {
      let length = data.count - start
      var end = 0
      let ranges = header.items.map { (name: $0.key, offsets: $0.value.dataOffsets) }
        .sorted { $0.name < $1.name }
      for (name, offsets) in ranges {
        guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1], offsets[1] <= length
        else {
          throw SafeTensorsError(
            file: file, what: "\(name) has offsets \(offsets), not within \(length) bytes of data")
        }
      }
      let ordered = ranges.sorted { $0.offsets.lexicographicallyPrecedes($1.offsets) }
      for (name, offsets) in ordered {
        guard offsets[0] == end else {
          throw SafeTensorsError(
            file: file,
            what: "\(name) begins at byte \(offsets[0]), not where the one before ends, \(end)")
        }
        end = offsets[1]
      }
      guard end == length else {
        throw SafeTensorsError(
          file: file, what: "\(length - end) bytes at the end belong to no array")
      }
    }

    /// An array.
    func entry(_ name: String, _ item: Item) throws -> Entry {
      guard let type = ElementType(rawValue: item.dtype) else {
        throw SafeTensorsError(
          file: file, what: "\(name) has elements of type \(item.dtype), which is not supported",
          remedy: "convert it to F32, F64, BF16, BOOL or integers")
      }
      let bytes = item.dataOffsets[1] - item.dataOffsets[0]
      guard let count = Self.count(of: item.shape),
        count.multipliedReportingOverflow(by: type.size) == (bytes, false)
      else {
        throw SafeTensorsError(
          file: file, what: "\(name) has \(bytes) bytes for shape \(item.shape) of \(item.dtype)")
      }
      let first = start + item.dataOffsets[0]
      guard let values = Values(data.bytes.extracting(first..<(first + bytes)), as: type) else {
        throw SafeTensorsError(
          file: file, what: "\(name) holds a number beyond \(Int64.max)",
          remedy: "convert it to F64")
      }
      return Entry(shape: item.shape, values: values)
    }

    /// The number of elements; nil where a length is negative or the number is out of range.
    private static func count(of shape: [Int]) -> Int? {
      var count = 1
      for length in shape {
        let (product, overflows) = count.multipliedReportingOverflow(by: length)
        guard length >= 0, !overflows else { return nil }
        count = product
      }
      return count
    }

    /// Where in the header the decoder stopped, and why.
    private static func text(_ error: any Error) -> String {
      let context: DecodingError.Context? =
        switch error {
        case DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context),
          DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
          context
        default: nil
        }
      guard let context else { return "\(error)" }
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
  }
}

extension SafeTensors.Values {
  /// Loads elements; `bytes` holds a whole number of them. Nil where one is too large.
  init?(_ bytes: RawSpan, as type: SafeTensors.ElementType) {
    switch type {
    case .float64: self = .float64(Self.load(bytes) { (value: Double) in value })
    case .float32: self = .float32(Self.load(bytes) { (value: Float) in value })
    case .float16: self = .float32(Self.load(bytes) { Float(Float16(bitPattern: $0)) })
    case .bfloat16:
      self = .float32(Self.load(bytes) { Float(bitPattern: UInt32($0 as UInt16) << 16) })
    case .int64: self = .int64(Self.load(bytes) { (value: Int64) in value })
    case .int32: self = .int32(Self.load(bytes) { (value: Int32) in value })
    case .int16: self = .int32(Self.load(bytes) { Int32($0 as Int16) })
    case .int8: self = .int32(Self.load(bytes) { Int32($0 as Int8) })
    case .uint64:
      let values = Self.load(bytes) { Int64(exactly: $0 as UInt64) }
      guard !values.contains(nil) else { return nil }
      self = .int64(values.compactMap(\.self))
    case .uint32: self = .int64(Self.load(bytes) { Int64($0 as UInt32) })
    case .uint16: self = .int32(Self.load(bytes) { Int32($0 as UInt16) })
    case .uint8: self = .uint8(Self.load(bytes) { (value: UInt8) in value })
    case .bool: self = .uint8(Self.load(bytes) { (value: UInt8) in value == 0 ? 0 : 1 })
    }
  }

  /// Elements at any alignment, through a conversion. `RawSpan` checks the bounds of each load.
  private static func load<Stored: BitwiseCopyable, Value>(
    _ bytes: RawSpan, _ convert: (Stored) -> Value
  ) -> [Value] {
    let size = MemoryLayout<Stored>.size
    return (0..<(bytes.byteCount / size)).map {
      convert(bytes.unsafeLoadUnaligned(fromByteOffset: $0 &* size, as: Stored.self))
    }
  }
}
