import Kernels
import Randomness
import Testing

@Suite("Draws for rows of a batch")
struct FillTests {
  private let key = Key(seed: 5).fold("fill")

  private func uniform(_ rows: Int, _ numbering: RowNumbering, columns: Int) -> [Float] {
    let storage = Storage(count: rows * columns)
    storage.region.fillUniform(key: key, rows: numbering, columns: columns)
    return storage.region.array
  }

  private func normal(_ rows: Int, _ numbering: RowNumbering, columns: Int) -> [Float] {
    let storage = Storage(count: rows * columns)
    storage.region.fillNormal(key: key, rows: numbering, columns: columns)
    return storage.region.array
  }

  @Test("uniform numbers fill [0, 1) with the mean and variance of the distribution")
  func uniformMoments() {
    let numbers = uniform(1000, RowNumbering(), columns: 33).map(Double.init)
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(abs(mean - 0.5) < 0.008)  // five standard errors
    #expect(abs(variance - 1.0 / 12) < 0.003)
    #expect(Set(numbers).count > 32_000)
  }

  @Test("normal numbers have the mean and variance of the distribution")
  func normalMoments() {
    let numbers = normal(3000, RowNumbering(), columns: 5).map(Double.init)
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
    #expect(abs(mean) < 0.041)
    #expect(abs(variance - 1) < 0.058)
  }

  @Test(
    "a row's draw depends on its number in the batch, not on where it stands", arguments: [1, 3, 7])
  func addressing(columns: Int) {
    let all = uniform(12, RowNumbering(), columns: columns)
    let part = uniform(4, RowNumbering(start: 5), columns: columns)
    #expect(part == Array(all[5 * columns..<9 * columns]))
    #expect(
      normal(4, RowNumbering(start: 5), columns: columns)
        == Array(normal(12, RowNumbering(), columns: columns)[5 * columns..<9 * columns]))
  }

  @Test("time-major rows of a shard find the numbers of sequence-major rows of the batch")
  func shardNumbering() {
    // A batch of 3 sequences of 4 steps, sequence-major: row b·4 + t.
    let batch = uniform(12, RowNumbering(), columns: 2)
    // The shard of sequences 1 and 2, time-major: row t·2 + i.
    let shard = uniform(
      8, RowNumbering(start: 4, inner: 2, innerStride: 4, outerStride: 1), columns: 2)
    for t in 0..<4 {
      for i in 0..<2 {
        let (row, number) = (t * 2 + i, (i + 1) * 4 + t)
        #expect(shard[row * 2..<row * 2 + 2] == batch[number * 2..<number * 2 + 2])
      }
    }
  }
}
