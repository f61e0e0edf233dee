import Randomness

/// The order in which the frames of a part are trained on: in each epoch all of them once, in a
/// permutation that is a function of the key and the epoch alone. So a run that goes on needs to know
/// nothing but the number of its next update.
package struct EpochOrder: Sendable {
  /// Frames of the part.
  package let count: Int
  private let key: Key
  /// That of the epoch that was asked for last, for it takes as long as the part is large.
  private var permutation: (epoch: Int, positions: [Int])?

  /// - Precondition: `count` is at least 1.
  package init(count: Int, key: Key) {
    precondition(count > 0, "an order of \(count) frames")
    (self.count, self.key) = (count, key)
  }

  /// Batches of an epoch; the last may be shorter than the others.
  package func updatesPerEpoch(size: Int) -> Int { (count + size - 1) / size }

  /// All positions in the order of an epoch, the first of which is 0.
  package func positions(epoch: Int) -> [Int] {
    var positions = Array(0..<count)
    var generator = Generator(key: key.fold("epoch").fold(epoch))
    generator.shuffle(&positions)
    return positions
  }

  /// The batch of an update, the first of which is 0.
  ///
  /// - Parameter size: frames of a batch; at least 1.
  /// - Returns: the epoch that the update is in, and `size` positions in the part, or fewer at the end of
  ///   an epoch.
  package mutating func batch(_ update: Int, size: Int) -> (epoch: Int, positions: [Int]) {
    precondition(update >= 0 && size > 0, "batch \(update) of \(size) frames")
    let (epoch, batch) = update.quotientAndRemainder(dividingBy: updatesPerEpoch(size: size))
    if permutation?.epoch != epoch { permutation = (epoch, positions(epoch: epoch)) }
    let part = batch * size..<min((batch + 1) * size, count)
    return (epoch, permutation.map { Array($0.positions[part]) } ?? [])
  }
}
