/// A contiguous run of bytes that a ``ByteStorage`` owns: frames before the encoder, masks.
///
/// A view like ``Region``: copying it copies no bytes, and it must not outlive its owner.
public struct Bytes: @unchecked Sendable {
  let base: UnsafeMutablePointer<UInt8>
  public let count: Int

  init(base: UnsafeMutablePointer<UInt8>, count: Int) {
    self.base = base
    self.count = count
  }

  /// No bytes.
  public static let empty = Bytes(base: UnsafeMutablePointer(bitPattern: 1)!, count: 0)

  public var isEmpty: Bool { count == 0 }

  /// The part that starts at `offset`.
  public func slice(_ offset: Int, count: Int) -> Bytes {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= self.count,
      "slice \(offset)..<\(offset + count) of \(self.count) bytes")
    return Bytes(base: base + offset, count: count)
  }

  public subscript(index: Int) -> UInt8 {
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
  public var array: [UInt8] { Array(UnsafeBufferPointer(start: base, count: count)) }

  public func fill(_ value: UInt8) { base.update(repeating: value, count: count) }

  /// Copies all bytes of `source`, which has the same count.
  public func copy(from source: Bytes) {
    precondition(source.count == count, "copy of \(source.count) bytes to \(count)")
    base.update(from: source.base, count: count)
  }

  /// Copies all bytes of `source`, which has the same count.
  public func copy(from source: [UInt8]) { copy(from: source[...]) }

  /// Copies all bytes of `source`, which has the same count.
  public func copy(from source: ArraySlice<UInt8>) {
    precondition(source.count == count, "copy of \(source.count) bytes to \(count)")
    source.withUnsafeBufferPointer {
      if count > 0 { base.update(from: $0.baseAddress!, count: count) }
    }
  }
}

/// Memory for bytes that lives as long as this object, aligned for vector loads and zero at first.
public final class ByteStorage: @unchecked Sendable {
  public let bytes: Bytes

  public init(count: Int) {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
    let base = raw.bindMemory(to: UInt8.self, capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
    bytes = Bytes(base: base, count: count)
  }

  public convenience init(_ numbers: [UInt8]) {
    self.init(count: numbers.count)
    bytes.copy(from: numbers)
  }

  deinit { bytes.base.deallocate() }
}
