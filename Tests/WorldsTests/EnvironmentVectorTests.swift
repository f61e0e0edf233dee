import EnvironmentInterface
import Kernels
import Randomness
import TestSupport
import Testing
import Worlds

@Suite("Environments that are stepped together")
struct EnvironmentVectorTests {
  /// Plays random actions, with a new episode wherever one ends.
  private func play(
    _ worlds: [any Environment], threads: Int?, rounds: Int, worthwhile: Double = 0
  ) throws -> [String] {
    let vector = EnvironmentVector(
      worlds, pool: threads.map { WorkerPool(threads: $0) }, worthwhile: worthwhile)
    var observations = worlds.map { $0.makeObservation() }
    var generator = Generator(key: Key(seed: 3))
    var steps = [Step?](repeating: nil, count: worlds.count)
    var history: [String] = []
    for round in 0..<rounds {
      let commands = steps.indices.map { index -> EnvironmentVector.Command? in
        // One of them rests now and then.
        if index == 1, round % 5 == 4 { return nil }
        guard let step = steps[index], !step.isLast else {
          return .begin(Key(seed: UInt64(index)).fold(round))
        }
        return .act(worlds[index].actionSpace.sample(using: &generator))
      }
      let results = try vector.run(commands) { swap(&observations[$0], &$1) }
      for index in steps.indices { steps[index] = results[index] ?? steps[index] }
      history.append("\(results) \(observations)")
    }
    return history
  }

  @Test("what they show does not depend on the number of threads", arguments: [1, 2, 3, 8])
  func threads(count: Int) throws {
    let worlds = (0..<37).map { _ in Walk() }
    #expect(
      try play(worlds, threads: count, rounds: 30) == play(worlds, threads: nil, rounds: 30))
  }

  @Test("slow worlds are stepped on several threads, fast ones on the caller's alone")
  func worthwhile() throws {
    let (slow, fast) = (ThreadLog(), ThreadLog())
    let slowWorlds = (0..<4).map { _ in Walk(seconds: 1e-3, log: slow) }
    _ = try play(slowWorlds, threads: 2, rounds: 8, worthwhile: 1e-3)
    #expect(slow.count == 2)
    _ = try play((0..<4).map { _ in Walk(log: fast) }, threads: 2, rounds: 8, worthwhile: 60)
    #expect(fast.count == 1)
  }

  @Test("who has nothing to do shows what was given, and returns nothing")
  func resting() throws {
    let vector = EnvironmentVector([Walk(), Walk()])
    var observations = (0..<2).map { _ in Walk().makeObservation() }
    observations[1].vectors[0][0] = 9
    let steps = try vector.run([.begin(Key(seed: 0)), nil]) { swap(&observations[$0], &$1) }
    #expect(steps == [.first, nil])
    #expect(observations[0].images[0].count { $0 == 255 } == 8)
    #expect(observations[1].vectors[0][0] == 9)
  }

  @Test("the first environment's error is thrown, whichever thread it was on", arguments: [1, 2])
  func errors(threads: Int) throws {
    let worlds = ["first", "second", "third"].map { id in
      Walk(id: id, failingStep: id == "first" ? 0 : 2)
    }
    let error = #expect(throws: EnvironmentError.self) {
      try play(worlds, threads: threads, rounds: 9)
    }
    #expect(error?.environment == "second")
    #expect(error?.step == 2)
  }
}
