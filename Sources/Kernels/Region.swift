internal import CKernels

/// A contiguous run of floats that an ``Arena`` or a ``Storage`` owns.
///
/// A region is a view: copying it copies no numbers, and it must not outlive its owner. Matrices are
/// row-major. Kernels take regions, check their counts once and then run on bare pointers; code
/// outside `Kernels` moves numbers in and out in bulk and never loops over elements.
public struct Region: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  public let count: Int

  init(base: UnsafeMutablePointer<Float>, count: Int) {
    self.base = base
    self.count = count
  }

  /// The region of no floats: what stands where a gradient is not wanted.
  public static let empty = Region(
    base: UnsafeMutablePointer(bitPattern: MemoryLayout<Float>.alignment)!, count: 0)

  public var isEmpty: Bool { count == 0 }

  /// The part of this region that starts at `offset`.
  public func slice(_ offset: Int, count: Int) -> Region {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= self.count,
      "slice \(offset)..<\(offset + count) of a region of \(self.count)")
    return Region(base: base + offset, count: count)
  }

  /// The rows `range` of a matrix with `columns` columns.
  public func rows(_ range: Range<Int>, columns: Int) -> Region {
    slice(range.lowerBound * columns, count: range.count * columns)
  }

  public subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "index \(index) of a region of \(count)")
      return base[index]
    }
    nonmutating set {
      precondition(index >= 0 && index < count, "index \(index) of a region of \(count)")
      base[index] = newValue
    }
  }

  /// The numbers, copied out.
  public var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  public func fill(_ value: Float) { base.update(repeating: value, count: count) }

  /// Copies all numbers of `source`, which has the same count.
  public func copy(from source: Region) {
    precondition(source.count == count, "copy of \(source.count) floats to \(count)")
    base.update(from: source.base, count: count)
  }

  /// Copies all numbers of `source`, which has the same count.
  public func copy(from source: [Float]) {
    precondition(source.count == count, "copy of \(source.count) floats to \(count)")
    source.withUnsafeBufferPointer {
      if count > 0 { base.update(from: $0.baseAddress!, count: count) }
    }
  }

  /// Copies the part of `source` that starts at `offset`.
  public func copy(from source: ArraySlice<Float>) {
    precondition(source.count == count, "copy of \(source.count) floats to \(count)")
    source.withUnsafeBufferPointer {
      if count > 0 { base.update(from: $0.baseAddress!, count: count) }
    }
  }
}

/// Memory for floats that lives as long as this object, aligned for vector loads and zero at first.
public final class Storage: @unchecked Sendable {
  public let region: Region

  public init(count: Int) {
    region = Region(base: allocateFloats(count), count: count)
  }

  public convenience init(_ numbers: [Float]) {
    self.init(count: numbers.count)
    region.copy(from: numbers)
  }

  deinit { region.base.deallocate() }
}

/// Zeroed floats at a multiple of 64 bytes, the width of an AVX-512 register; large ones on huge pages.
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let (bytes, hugePage) = (max(count, 1) * MemoryLayout<Float>.stride, 2 << 20)
  let isLarge = bytes >= hugePage
  let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? hugePage : 64)
  if isLarge { ck_prefer_huge_pages(raw, bytes) }
  let base = raw.bindMemory(to: Float.self, capacity: max(count, 1))
  base.initialize(repeating: 0, count: max(count, 1))
  return base
}
