internal import CKernels

/// A contiguous run of floats that an ``Arena`` or a ``Storage`` owns.
///
/// A region is a view: copying it copies no numbers, and it must not outlive its owner. Matrices are
/// row-major. Kernels take regions, check their counts once and then run on bare pointers; code
/// outside `Kernels` moves numbers in and out in bulk and never loops over elements.
package struct Region: @unchecked Sendable {
  @usableFromInline let memory: UnsafeMutablePointer<Float>
  package let count: Int
  #if DEBUG
    /// Of an arena's memory: how long it may be used, and where it begins there.
    @usableFromInline let lease: (lease: Lease, place: Arena.Mark)?

    init(
      base: UnsafeMutablePointer<Float>, count: Int, lease: (lease: Lease, place: Arena.Mark)?
    ) {
      (memory, self.count, self.lease) = (base, count, lease)
    }
  #endif

  init(base: UnsafeMutablePointer<Float>, count: Int) {
    (memory, self.count) = (base, count)
    #if DEBUG
      lease = nil
    #endif
  }

  /// For kernels alone. In debug builds, a trap where an arena has taken the memory back.
  @inlinable
  package var base: UnsafeMutablePointer<Float> {
    #if DEBUG
      // No floats are nobody's memory.
      if let lease, count > 0 {
        precondition(
          lease.lease.holds(lease.place), "an arena's memory is used after it was taken back")
      }
    #endif
    return memory
  }

  /// A part, which may be used as long as the whole.
  private func part(_ offset: Int, count: Int) -> Region {
    #if DEBUG
      return Region(base: base + offset, count: count, lease: lease)
    #else
      return Region(base: base + offset, count: count)
    #endif
  }

  /// The region of no floats: what stands where a gradient is not wanted.
  package static let empty = Region(
    base: UnsafeMutablePointer(bitPattern: MemoryLayout<Float>.alignment)!, count: 0)

  package var isEmpty: Bool { count == 0 }

  /// The part of this region that starts at `offset`.
  package func slice(_ offset: Int, count: Int) -> Region {
    precondition(
      offset >= 0 && count >= 0 && offset + count <= self.count,
      "slice \(offset)..<\(offset + count) of a region of \(self.count)")
    return part(offset, count: count)
  }

  /// The rows `range` of a matrix with `columns` columns.
  package func rows(_ range: Range<Int>, columns: Int) -> Region {
    slice(range.lowerBound * columns, count: range.count * columns)
  }

  package subscript(index: Int) -> Float {
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
  package var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  package func fill(_ value: Float) { base.update(repeating: value, count: count) }

  /// Copies all numbers of `source`, which has the same count.
  package func copy(from source: Region) {
    precondition(source.count == count, "copy of \(source.count) floats to \(count)")
    base.update(from: source.base, count: count)
  }

  /// Copies all numbers of `source`, which has the same count.
  package func copy(from source: [Float]) {
    precondition(source.count == count, "copy of \(source.count) floats to \(count)")
    source.withUnsafeBufferPointer {
      if count > 0 { base.update(from: $0.baseAddress!, count: count) }
    }
  }

  /// Copies the part of `source` that starts at `offset`.
  package func copy(from source: ArraySlice<Float>) {
    precondition(source.count == count, "copy of \(source.count) floats to \(count)")
    source.withUnsafeBufferPointer {
      if count > 0 { base.update(from: $0.baseAddress!, count: count) }
    }
  }
}

/// Memory for floats that lives as long as this object, aligned for vector loads and zero at first.
package final class Storage: @unchecked Sendable {
  package let region: Region

  package init(count: Int) {
    region = Region(base: allocateFloats(count), count: count)
  }

  package convenience init(_ numbers: [Float]) {
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
