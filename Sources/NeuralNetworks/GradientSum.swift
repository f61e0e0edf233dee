import Kernels

/// The sum of the shards' gradients of an update, with the sum of squares of each tensor that learns.
///
/// It is apart from the optimisers' steps, so that several can share it and that another process's
/// gradients can enter before them.
public struct GradientSum: Sendable {
  /// `trainedSize` floats.
  public let region: Region
  /// One for each of the store's learning tensors.
  let squares: Region
  private let learning: [ParameterStore.Entry]
  private let memory: Storage

  /// - Parameter region: where the sum is: that of the first shard.
  public init(_ store: ParameterStore, in region: Region) {
    precondition(
      region.count == store.trainedSize, "\(region.count) gradients for \(store.trainedSize)")
    self.region = region
    learning = store.learning
    memory = Storage(count: learning.count)
    squares = memory.region
  }

  /// Adds what others have, in their order, and takes the squares.
  ///
  /// - Parameter others: `trainedSize` floats each.
  public func add(_ others: [Region], pool: WorkerPool) {
    pool.run(units: learning.count) { [self] unit in
      let part = part(of: region, unit)
      for other in others { part.add(self.part(of: other, unit)) }
      squares[unit] = Float(part.sumOfSquares)
    }
  }

  private func part(of region: Region, _ unit: Int) -> Region {
    let parameter = learning[unit].parameter
    return region.slice(parameter.offset, count: parameter.count)
  }

  /// The norm of the whole gradient.
  public var norm: Double { squares.array.reduce(0) { $0 + Double($1) }.squareRoot() }
}
