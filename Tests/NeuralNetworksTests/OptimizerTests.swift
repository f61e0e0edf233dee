import Foundation
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("optimisers")
struct OptimizerTests {
  /// One tensor and its optimiser, fed gradients by hand.
  final class Bench {
    let store: ParameterStore
    let optimizer: Optimizer
    let gradients: Storage
    let pool = WorkerPool(threads: 1)
    private(set) var updates = 0

    init(
      _ values: [Float], named name: String = "a/kernel",
      _ change: (inout OptimizerConfiguration) -> Void = { _ in }
    ) {
      var builder = ParameterBuilder()
      _ = builder.declare(name, shape: [1, values.count], .zeros)
      store = kept(ParameterStore(builder, key: Key(seed: 0)))
      store[store.entries[0]].copy(from: values)
      var configuration = OptimizerConfiguration()
      configuration.lr = 0.1
      configuration.warmup = 0
      configuration.agc = 0
      change(&configuration)
      optimizer = Optimizer(configuration, store: store)
      gradients = kept(Storage(count: store.trainedSize))
    }

    var weights: [Float] { store[store.entries[0]].array }

    @discardableResult
    func update(_ gradient: [Float]) -> UpdateStatistics {
      updates += 1
      gradients.region.slice(0, count: gradient.count).copy(from: gradient)
      return optimizer.update(updates, gradients: sum(gradients.region), pool: pool)
    }

    func sum(_ gradient: Region) -> GradientSum {
      let sum = GradientSum(store, in: gradient)
      sum.add([], pool: pool)
      return sum
    }
  }

