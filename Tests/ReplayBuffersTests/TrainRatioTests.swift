import Foundation
import ReplayBuffers
import Testing

@Suite("Train ratio")
struct TrainRatioTests {
  @Test("the first call asks for one update, later ones for what whole updates have come due")
  func fractions() {
    var ratio = TrainRatio(ratio: 0.25)
    // 10 → 1; then (step - previous) / 4: 3 steps, 4, 3, 9 (two updates, one step left), 4.
    let updates = [10, 13, 14, 17, 23, 26, 26].map { ratio.updates(at: $0) }
    #expect(updates == [1, 0, 1, 0, 2, 1, 0])
    #expect(ratio.previous == 26)
  }

  @Test("a ratio above one asks for several updates a step")
  func multiples() {
    var ratio = TrainRatio(ratio: 2)
    let updates = [100, 101, 102, 105].map { ratio.updates(at: $0) }
    #expect(updates == [1, 2, 2, 6])
  }

  @Test("what rounding delays is not lost", arguments: [0.1, 0.3, 1.5, 2.7])
  func rounding(ratio number: Double) {
    var ratio = TrainRatio(ratio: number)
    let total = (0...1000).reduce(0) { $0 + ratio.updates(at: $1) }
    #expect(abs(Double(total) - 1 - 1000 * number) <= 1)
  }

  @Test("the reference's train ratio of 32 at 16×64 is an update every 32 steps")
  func reference() {
    var ratio = TrainRatio(trainRatio: 32, sequences: 16, length: 64)
    #expect(ratio.ratio == 1.0 / 32)
    let total = stride(from: 0, through: 32 * 100, by: 16).reduce(0) { $0 + ratio.updates(at: $1) }
    #expect(total == 101)
  }

  @Test("a ratio of zero asks for nothing, not even first")
  func zero() {
    var ratio = TrainRatio(ratio: 0)
    #expect(ratio.updates(at: 5) == 0 && ratio.updates(at: 500) == 0)
  }

  @Test("a decoded ratio continues where the encoded one was")
  func coding() throws {
    var ratio = TrainRatio(ratio: 0.3)
    _ = (0..<17).map { ratio.updates(at: $0) }
    var copy = try JSONDecoder().decode(TrainRatio.self, from: JSONEncoder().encode(ratio))
    #expect(copy == ratio)
    #expect((17..<60).map { copy.updates(at: $0) } == (17..<60).map { ratio.updates(at: $0) })
  }
}
