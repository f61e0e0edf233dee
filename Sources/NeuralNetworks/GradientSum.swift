import Kernels

/// The sum of the shards' gradients of an update, with the sum of squares of each tensor that learns.
///
/// It is apart from the optimisers' steps, so that several can share it and that another process's
/// gradients can enter before them.
package struct GradientSum: Sendable {
  /// `trainedSize` floats.
  package let region: Region
  private let learning: [ParameterStore.Entry]
  /// One for each entry of the store; those that do not learn have none.
  private let squares: Storage

  /// - Parameter region: where the sum is: that of the first shard.
  package init(_ store: ParameterStore, in region: Region) {
    precondition(
      region.count == store.trainedSize, "\(region.count) gradients for \(store.trainedSize)")
    self.region = region
    learning = store.learning
    squares = Storage(count: store.entries.count)
  }

  /// Adds what others have, in their order, and takes the squares.
  ///
  /// - Parameter others: `trainedSize` floats each.
  package func add(_ others: [Region], pool: WorkerPool) {
    pool.run(units: learning.count) { [self] unit in
      let entry = learning[unit]
      let sum = part(of: entry)
      let (offset, count) = (entry.parameter.offset, entry.parameter.count)
      for other in others { sum.add(other.slice(offset, count: count)) }
      squares.region[entry.index] = Float(sum.sumOfSquares)
    }
  }

  /// The gradient of one tensor.
  func part(of entry: ParameterStore.Entry) -> Region {
    region.slice(entry.parameter.offset, count: entry.parameter.count)
  }

  /// The sum of squares of one tensor's gradient.
  func squares(of entry: ParameterStore.Entry) -> Float { squares.region[entry.index] }

  /// The norm of the whole gradient.
  package var norm: Double {
    learning.reduce(0) { $0 + Double(squares(of: $1)) }.squareRoot()
  }
}
