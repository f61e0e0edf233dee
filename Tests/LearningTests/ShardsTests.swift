import Autodiff
import Kernels
import Learning
import NeuralNetworks
import Randomness
import TestSupport
import Testing

extension LossTerm.Kind {
  fileprivate static let fit = Self("fit")
}

@Suite("an update in shards")
struct ShardsTests {
  private static let error = LossTerm("error", weight: 2, kind: .fit)
  private static let size = LossTerm("size", weight: 0.5, kind: .fit)

  /// Fits `y = x W` to numbers, which is no agent: rows are cut into shards.
  private struct Fit {
    let layer: Linear
    let store: ParameterStore
    let shards: Shards<Tensor>
    let optimizer: Optimizer

    init(shards count: Int) {
      var builder = ParameterBuilder()
      layer = Linear(
        from: 3, to: 2, .ones, named: "fit", in: &builder)
      store = ParameterStore(builder, key: Key(seed: 1))
      shards = Shards(count: count, of: store)
      var configuration = OptimizerConfiguration()
      (configuration.lr, configuration.warmup) = (0.05, 0)
      optimizer = Optimizer(configuration, store: store)
    }

    static func numbers(_ rows: Range<Int>, _ columns: Int) -> [Float] {
      rows.flatMap { row in (0..<columns).map { Float((row * 7 + $0 * 3) % 11) / 11 } }
    }

    func update(_ n: Int, rows size: Int, pool: WorkerPool) -> UpdateStatistics {
      let (layer, count) = (layer, shards.count)
      shards.run(pool) { shard, index in
        shard.begin()
        let rows = Shards<Tensor>.part(index, of: count, size)
        let x = shard.tape.constant(Self.numbers(rows, 3), rows: rows.count, columns: 3)
        shard.scratch = layer(x, shard.tape)
      }
      // The rendezvous: the largest output of the whole batch, from which all shards scale.
      let largest = shards.map { $0.scratch?.values.array.max() ?? 0 }.max() ?? 1
      shards.run(pool) { shard, index in
        guard let y = shard.scratch else { return }
        let rows = Shards<Tensor>.part(index, of: count, size)
        let target = shard.tape.constant(Self.numbers(rows, 2), rows: rows.count, columns: 2)
        let error = shard.tape.squaredError(y, target: target.values)
        error.gradient.fill(ShardsTests.error.weight / largest / Float(size))
        shard.record(ShardsTests.error, rows: error.values.array)
        shard.record(ShardsTests.size, rows: rows.map { Float($0) })
        shard.record("rows", sum: Double(rows.count), count: 1)
        shard.tape.backward()
      }
      return optimizer.update(n, gradients: shards.sumGradients(pool), pool: pool)
    }
  }

  @Test("parts are as equal as they can be and cover the batch")
  func parts() {
    let parts = (0..<4).map { Shards<Int>.part($0, of: 4, 10) }
    #expect(parts == [0..<2, 2..<5, 5..<7, 7..<10])
    #expect((0..<3).map { Shards<Int>.part($0, of: 3, 2).count } == [0, 1, 1])
  }

  @Test("the same bits on any number of threads, and nearly the same in any number of shards")
  func bits() {
    func weights(shards: Int, threads: Int) -> [Float] {
      let (fit, pool) = (Fit(shards: shards), WorkerPool(threads: threads))
      for n in 1...5 { _ = fit.update(n, rows: 11, pool: pool) }
      return fit.store.values.array
    }
    #expect(weights(shards: 4, threads: 1) == weights(shards: 4, threads: 3))
    #expect(largestError(weights(shards: 1, threads: 1), weights(shards: 4, threads: 2)) < 1e-5)
  }

  @Test(
    "the loss falls under a thousandth of the first, and its terms are weighted means over rows")
  func losses() {
    let (fit, pool) = (Fit(shards: 3), WorkerPool(threads: 1))
    var first = 0.0
    for n in 1...200 {
      _ = fit.update(n, rows: 10, pool: pool)
      if n == 1 { first = fit.shards.lossMeans.terms[0].mean }
    }
    let losses = fit.shards.lossMeans
    let (terms, total) = (losses.terms, losses.total)
    #expect(terms.map(\.term) == [Self.error, Self.size])
    #expect(terms[0].mean < 0.2 * first)
    // Rows 0 to 9.
    #expect(terms[1].mean == 4.5)
    #expect(abs(total - (2 * terms[0].mean + 0.5 * 4.5)) < 1e-9)
    #expect(fit.shards.sumMeans.map(\.mean) == [10.0 / 3])
    #expect(fit.shards.rowLosses(batchSize: 10)[1].rows == (0..<10).map(Float.init))
    #expect(fit.shards.multiplyAdds > 0)
  }

  @Test("another process's gradients can enter before the step")
  func others() {
    let (one, both, pool) = (Fit(shards: 2), Fit(shards: 2), WorkerPool(threads: 1))
    let alone = one.update(1, rows: 10, pool: pool)
    let other = Storage(both.shards[0].gradients.region.array.map { _ in 0.25 })
    _ = both.update(1, rows: 10, pool: pool)
    let sum = both.shards.sumGradients(pool)
    sum.add([other.region], pool: pool)
    let together = both.optimizer.update(2, gradients: sum, pool: pool)
    #expect(abs(together.gradientNorm - sum.norm) < 1e-9)
    #expect(together.gradientNorm != alone.gradientNorm)
  }

  @Test("of losses that are no numbers the first is named, and else the total")
  func badNumbers() {
    func name(_ means: Double...) -> String? {
      let terms = means.enumerated().map { index, mean in
        (term: LossTerm("\(index)", weight: 1e30, kind: .fit), mean: mean)
      }
      return LossMeans(terms: terms).firstNonFinite(total: "opt/loss")?.name
    }
    #expect(name(1, 2) == nil)
    #expect(name(1, .nan, .infinity) == "loss/1")
    // Beyond what single precision holds.
    #expect(name(1, 1e39) == "loss/1")
    #expect(name(1e9, 1e9) == "opt/loss")
  }
}

@Suite("The order of rows")
struct RowOrderTests {
  @Test("rows of two numbers, three steps of two sequences, by hand")
  func order() {
    var rows: [Float] = [-1]
    RowOrder.append(
      [0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15], sequences: 2, width: 2, to: &rows)
    #expect(rows == [-1, 0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15])
    RowOrder.append([], sequences: 0, width: 3, to: &rows)
    #expect(rows.count == 13)
  }
}
