import Randomness
import Testing

@Suite("Generator")
struct GeneratorTests {
  private var generator = Generator(key: Key(seed: 11))

  @Test("the same key draws the same sequence, which is that of the key's indices")
  func sequence() {
    var (one, other) = (generator, generator)
    let draws = (0..<100).map { _ in one.next() }
    #expect(draws == (0..<100).map { _ in other.next() })
    #expect(draws == (0..<100).map { Key(seed: 11).bits(at: $0) })
  }

  @Test("integers are equally frequent", arguments: [(1, 0.0), (2, 10.8), (6, 20.5), (10, 27.9)])
  func integers(bound: Int, limit: Double) {
    var generator = generator
    var counts = Array(repeating: 0, count: bound)
    for _ in 0..<30_000 { counts[generator.integer(below: bound)] += 1 }
    // 0.1 % of chi-squares with bound - 1 degrees of freedom are above the limit.
    #expect(chiSquare(counts) <= limit)
  }

  @Test("integers below large bounds reach both halves and stay below")
  func largeIntegers() {
    var generator = generator
    // At three eighths of the range of 64 bits, a remainder would favour the lower half 9:7.
    let bound = 3 << 61
    let draws = (0..<10_000).map { _ in generator.integer(below: bound) }
    #expect(draws.allSatisfy { 0..<bound ~= $0 })
    #expect(abs(draws.count { $0 < bound / 2 } - 5000) < 250)
  }

  @Test("uniform numbers fill their range evenly")
  func uniform() {
    var generator = generator
    var counts = Array(repeating: 0, count: 16)
    for _ in 0..<32_000 {
      let number = generator.uniform(-2, 6)
      #expect(number >= -2 && number < 6)
      counts[Int((number + 2) * 2)] += 1
    }
    #expect(chiSquare(counts) < 37.7)
  }

  @Test("normal numbers have the moments and the spread of a normal distribution")
  func normal() {
    var generator = generator
    let count = 100_000.0
    let numbers = (0..<100_000).map { _ in generator.normal() }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } }
        / count
    }
    // Five standard deviations of each estimate: √(1, 2, 15, 96) / √count.
    #expect(abs(moment(1)) < 0.016)
    #expect(abs(moment(2) - 1) < 0.023)
    #expect(abs(moment(3)) < 0.062)
    #expect(abs(moment(4) - 3) < 0.155)
    for (limit, share) in [(1.0, 0.682_69), (2.0, 0.954_50), (3.0, 0.997_30)] {
      let inside = Double(numbers.count { abs($0) < limit }) / count
      #expect(abs(inside - share) < 5 * (share * (1 - share) / count).squareRoot())
    }
  }

  @Test("every order is equally frequent after a shuffle")
  func shuffle() {
    var generator = generator
    var counts: [[Int]: Int] = [:]
    for _ in 0..<48_000 {
      var elements = [0, 1, 2, 3]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(chiSquare(Array(counts.values)) < 49.7)
  }

  @Test("a shuffle keeps all elements", arguments: [0, 1, 2, 17])
  func shuffleKeeps(count: Int) {
    var generator = generator
    var elements = Array(0..<count)
    generator.shuffle(&elements)
    #expect(elements.sorted() == Array(0..<count))
  }

  /// `Σ (observed - expected)² / expected` where all are expected equally often.
  private func chiSquare(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }
}
