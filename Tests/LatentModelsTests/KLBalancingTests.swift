import LatentModels
import TestSupport
import Testing

@Suite("free nats and KL balancing")
struct KLBalancingTests {
  private func apply(
    _ balancing: KLBalancing, _ divergence: [Float], weight: Float
  ) -> (loss: [Float], gradient: [Float]) {
    let (loss, gradient) = (
      keptRegion(count: divergence.count), keptRegion(count: divergence.count)
    )
    let mean = divergence.reduce(0, +) / Float(divergence.count)
    balancing.apply(
      to: keptRegion(divergence), batchMean: mean, weight: weight, loss: loss, gradient: gradient)
    return (loss.array, gradient.array)
  }

  @Test("DreamerV3: each row is floored at the free nats and has no gradient below")
  func separate() {
    let balancing = KLBalancing(freeNats: 1)
    let result = apply(balancing, [0.25, 3, 1, 1.5], weight: 0.125)
    #expect(result.loss == [1, 3, 1, 1.5])
    #expect(result.gradient == [0, 0.125, 0, 0.125])
    let scales = balancing.scales(dynamics: 1, representation: 0.1)
    #expect(scales.dynamics == 1 && scales.representation == 0.1)
  }

  /// The mean of (0.25, 3, 1, 1.75) is 1.5, above one free nat: 0.8 · 1.5 + 0.2 · 1.5, and every
  /// row has its share of the gradient, also those below one nat.
  @Test("DreamerV2: the average above the free nats trains every row")
  func balancedAbove() {
    let balancing = KLBalancing(freeNats: 1, balance: 0.8, freesAverage: true)
    let scales = balancing.scales(dynamics: 2, representation: 0.1)
    #expect(largestError([scales.dynamics, scales.representation], [1.6, 0.4]) < 1e-6)
    let result = apply(balancing, [0.25, 3, 1, 1.75], weight: 0.2)
    #expect(result.loss == [1.5, 1.5, 1.5, 1.5])
    #expect(result.gradient == [0.2, 0.2, 0.2, 0.2])
  }

  @Test("DreamerV2: an average below the free nats trains nothing, whatever its rows are")
  func balancedBelow() {
    let balancing = KLBalancing(freeNats: 2, balance: 0.8, freesAverage: true)
    let result = apply(balancing, [0.25, 3, 1, 1.75], weight: 0.2)
    #expect(result.loss == [2, 2, 2, 2])
    #expect(result.gradient == [0, 0, 0, 0])
  }

  @Test("DreamerV2 without the average: rows are floored one by one")
  func balancedRows() {
    let balancing = KLBalancing(freeNats: 1, balance: 0.8)
    let result = apply(balancing, [0.25, 3], weight: 0.4)
    #expect(result.loss == [1, 3])
    #expect(result.gradient == [0, 0.4])
  }

  @Test("rows at or below the free nats are counted as free; of an average, all or none")
  func freeCount() {
    let divergence = keptRegion([0.25, 3, 1, 1.5])
    func count(_ balancing: KLBalancing, mean: Float = 1.4375) -> Int {
      balancing.freeCount(of: divergence, batchMean: mean)
    }
    #expect(count(KLBalancing(freeNats: 1)) == 2)
    #expect(count(KLBalancing(freeNats: 0)) == 0)
    let average = KLBalancing(freeNats: 1.25, balance: 0.8, freesAverage: true)
    #expect(count(average) == 0)
    #expect(count(average, mean: 1.25) == 4)
  }
}
