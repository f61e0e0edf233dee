import Kernels
import Synchronization
import TestSupport
import Testing

@Suite("Worker pool")
struct WorkerPoolTests {
  @Test("every unit runs once", arguments: [1, 2, 3, 8], [0, 1, 2, 7, 500])
  func units(threads: Int, units: Int) {
    let pool = WorkerPool(threads: threads)
    #expect(pool.threadCount == threads)
    let counts = Counts(units)
    for round in 1...3 {
      pool.run(units: units) { counts.add(1, at: $0) }
      #expect(counts.all == Array(repeating: round, count: units))
    }
  }

  @Test("all units are done when a run returns")
  func completion() {
    let pool = WorkerPool(threads: 4)
    let counts = Counts(4)
    for round in 1...200 {
      pool.run(units: 4) { unit in
        // Units of different lengths, so that threads finish at different times.
        for _ in 0..<(unit * 50 + 1) { counts.add(0, at: unit) }
        counts.add(1, at: unit)
      }
      #expect(counts.all == Array(repeating: round, count: 4))
    }
  }

  @Test("no thread count changes a bit of what units compute", arguments: [1, 2, 5])
  func independence(threads: Int) {
    #expect(products(threads: threads) == products(threads: 1))
  }

  @Test("each workspace runs with its own number")
  func workspaces() {
    let pool = WorkerPool(threads: 3)
    let workspaces = Workspaces(count: 6) { Arena(blockSize: 16 * ($0 + 1)) }
    let counts = Counts(6)
    pool.run(workspaces) { arena, number in
      _ = arena.allocate(1)
      counts.add(arena.capacity, at: number)
    }
    #expect(counts.all == (1...6).map { 16 * $0 })
    #expect(workspaces.map(\.capacity) == counts.all)
  }

  @Test("every computing thread flushes denormals to zero", arguments: [1, 3])
  func denormals(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let numbers = keptRegion(filledWith: .leastNormalMagnitude, count: 64)
    pool.run(units: 64) { numbers[$0] *= 0.5 }
    #expect(numbers.array == Array(repeating: 0, count: 64))
  }

  @Test("a pool can go at once, used or not")
  func deinitialisation() {
    let counts = Counts(1)
    for round in 0..<50 {
      let pool = WorkerPool(threads: 3)
      if round % 2 == 0 { pool.run(units: 5) { _ in counts.add(1, at: 0) } }
    }
    #expect(counts.all == [125])
  }

  /// What 12 units multiply out, one matrix each.
  private func products(threads: Int) -> [[Float]] {
    let pool = WorkerPool(threads: threads)
    let results = (0..<12).map { _ in keptRegion(count: 20 * 30) }
    pool.run(units: 12) { unit in
      GEMM.multiply(
        matrix(20, 40, seed: unit + 1), matrix(40, 30, seed: unit + 2),
        into: Matrix(results[unit], rows: 20, columns: 30))
    }
    return results.map(\.array)
  }
}

/// A matrix of numbers whose products must be rounded.
private func matrix(_ rows: Int, _ columns: Int, seed: Int) -> Matrix {
  let numbers: [Float] = (0..<(rows * columns)).map { 1 / Float($0 + seed) }
  return Matrix(keptRegion(numbers), rows: rows, columns: columns)
}

/// Sums that several threads add to.
private final class Counts: Sendable {
  private let sums: Mutex<[Int]>

  init(_ count: Int) { sums = Mutex(Array(repeating: 0, count: count)) }

  func add(_ number: Int, at index: Int) { sums.withLock { $0[index] += number } }

  var all: [Int] { sums.withLock { $0 } }
}
