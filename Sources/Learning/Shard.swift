import Autodiff
import Kernels
import NeuralNetworks

/// The memory of one part of a batch, and what its thread found on the way through an update.
///
/// `Scratch` is what one half of an update leaves for the next, of the trainer's own type.
package final class Shard<Scratch> {
  package let tape: Tape
  package let gradients: Storage
  package var scratch: Scratch?
  /// Losses of single rows, in the same order in every shard.
  package private(set) var losses: [RowLosses] = []
  package private(set) var sums: [RowSum] = []

  init(_ parameters: ParameterStore) {
    gradients = Storage(count: parameters.trainedSize)
    tape = Tape(arena: Arena(), values: parameters.values, gradients: gradients.region)
  }

  /// Forgets the last update.
  package func begin() {
    tape.reset()
    gradients.region.fill(0)
    scratch = nil
    (losses, sums) = ([], [])
  }

  /// Takes note of a term's losses.
  package func record(_ term: LossTerm, rows: [Float]) {
    losses.append(RowLosses(term: term, rows: rows))
  }

  /// Takes note of a sum over rows.
  package func record(_ name: String, sum: Double, count: Int) {
    sums.append(RowSum(name: name, sum: sum, count: count))
  }
}

/// The parts that a batch is cut into: a fixed number, whatever the threads, so that sums have the same
/// bits on any number of them.
///
/// An update of any trainer goes: ``run(_:_:)`` forward; a rendezvous, where what depends on the whole
/// batch is computed from every shard's scratch; ``run(_:_:)`` losses and sweep; ``sumGradients(_:)``;
/// the steps of the optimisers.
package final class Shards<Scratch> {
  private let workspaces: Workspaces<Shard<Scratch>>
  private let sum: GradientSum

  package init(count: Int, of parameters: ParameterStore) {
    workspaces = Workspaces(count: count) { _ in Shard(parameters) }
    sum = GradientSum(parameters, in: workspaces[0].gradients.region)
  }

  package var count: Int { workspaces.count }

  package subscript(index: Int) -> Shard<Scratch> { workspaces[index] }

  package func map<Result>(_ transform: (Shard<Scratch>) throws -> Result) rethrows -> [Result] {
    try workspaces.map(transform)
  }

  /// Runs `body` once for each shard, with its number, each whole on one thread.
  package func run(
    _ pool: WorkerPool, _ body: @escaping @Sendable (Shard<Scratch>, Int) -> Void
  ) { pool.run(workspaces, body) }

  /// The sum of all shards' gradients, in their order. It stands where the first shard's were.
  package func sumGradients(_ pool: WorkerPool) -> GradientSum {
    sum.add(Array(workspaces.map(\.gradients.region).dropFirst()), pool: pool)
    return sum
  }

  /// Multiply-adds of linear layers and convolutions of the last update.
  package var multiplyAdds: Int { workspaces.map(\.tape.multiplyAdds).reduce(0, +) }

  /// The sequences that are a shard's: parts as equal as they can be.
  ///
  /// - Parameter size: of the batch.
  package static func part(_ shard: Int, of count: Int, _ size: Int) -> Range<Int> {
    size * shard / count..<size * (shard + 1) / count
  }
}

extension Shards {
  /// Each term's mean over all rows, in shard order.
  package var lossMeans: LossMeans {
    let terms = workspaces[0].losses.enumerated().map { index, loss in
      let rows = workspaces.map { $0.losses[index].rows }.joined()
      return (term: loss.term, mean: rows.reduce(0.0) { $0 + Double($1) } / Double(rows.count))
    }
    return LossMeans(terms: terms)
  }

  /// The means of what was summed over rows, in shard order.
  package var sumMeans: [(name: String, mean: Double)] {
    workspaces[0].sums.enumerated().map { index, first in
      let parts = workspaces.map { $0.sums[index] }
      let count = parts.reduce(0) { $0 + $1.count }
      return (first.name, parts.reduce(0.0) { $0 + $1.sum } / Double(count))
    }
  }

  /// Losses of single rows of the last update, `[B, rows]` by term, where each shard has its rows time
  /// first.
  ///
  /// - Parameter size: B.
  package func rowLosses(batchSize size: Int) -> [RowLosses] {
    workspaces[0].losses.enumerated().map { index, loss in
      var rows: [Float] = []
      for shard in 0..<count {
        let b = Self.part(shard, of: count, size).count
        RowOrder.append(workspaces[shard].losses[index].rows, sequences: b, to: &rows)
      }
      return RowLosses(term: loss.term, rows: rows)
    }
  }
}
