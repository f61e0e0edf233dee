internal import CKernels
import Foundation

// Arrays as bytes and back, for what is kept in a packed form or written to a file.

extension Bytes {
  /// The memory itself, for the wrappers of C libraries.
  package var memory: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base, count: count)
  }

  /// Copies elements as they are in memory; they must fill the bytes.
  package func store<Element: BitwiseCopyable>(_ source: [Element], _ range: Range<Int>) {
    precondition(
      source.indices.contains(range) && range.count * MemoryLayout<Element>.stride == count,
      "elements \(range) of \(source.count) for \(count) bytes")
    source.withUnsafeBytes {
      let first = range.lowerBound * MemoryLayout<Element>.stride
      memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[first..<(first + count)]))
    }
  }

  /// Copies all bytes over elements of an array, from `first` on: they must be a whole number of
  /// elements, and any bytes must make one.
  package func load<Element: BitwiseCopyable>(into target: inout [Element], at first: Int) {
    let elements = count / MemoryLayout<Element>.stride
    precondition(
      count % MemoryLayout<Element>.stride == 0 && first >= 0 && first + elements <= target.count,
      "\(count) bytes for elements of \(target.count) from \(first) on")
    target.withUnsafeMutableBytes {
      let start = first * MemoryLayout<Element>.stride
      UnsafeMutableRawBufferPointer(rebasing: $0[start..<(start + count)])
        .copyMemory(from: UnsafeRawBufferPointer(memory))
    }
  }

  /// Stores numbers in half precision, to the nearest, ties to even: two bytes each.
  package func storeHalves(_ source: [Float], _ range: Range<Int>) {
    precondition(
      source.indices.contains(range) && range.count * 2 == count,
      "numbers \(range) of \(source.count) for \(count) bytes of halves")
    source.withUnsafeBufferPointer {
      guard let first = $0.baseAddress, count > 0 else { return }
      kernels.to_half(first + range.lowerBound, halves, range.count)
    }
  }

  /// Loads what ``storeHalves(_:_:)`` stored over numbers of an array, from `first` on.
  package func loadHalves(into target: inout [Float], at first: Int) {
    precondition(
      count % 2 == 0 && first >= 0 && first + count / 2 <= target.count,
      "\(count) bytes of halves for numbers of \(target.count) from \(first) on")
    target.withUnsafeMutableBufferPointer {
      guard let start = $0.baseAddress, count > 0 else { return }
      kernels.from_half(halves, start + first, count / 2)
    }
  }

  /// These bytes as numbers of two bytes; arrays of them begin at even addresses.
  private var halves: UnsafeMutablePointer<UInt16> {
    precondition(Int(bitPattern: base) % 2 == 0, "halves at an odd address")
    return UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt16.self)
  }

  /// A number that other bytes are very unlikely to have.
  package var checksum: UInt64 { ck_checksum(base, count) }

  /// The bytes, copied out.
  package var data: Data { Data(bytes: base, count: count) }

  /// Copies all of `data`, which has the same count.
  package func copy(from data: Data) {
    precondition(data.count == count, "copy of \(data.count) bytes to \(count)")
    data.withUnsafeBytes { memory.copyMemory(from: $0) }
  }
}

extension Range<Int> {
  fileprivate func contains(_ other: Range<Int>) -> Bool {
    other.lowerBound >= lowerBound && other.upperBound <= upperBound
  }
}

extension Data {
  /// Elements as they are in memory, one after the other.
  package init<Element: BitwiseCopyable>(elements: [Element]) {
    self = elements.withUnsafeBytes { Data($0) }
  }

  /// What ``init(elements:)`` took; nil where the bytes are no whole number of elements.
  package func elements<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
    of type: Element.Type
  ) -> [Element]? {
    guard count % MemoryLayout<Element>.stride == 0 else { return nil }
    var result = [Element](repeating: 0, count: count / MemoryLayout<Element>.stride)
    _ = result.withUnsafeMutableBytes { copyBytes(to: $0) }
    return result
  }

  /// A number that other bytes are very unlikely to have.
  package var checksum: UInt64 {
    var byte: UInt8 = 0
    return withUnsafeBytes { bytes in
      withUnsafePointer(to: &byte) { ck_checksum(bytes.baseAddress ?? UnsafeRawPointer($0), count) }
    }
  }
}