  @Test(
    "a gradient that is not finite changes nothing and tells so",
    arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(bad: Float) {
    let bench = Bench([1, 2])
    let control = Bench([1, 2])
    #expect(bench.update([0.5, bad]).badTensor == "a/kernel")
    #expect(bench.weights == [1, 2])
    // Its averages are untouched, too: the next update is as if there had been none before.
    let next = bench.optimizer.update(
      1, gradients: bench.sum(gradient(bench, [3, 4])), pool: bench.pool)
    control.update([3, 4])
    #expect(next.gradientNorm == 5)
    #expect(bench.weights == control.weights)
  }

  private func gradient(_ bench: Bench, _ values: [Float]) -> Region {
    bench.gradients.region.slice(0, count: values.count).copy(from: values)
    return bench.gradients.region
  }

  // MARK: LaProp

  /// With g = 3, -4, 3, the second moments, corrected, are 9; (0.999·0.009 + 0.016) / 0.001999 =
  /// 12.501751; and (0.999·0.024991 + 0.009) / 0.002997001 = 11.333333. So the
  /// normalised gradients are 1, -1.1312916, 0.8911319, their averages 0.1, -0.0231292, 0.0682969,
  /// and the steps 1, -0.0231292 / 0.19 = -0.1217325, 0.0682969 / 0.271 = 0.2520183.
  @Test("LaProp averages normalised gradients: three steps by hand")
  func laprop() {
    let bench = Bench([1])
    var expected: Float = 1
    for (gradient, step) in zip([3, -4, 3] as [Float], [1, -0.1217325, 0.2520183] as [Float]) {
      bench.update([gradient])
      expected -= 0.1 * step
      #expect(abs(bench.weights[0] - expected) < 2e-6)
    }
  }

  @Test("the first step does not depend on the gradient's size")
  func scaleFree() {
    let bench = Bench([0, 0, 0])
    bench.update([1e-6, -1, 1e6])
    #expect(largestError(bench.weights, [-0.1, 0.1, -0.1]) < 1e-6)
  }

  @Test("where the average square is zero there is no step, also below the smallest normal number")
  func zeroVariance() {
    let bench = Bench([1, 1, 1])
    for _ in 0..<3 { bench.update([0, 1e-30, 1e-21]) }
    #expect(bench.weights[0] == 1)
    #expect(bench.weights.allSatisfy { abs($0 - 1) <= 0.3001 }, "\(bench.weights)")
  }

  @Test("without momentum a step is the normalised gradient; Nesterov's looks one average ahead")
  func momentum() {
    let plain = Bench([1]) { $0.momentum = false }
    plain.update([3])
    plain.update([-4])
    #expect(largestError(plain.weights, [1 - 0.1 + 0.1131292]) < 2e-6)
    let nesterov = Bench([1]) { $0.nesterov = true }
    nesterov.update([3])
    // m = 0.1, then 0.9 · 0.1 + 0.1 · 1 = 0.19, over 0.1.
    #expect(largestError(nesterov.weights, [1 - 0.19]) < 2e-6)
  }

  // MARK: Adam

  /// First moments, corrected: 3; (0.9·0.3 - 0.4) / 0.19 = -0.6842105. Second: 9; 12.501751, whose
  /// roots are 3 and 3.5357816. With ε = 1: steps 3/4 and -0.6842105 / 4.5357816 = -0.1508473.
  @Test("Adam by hand")
  func adam() {
    let bench = Bench([1]) {
      $0.impl = "adam"
      $0.eps = 1
    }
    bench.update([3])
    #expect(largestError(bench.weights, [1 - 0.075]) < 1e-6)
    bench.update([-4])
    #expect(largestError(bench.weights, [1 - 0.075 + 0.0150847]) < 2e-6)
  }

  // MARK: clipping

  /// |w| = 5, so gradients are clipped to a norm of 1.5; Adam with a large ε shows their size.
  @Test("a gradient is clipped to 0.3 of its tensor's norm")
  func clipping() {
    func step(_ weights: [Float], _ gradient: [Float], agc: Double = 0.3) -> [Float] {
      let bench = Bench(weights) {
        $0.impl = "adam"
        $0.eps = 1e6
        $0.lr = 1e6
        $0.agc = agc
      }
      bench.update(gradient)
      return zip(weights, bench.weights).map { $0 - $1 }
    }
    // Norm 10, clipped to 1.5; norm 1, left alone.
    #expect(largestError(step([3, 4], [6, -8]), [0.9, -1.2]) < 1e-5)
    #expect(largestError(step([3, 4], [0.6, -0.8]), [0.6, -0.8]) < 1e-5)
    #expect(largestError(step([3, 4], [6, -8], agc: 0), [6, -8]) < 1e-4)
    // A tensor of zeros counts as one of norm 1e-3.
    #expect(largestError(step([0, 0], [3, 4]).map { $0 * 1e4 }, [1.8, 2.4]) < 1e-3)
  }

  @Test("clipping sees each tensor by itself, and the statistics see the gradient before it")
  func perTensor() {
    var builder = ParameterBuilder()
    _ = builder.declare("a/kernel", shape: [1, 1], .ones)
    _ = builder.declare("b/kernel", shape: [1, 1], .ones)
    let store = kept(ParameterStore(builder, key: Key(seed: 0)))
    var configuration = OptimizerConfiguration()
    (configuration.impl, configuration.eps, configuration.lr) = ("adam", 1e6, 1e6)
    configuration.warmup = 0
    let gradients = kept(Storage(count: store.trainedSize))
    gradients.region[store.entries[0].parameter.offset] = 3
    gradients.region[store.entries[1].parameter.offset] = 0.2
    let (sum, pool) = (GradientSum(store, in: gradients.region), WorkerPool(threads: 1))
    sum.add([], pool: pool)
    let statistics = Optimizer(configuration, store: store).update(1, gradients: sum, pool: pool)
    let weights = store.entries.map { store[$0][0] }
    #expect(largestError(weights, [0.7, 0.8]) < 1e-5)
    #expect(abs(statistics.gradientNorm - 9.04.squareRoot()) < 1e-5)
    #expect(abs(statistics.gradientRMS - 4.52.squareRoot()) < 1e-5)
    #expect(abs(statistics.updateRMS - 0.065.squareRoot()) < 1e-5)
    #expect(abs(statistics.parameterRMS - 0.565.squareRoot()) < 1e-5)
  }

  // MARK: learning rate and decay

  @Test("the first update of a warm-up has a learning rate of 0, the 1001st the whole")
  func warmup() {
    let configuration = OptimizerConfiguration()
    let rates = [1, 2, 501, 1000, 1001, 5000].map { configuration.learningRate(update: $0) }
    let expected = [0, 4e-8, 2e-5, 3.996e-5, 4e-5, 4e-5]
    for (rate, value) in zip(rates, expected) { #expect(abs(rate - value) < 1e-12) }
    let bench = Bench([1, 2]) { $0.warmup = 2 }
    bench.update([1, -1])
    #expect(bench.weights == [1, 2])
    // The averages have begun all the same: the second step is half a learning rate.
    bench.update([1, -1])
    #expect(largestError(bench.weights, [0.95, 2.05]) < 1e-6)
  }

  @Test("without a warm-up the learning rate is whole at once")
  func noWarmup() {
    var configuration = OptimizerConfiguration()
    configuration.warmup = 0
    #expect(configuration.learningRate(update: 1) == 4e-5)
  }

  @Test(
    "linear and cosine schedules end at a tenth",
    arguments: [
      ("const", [1, 1, 1, 1]), ("linear", [1, 0.55, 0.1, 0.1]),
      ("cosine", [1, 0.55, 0.1, 0.1]),
    ] as [(String, [Double])])
  func schedules(name: String, factors: [Double]) {
    var configuration = OptimizerConfiguration()
    (configuration.schedule, configuration.warmup, configuration.anneal) = (name, 100, 300)
    for (update, factor) in zip([101, 201, 301, 1000], factors) {
      #expect(abs(configuration.learningRate(update: update) - 4e-5 * factor) < 1e-12)
    }
    #expect(abs(configuration.learningRate(update: 51) - 2e-5) < 1e-12)
    // A quarter of the way: 1 - 0.9/4, and 0.1 + 0.45 (1 + cos 45°).
    let quarter = ["const": 1, "linear": 0.775, "cosine": 0.8681981][name]!
    #expect(abs(configuration.learningRate(update: 151) - 4e-5 * quarter) < 1e-11)
  }

  @Test(
    "a schedule with no updates to anneal over keeps the learning rate",
    arguments: ["linear", "cosine"])
  func noAnneal(name: String) {
    var configuration = OptimizerConfiguration()
    configuration.schedule = name
    #expect(configuration.learningRate(update: 2000) == 4e-5)
  }

  @Test("weight decay is for kernels only and comes after the momentum")
  func decay() {
    for (name, expected) in [
      ("a/kernel", 2 - 0.1 * (1 + 0.5 * 2)), ("a/bias", 1.9), ("a/scale", 1.9),
    ] as [(String, Float)] {
      let bench = Bench([2], named: name) { $0.wd = 0.5 }
      bench.update([7])
      #expect(largestError(bench.weights, [expected]) < 1e-6, "\(name)")
    }
  }

  // MARK: shards

  @Test("shards' gradients are added up, and untrained parameters stay as they are")
  func shards() {
    var builder = ParameterBuilder()
    _ = builder.declare("a/kernel", shape: [2, 1], .ones)
    _ = builder.untrained { $0.declare("slow/kernel", shape: [2, 1], .ones) }
    let store = kept(ParameterStore(builder, key: Key(seed: 0)))
    #expect(store.learningCount == 2 && store.trained.map(\.name) == ["a/kernel"])
    var configuration = OptimizerConfiguration()
    (configuration.impl, configuration.eps, configuration.lr) = ("adam", 1e6, 1e6)
    (configuration.warmup, configuration.agc) = (0, 0)
    let parts = [[0.1, 0.2], [0.3, -0.1]].map { numbers -> Storage in
      let storage = kept(Storage(count: store.trainedSize))
      storage.region.slice(0, count: 2).copy(from: numbers.map { Float($0) })
      return storage
    }
    let (sum, pool) = (GradientSum(store, in: parts[0].region), WorkerPool(threads: 2))
    sum.add([parts[1].region], pool: pool)
    _ = Optimizer(configuration, store: store).update(1, gradients: sum, pool: pool)
    #expect(largestError(store[store.entries[0]].array, [0.6, 0.9]) < 1e-5)
    #expect(store[store.entries[1]].array == [1, 1])
  }

  /// Two groups by turns with an untrained tensor between them: each optimiser changes its own group, by
  /// a rate of its own, and the other's bad gradient is not its concern.
  @Test("each group has an optimiser of its own")
  func groups() {
    var builder = ParameterBuilder()
    _ = builder.declare("a/kernel", shape: [1, 3], .ones)
    _ = builder.untrained { $0.declare("slow/kernel", shape: [1, 20], .ones) }
    _ = builder.group("judge") { $0.declare("judge/kernel", shape: [1, 2], .ones) }
    _ = builder.declare("b/kernel", shape: [1, 1], .ones)
    let store = kept(ParameterStore(builder, key: Key(seed: 0)))
    #expect(store.trained.map(\.name) == ["a/kernel", "judge/kernel", "b/kernel"])
    #expect(store.trainedSize == 48 && store.values.count == 80)
    store[store.entries[1]].fill(7)
    let gradients = kept(Storage(count: store.trainedSize))
    for entry in store.trained {
      gradients.region.slice(entry.parameter.offset, count: entry.parameter.count).fill(1)
    }
    gradients.region[store.entries[2].parameter.offset] = .nan
    let (sum, pool) = (GradientSum(store, in: gradients.region), WorkerPool(threads: 1))
    sum.add([], pool: pool)
    var configuration = OptimizerConfiguration()
    (configuration.impl, configuration.eps, configuration.lr) = ("adam", 1e6, 1e5)
    (configuration.warmup, configuration.agc) = (0, 0)
    let main = Optimizer(configuration, store: store)
    let judge = Optimizer(configuration, store: store, group: "judge")
    #expect(judge.update(1, gradients: sum, pool: pool).badTensor == "judge/kernel")
    let statistics = main.update(1, gradients: sum, pool: pool)
    #expect(statistics.badTensor == nil && abs(statistics.gradientNorm - 2) < 1e-6)
    func weights(_ index: Int) -> [Float] { store[store.entries[index]].array }
    #expect(largestError(weights(0) + weights(3), [0.9, 0.9, 0.9, 0.9]) < 1e-5)
    #expect(weights(2) == [1, 1] && weights(1).allSatisfy { $0 == 7 })
    #expect(main.state.map(\.name).count == 4 && judge.state.map(\.name).count == 2)
  }

  @Test("the averages can be saved and restored")
  func state() {
    let (one, other) = (Bench([1, 2]), Bench([1, 2]))
    one.update([1, 2])
    #expect(one.optimizer.state.map(\.name) == ["a/kernel/variance", "a/kernel/momentum"])
    other.update([5, 5])
    for (from, to) in zip(one.optimizer.state, other.optimizer.state) {
      to.values.copy(from: from.values)
    }
    other.store.values.copy(from: one.store.values)
    one.update([3, -1])
    other.update([3, -1])
    #expect(one.weights == other.weights)
  }
}
