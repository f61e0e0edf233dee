import Foundation
import Randomness
import Testing

@Suite("Keys")
struct KeyTests {
  private let root = Key(seed: 3)

  @Test("a draw depends on key and index alone")
  func addressed() {
    let later = root.bits(at: 1000)
    _ = root.bits(at: 1)
    #expect(root.bits(at: 1000) == later)
    #expect(Key(seed: 3).bits(at: 1000) == later)
    #expect(Key(seed: 4).bits(at: 1000) != later)
  }

  @Test("seeds, numbers, labels and their order give different keys")
  func distinctFolds() {
    var keys = Set((0..<2000).map { Key(seed: UInt64($0)) })
    keys.formUnion((-2000..<2000).map { root.fold($0) })
    keys.formUnion(["", "a", "b", "ab", "ba", "actor", "critic"].map { root.fold($0) })
    keys.formUnion((0..<1000).map { root.fold("a").fold($0) })
    keys.formUnion((0..<1000).map { root.fold($0 + 2000).fold("a") })
    // The root is itself among the seeds.
    #expect(keys.count == 2000 + 4000 + 7 + 1000 + 1000)
    #expect(root.fold(1).fold(2) != root.fold(2).fold(1))
    #expect(root.fold("a").fold("b") != root.fold("ab"))
  }

  @Test("neighbouring keys draw without correlation", arguments: [0, 1, 41])
  func independentFolds(number: Int) {
    let (first, second) = (root.fold(number), root.fold(number + 1))
    let count = 20_000
    let covariance = (0..<count).reduce(0.0) {
      $0 + (Double(first.uniform(at: $1)) - 0.5) * (Double(second.uniform(at: $1)) - 0.5)
    }
    // The correlation of independent draws has a standard deviation of 1/√count = 0.007.
    #expect(abs(covariance * 12 / Double(count)) < 0.03)
  }

  @Test("each bit of a draw is set half of the time")
  func balancedBits() {
    var counts = Array(repeating: 0, count: 64)
    for index in 0..<10_000 {
      let bits = root.bits(at: index)
      for bit in counts.indices { counts[bit] += Int(bits >> UInt64(bit) & 1) }
    }
    // A standard deviation is 50.
    #expect(counts.allSatisfy { abs($0 - 5000) < 250 })
  }

  @Test("uniform numbers are at least 0 and below 1, and their mean is a half")
  func uniform() {
    let numbers = (0..<20_000).map { root.uniform(at: $0) }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0.0) { $0 + Double($1) } / 20_000
    // A standard deviation is 0.002.
    #expect(abs(mean - 0.5) < 0.01)
  }

  @Test("a key that was written down is the same when it is read")
  func coding() throws {
    let key = root.fold("coding")
    #expect(try JSONDecoder().decode(Key.self, from: JSONEncoder().encode(key)) == key)
  }
}
