/// A contiguous run of bytes that a ``ByteStorage`` owns: frames before the encoder, masks.
///
/// A view like ``Region``: copying it copies no bytes, and it must not outlive its owner.
package struct Bytes: @unchecked Sendable {
  private let start: UnsafeMutablePointer<UInt8>
  package let count: Int
  #if DEBUG
    /// The arena's memory that these bytes are in.
    private var owner: Region?
  #endif

  init(base: UnsafeMutablePointer<UInt8>, count: Int) {
    (start, self.count) = (base, count)
  }

  /// Bytes in the memory of floats.
  init(in floats: Region, count: Int) {
    self.init(
      base: UnsafeMutableRawPointer(floats.base).assumingMemoryBound(to: UInt8.self), count: count)
    #if DEBUG
      owner = floats
    #endif
  }

  /// For kernels alone. In debug builds, a trap where an arena has taken the memory back.
  package var base: UnsafeMutablePointer<UInt8> {
    #if DEBUG
      _ = owner?.base
    #endif
    return start
  }

  /// No bytes.
  package static let empty = Bytes(base: UnsafeMutablePointer(bitPattern: 1)!, count: 0)

  package var isEmpty: Bool { count == 0 }

  /// The part that starts at `offset`.
  package func slice(_ offset: Int, count: Int) -> Bytes {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= self.count,
      "slice \(offset)..<\(offset + count) of \(self.count) bytes")
    #if DEBUG
      var part = Bytes(base: base + offset, count: count)
      part.owner = owner
      return part
    #else
      return Bytes(base: base + offset, count: count)
    #endif
  }

  package subscript(index: Int) -> UInt8 {
    get {
      precondition(index >= 0 && index < count, "index \(index) of \(count) bytes")
      return base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index \(index) of \(count) bytes")
      base[index] = newValue
    }
  }

  /// The bytes, copied out.
  package var array: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  package func fill(_ value: UInt8) { base.update(repeating: value, count: count) }

  /// Copies all bytes of `source`, which has the same count.
  package func copy(from source: Bytes) {
    precondition(source.count == count, "copy of \(source.count) bytes to \(count)")
    base.update(from: source.base, count: count)
  }

  /// Copies all bytes of `source`, which has the same count.
  package func copy(from source: [UInt8]) { copy(from: source[...]) }

  /// Copies all bytes of `source`, which has the same count.
  package func copy(from source: ArraySlice<UInt8>) {
    precondition(source.count == count, "copy of \(source.count) bytes to \(count)")
    source.withUnsafeBufferPointer {
      if count > 0 { base.update(from: $0.baseAddress!, count: count) }
    }
  }
}

/// Memory for bytes that lives as long as this object, aligned for vector loads and zero at first.
package final class ByteStorage: @unchecked Sendable {
  package let bytes: Bytes

  package init(count: Int) {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    let base = raw.bindMemory(to: UInt8.self, capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
    bytes = Bytes(base: base, count: count)
  }

  package convenience init(_ numbers: [UInt8]) {
    self.init(count: numbers.count)
    bytes.copy(from: numbers)
  }

  deinit { bytes.base.deallocate() }
}
