import FrameSources
import Randomness
import Testing

@Suite("The order of an epoch")
struct EpochOrderTests {
  @Test("each epoch has every frame once, in an order of its own, the last batch short")
  func epochs() {
    var order = EpochOrder(count: 10, key: Key(seed: 1))
    #expect(order.updatesPerEpoch(size: 4) == 3 && order.updatesPerEpoch(size: 5) == 2)
    let batches = (0..<6).map { order.batch($0, size: 4) }
    #expect(batches.map(\.epoch) == [0, 0, 0, 1, 1, 1])
    #expect(batches.map(\.positions.count) == [4, 4, 2, 4, 4, 2])
    let first = batches[..<3].flatMap(\.positions)
    let second = batches[3...].flatMap(\.positions)
    #expect(first.sorted() == Array(0..<10) && second.sorted() == Array(0..<10))
    #expect(first != second && first != Array(0..<10))
  }

  @Test("a batch is a function of the key and the update, whatever was asked for before")
  func resuming() {
    var all = EpochOrder(count: 7, key: Key(seed: 2))
    let batches = (0..<9).map { all.batch($0, size: 3).positions }
    var resumed = EpochOrder(count: 7, key: Key(seed: 2))
    #expect(resumed.batch(7, size: 3).positions == batches[7])
    #expect(resumed.batch(1, size: 3).positions == batches[1])
    #expect(resumed.positions(epoch: 2) == batches[6...].flatMap { $0 })
    var other = EpochOrder(count: 7, key: Key(seed: 3))
    #expect((0..<9).map { other.batch($0, size: 3).positions } != batches)
  }

  @Test("a batch may be larger than the part")
  func large() {
    var order = EpochOrder(count: 2, key: Key(seed: 1))
    let batch = order.batch(5, size: 128)
    #expect(batch.epoch == 5 && batch.positions.sorted() == [0, 1])
  }
}
