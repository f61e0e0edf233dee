import Agents
import Foundation
import Kernels
import Randomness
import ReplayBuffers
import Runs
import Telemetry
import TrainedAgents
import Training

/// Measures what training and acting cost on this machine: `dreamer bench`.
package struct Benchmark {
  private let workload: BenchmarkWorkload
  private let pool: WorkerPool
  private let policy: ActingPolicy
  private let startupSeconds: Double?

  private static let key = Key(seed: 1).fold("benchmark")

  /// Makes an untrained agent and its first action. To measure the time since the start of the
  /// process, this has to be the first thing that the process does.
  /// - Throws: `LayerStyleError`, `ImageShapeError`, `NonFiniteState`.
  package init(_ configuration: TrainingConfiguration) throws {
    pool = WorkerPool(threads: configuration.run.threads)
    workload = try BenchmarkWorkload(configuration)
    policy = ActingPolicy(workload.agent, count: 1)
    try Self.act(policy, workload, steps: 0..<1) { _ in }
    startupSeconds = ProcessClock.secondsSinceStart
  }

  /// Measures everything.
  /// - Parameter updates: Training steps to take the median of, at least 1; more come before.
  /// - Throws: `NonFiniteLoss`, `NonFiniteState`.
  package func run(updates: Int = 5) throws -> BenchmarkReport {
    let update = try measureUpdates(updates)
    // The large product has no place in the memory of training.
    let memory = ProcessMemory.peakMegabytes
    let cores = Processors.count
    let (all, one) = (Self.measureProduct(threads: cores), Self.measureProduct(threads: 1))
    // The machine's speed as the updates could have it.
    let computing = min(pool.threadCount, cores)
    let product =
      computing == cores ? all : computing == 1 ? one : Self.measureProduct(threads: computing)
    return BenchmarkReport(
      subject: workload.subject, update: update, sgemmGFLOPS: all, sgemm1GFLOPS: one,
      policyStepMicroseconds: try measurePolicy(), peakMemoryMegabytes: memory,
      startupSeconds: startupSeconds, threads: pool.threadCount, cores: cores,
      blas: .init(), normalization: .init(sgemmGFLOPS: product, threads: computing))
  }

  // MARK: updates

  private func measureUpdates(_ count: Int) throws -> BenchmarkReport.Update {
    precondition(count >= 1, "\(count) updates")
    let learner = Learner(agent: workload.agent, shards: workload.configuration.run.shards)
    let step = TrainingStep(
      workload.configuration, learner: learner, replay: try workload.makeReplay(),
      key: Self.key.fold("learner"), pool: pool)
    var multiplyAdds = 0
    let samples = try (0..<count + Self.warmUpUpdates).map { _ -> [BenchmarkReport.Phase] in
      let clock = Stopwatch()
      let result = try step.run()
      multiplyAdds = result.multiplyAdds
      return [.init(name: "total", seconds: clock.seconds)]
        + result.phases.map { .init(name: $0.name, seconds: $0.seconds) }
    }
    return Self.medians(
      Array(samples.dropFirst(Self.warmUpUpdates)), gflop: 2 * Double(multiplyAdds) / 1e9)
  }

  /// The first update fills arenas; the second still finds caches that are not warm.
  private static let warmUpUpdates = 2

  private static func medians(
    _ samples: [[BenchmarkReport.Phase]], gflop: Double
  ) -> BenchmarkReport.Update {
    let phases = samples[0].indices.map { index in
      BenchmarkReport.Phase(
        name: samples[0][index].name, seconds: median(samples.map { $0[index].seconds }))
    }
    return BenchmarkReport.Update(
      medianSeconds: phases[0].seconds, phases: Array(phases.dropFirst()), count: samples.count,
      gflop: gflop)
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  // MARK: acting

  private func measurePolicy() throws -> Double {
    var seconds: [Double] = []
    try Self.act(policy, workload, steps: 1..<221) { seconds.append($0) }
    return Self.median(Array(seconds.dropFirst(20))) * 1e6
  }

  /// Acts on random observations and passes on the seconds of each step.
  private static func act(
    _ policy: ActingPolicy, _ workload: BenchmarkWorkload, steps: Range<Int>,
    _ record: (Double) -> Void
  ) throws {
    var generator = Generator(key: key.fold("observations"))
    let observation = workload.makeObservation(&generator)
    for step in steps {
      let clock = Stopwatch()
      _ = try policy.act(
        [observation], isFirst: [step == 0], draws: .random(key.fold("policy")), step: step)
      record(clock.seconds)
    }
  }

  // MARK: the BLAS

  /// GFLOP/s of the best of five products of 2048 × 2048 matrices.
  static func measureProduct(threads: Int, size: Int = 2048) -> Double {
    let memory = (0..<3).map { _ in Storage(count: size * size) }
    return withExtendedLifetime(memory) {
      for storage in memory.dropLast() {
        storage.region.fillUniform(key: key.fold("product"), rows: .init(), columns: size)
      }
      let matrices = memory.map { Matrix($0.region, rows: size, columns: size) }
      let seconds = GEMM.withThreads(threads) {
        (0..<5).map { _ in
          let clock = Stopwatch()
          GEMM.multiply(matrices[0], matrices[1], into: matrices[2])
          return clock.seconds
        }
      }
      return 2 * Double(size * size * size) / (seconds.min() ?? .infinity) / 1e9
    }
  }
}
