import Foundation

extension SafeTensors {
  /// Where each array goes in the file.
  struct Layout {
    /// The header's length and the header, padded with spaces to a multiple of 8 bytes.
    let head: Data
    /// The entries' names in the order of their elements.
    let order: [String]

    /// - Throws: ``SafeTensorsError`` where an entry has the name that the format reserves.
    init(_ tensors: SafeTensors, file: String) throws {
      guard tensors.entries[Header.metadataKey] == nil else {
        throw SafeTensorsError(
          file: file, what: "an array is called \(Header.metadataKey), which the format reserves",
          remedy: "give it another name")
      }
      // The widest elements first, so that every array is aligned.
      let items = tensors.names.map { (name: $0, entry: tensors.entries[$0, default: .empty]) }
      let sizes = [8, 4, 1]
      order = sizes.flatMap { size in
        items.filter { $0.entry.values.type.size == size }.map(\.name)
      }
      head = try Self.head(of: tensors, order: order)
    }

    private static func head(of tensors: SafeTensors, order: [String]) throws -> Data {
      var header = Header()
      header.metadata = tensors.metadata
      var offset = 0
      for name in order {
        let entry = tensors.entries[name, default: .empty]
        let end = offset + entry.values.count * entry.values.type.size
        header.items[name] = Item(
          dtype: entry.values.type.rawValue, shape: entry.shape, dataOffsets: [offset, end])
        offset = end
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var json = try encoder.encode(header)
      json.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -json.count & 7))
      return Values.int64([Int64(json.count)]).encoded() + json
    }
  }
}

extension SafeTensors.Values {
  /// The type that the elements are written as.
  var type: SafeTensors.ElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    }
  }

  /// The elements as the file has them.
  func encoded() -> Data {
    switch self {
    case .float32(let values): Self.store(values)
    case .float64(let values): Self.store(values)
    case .int32(let values): Self.store(values)
    case .int64(let values): Self.store(values)
    case .uint8(let values): Data(values)
    }
  }

  private static func store<Value: BitwiseCopyable>(_ values: [Value]) -> Data {
    let size = MemoryLayout<Value>.size
    var data = Data(count: values.count * size)
    var bytes = data.mutableBytes
    for index in values.indices {
      bytes.storeBytes(of: values[index], toByteOffset: index &* size, as: Value.self)
    }
    return data
  }
}
