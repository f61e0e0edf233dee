import Foundation
import Kernels
import Testing

@Suite("Arrays as bytes")
struct RecordTests {
  @Test("every half is read as the number that it is, and stored as itself")
  func allHalves() {
    let storage = ByteStorage(count: 65_536 * 2)
    storage.bytes.store((0..<65_536).map { UInt16($0) }, 0..<65_536)
    var numbers = [Float](repeating: 0, count: 65_536)
    storage.bytes.loadHalves(into: &numbers, at: 0)
    var back = [UInt16](repeating: 0, count: 65_536)
    let stored = ByteStorage(count: 65_536 * 2)
    stored.bytes.storeHalves(numbers, 0..<65_536)
    stored.bytes.load(into: &back, at: 0)
    for bits in 0..<65_536 {
      if bits & 0x7fff > 0x7c00 {
        #expect(numbers[bits].isNaN && back[bits] & 0x7fff > 0x7c00)
      } else {
        #expect(Double(numbers[bits]) == Self.value(UInt16(bits)) && back[bits] == UInt16(bits))
      }
    }
  }

  @Test("numbers round to the nearest half, ties to even, whether or not denormals are flushed")
  func rounding() {
    flushDenormals()
    var numbers: [Float] = [
      0, -0.0, 1, 1.00048828125, 1.00146484375, 65_504, 65_519.996, 65_520, -1e9, .infinity,
      0x1p-24,
      0x1p-25, 0x1.8p-25, 0x1.8p-24, 0x1p-14, 0x1.ffcp-15, 0x1.ffep-15, 0x1p-140, 0.1, -0.3,
    ]
    // Between neighbouring halves of all sizes.
    for bits in stride(from: 1, to: 0x7bff, by: 97) {
      let (low, high) = (Float(Self.value(UInt16(bits))), Float(Self.value(UInt16(bits + 1))))
      numbers += [(low + high) / 2, ((low + high) / 2).nextUp, ((low + high) / 2).nextDown, -low]
    }
    let storage = ByteStorage(count: numbers.count * 2)
    storage.bytes.storeHalves(numbers, numbers.indices)
    var halves = [UInt16](repeating: 0, count: numbers.count)
    storage.bytes.load(into: &halves, at: 0)
    for (number, half) in zip(numbers, halves) {
      #expect(half == Self.half(number), "\(number)")
    }
  }

  /// A half's number (IEEE 754, binary16), by arithmetic that no thread's flags change: Swift's own
  /// conversions flush denormals where floats are flushed.
  private static func value(_ bits: UInt16) -> Double {
    let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
    let magnitude =
      exponent == 31
      ? Double.infinity
      : exponent == 0
        ? fraction * 0x1p-24 : (1024 + fraction) * 0x1p-25 * Double(1 << exponent)
    return bits >> 15 == 0 ? magnitude : -magnitude
  }

  /// The half nearest to a number, of two the even one.
  private static func half(_ number: Float) -> UInt16 {
    let magnitude = Double(number.magnitude)
    let exponent = max(magnitude == 0 ? -14 : min(Int(magnitude.exponent), 16), -14)
    let unit = Double(sign: .plus, exponent: exponent - 10, significand: 1)
    let steps = (magnitude / unit).rounded(.toNearestOrEven)
    // Beyond the last half the steps reach its exponent's successor, which is infinity's.
    let bits = magnitude < 65_520 ? Int(steps) + (exponent + 14) << 10 : 0x7c00
    return UInt16(bits) | (number.sign == .minus ? 0x8000 : 0)
  }

  @Test("parts of arrays go to bytes and back, and touch nothing else")
  func parts() {
    let storage = ByteStorage(count: 12)
    storage.bytes.slice(4, count: 8).store([1, 2, 3, 4] as [Float], 1..<3)
    var floats: [Float] = [9, 9, 9, 9]
    storage.bytes.slice(4, count: 8).load(into: &floats, at: 2)
    #expect(floats == [9, 9, 2, 3])
    #expect(storage.bytes.slice(0, count: 4).array == [0, 0, 0, 0])
    #expect(Data(elements: [1, 258] as [UInt32]) == Data([1, 0, 0, 0, 2, 1, 0, 0]))
    #expect(Data([1, 0, 0, 0, 2, 1, 0, 0]).elements(of: UInt32.self) == [1, 258])
    #expect(Data([1, 0, 0]).elements(of: UInt32.self) == nil)
  }

  @Test("checksums are XXH64's")
  func checksums() {
    #expect(Data().checksum == 0xef46_db37_51d8_e999)
    #expect(Data("a".utf8).checksum == 0xd24e_c4f1_a98c_6e5b)
    #expect(Data("abc".utf8).checksum == 0x44bc_2cf5_ad77_0999)
    // More than 32 bytes go through four lanes; the value is that of the xxhash package for Python.
    let text = Data("Nobody inspects the spammish repetition".utf8)
    #expect(text.checksum == 0xfbce_a83c_8a37_8bf1)
    let storage = ByteStorage([97, 98, 99])
    let checksum = withExtendedLifetime(storage) { storage.bytes.checksum }
    #expect(checksum == Data("abc".utf8).checksum)
  }
}

@Suite("Jobs behind the caller's back")
struct JobQueueTests {
  @Test("jobs are done in their order, and draining waits for all")
  func order() {
    let queue = JobQueue(capacity: 1000)
    let done = Locked<[Int]>([])
    for number in 0..<500 { queue.submit(cost: 1) { done.withLock { $0.append(number) } } }
    queue.drain()
    #expect(done.withLock { $0 } == Array(0..<500))
  }

  @Test("those who submit wait while what is not done costs too much")
  func capacity() {
    let queue = JobQueue(capacity: 10)
    let (waiting, most) = (Locked(0), Locked(0))
    for _ in 0..<200 {
      queue.submit(cost: 4) { waiting.withLock { $0 -= 1 } }
      let count = waiting.withLock { count in
        count += 1
        return count
      }
      most.withLock { $0 = max($0, count) }
    }
    queue.drain()
    // Two fit; the third is counted here before the first one's end is.
    #expect(most.withLock { $0 } <= 3)
  }

  @Test("a job that costs more than the capacity is done alone")
  func large() {
    let queue = JobQueue(capacity: 1)
    let done = Locked(0)
    for _ in 0..<3 { queue.submit(cost: 100) { done.withLock { $0 += 1 } } }
    queue.drain()
    #expect(done.withLock { $0 } == 3)
  }

  @Test("what was submitted is done, even if the queue goes first")
  func ending() {
    let done = Locked(0)
    do {
      let queue = JobQueue(capacity: 1000)
      for _ in 0..<50 { queue.submit { done.withLock { $0 += 1 } } }
    }
    let start = ContinuousClock.now
    while done.withLock({ $0 }) < 50, ContinuousClock.now - start < .seconds(60) {
      Thread.sleep(forTimeInterval: 0.001)
    }
    #expect(done.withLock { $0 } == 50)
  }
}
