import Files
import Foundation

/// Named arrays of numbers, and their file format (github.com/huggingface/safetensors: eight bytes
/// with the length of a JSON header, the header, then the elements, little-endian, row-major).
///
/// Numbers of half precision become `Float` when read, booleans `UInt8`, and integers of other widths
/// the next wider type here; what else the format has (8-bit floats, complex numbers) is refused. What
/// ``encoded()`` gives depends on nothing but the contents.
package struct SafeTensors: Sendable, Equatable {
  /// The elements of an array, row-major.
  package enum Values: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case int32([Int32])
    case int64([Int64])
    case uint8([UInt8])

    package var count: Int {
      switch self {
      case .float32(let values): values.count
      case .float64(let values): values.count
      case .int32(let values): values.count
      case .int64(let values): values.count
      case .uint8(let values): values.count
      }
    }
  }

  /// An array.
  package struct Entry: Sendable, Equatable {
    /// Lengths of the axes; empty for a scalar.
    package let shape: [Int]
    package let values: Values

    /// - Precondition: `values` has as many elements as `shape` says.
    package init(shape: [Int], values: Values) {
      precondition(
        shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == values.count,
        "\(values.count) values do not fill shape \(shape)")
      self.shape = shape
      self.values = values
    }
  }

  /// Free text by key.
  package var metadata: [String: String]
  package var entries: [String: Entry]

  package init(metadata: [String: String] = [:], entries: [String: Entry] = [:]) {
    self.metadata = metadata
    self.entries = entries
  }

  /// The entries' names in ascending order, for iterating reproducibly.
  package var names: [String] { entries.keys.sorted() }

  package subscript(name: String) -> Entry? {
    get { entries[name] }
    set { entries[name] = newValue }
  }

  /// Reads a file.
  /// - Throws: `FileError` where it is missing or unreadable; ``SafeTensorsError`` where its
  ///   contents are not safetensors.
  package init(contentsOf url: URL) throws {
    try self.init(data: AtomicFile.read(url), file: url.path)
  }

  /// Writes a file that appears whole or not at all.
  /// - Throws: `FileError`; ``SafeTensorsError`` as ``encoded()``.
  package func write(to url: URL) throws {
    let layout = try Layout(self, file: url.path)
    try AtomicFile.write(to: url) { file in
      try file.write(contentsOf: layout.head)
      for name in layout.order {
        try file.write(contentsOf: entries[name, default: .empty].values.encoded())
      }
    }
  }

  /// The contents of the file that ``write(to:)`` writes.
  /// - Throws: ``SafeTensorsError`` where an entry has the name that the format reserves.
  package func encoded() throws -> Data {
    let layout = try Layout(self, file: "safetensors")
    return layout.order.reduce(into: layout.head) { data, name in
      data.append(entries[name, default: .empty].values.encoded())
    }
  }
}

extension SafeTensors.Entry {
  static let empty = Self(shape: [0], values: .uint8([]))

  /// The elements, if they are `Float`s.
  package var floats: [Float]? {
    if case .float32(let values) = values { values } else { nil }
  }

  /// Whether every element is a number that a `Float` can hold, none infinite or not a number.
  package var isFinite: Bool {
    switch values {
    case .float32(let values): values.allSatisfy(\.isFinite)
    case .float64(let values): values.allSatisfy { Float($0).isFinite }
    case .int32, .int64, .uint8: true
    }
  }

  /// The elements, if they are bytes or booleans.
  package var bytes: [UInt8]? {
    if case .uint8(let values) = values { values } else { nil }
  }

  /// The elements as integers, if they are of an integer type.
  package var integers: [Int]? {
    switch values {
    case .int32(let values): values.map(Int.init)
    case .int64(let values): values.map(Int.init)
    case .uint8(let values): values.map(Int.init)
    case .float32, .float64: nil
    }
  }

  /// The elements as `Double`s, whatever they are.
  package var doubles: [Double] {
    switch values {
    case .float32(let values): values.map(Double.init)
    case .float64(let values): values
    case .int32(let values): values.map(Double.init)
    case .int64(let values): values.map(Double.init)
    case .uint8(let values): values.map(Double.init)
    }
  }
}
