import Autodiff
import Kernels
import LatentModels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("codebooks by averages")
struct CodebookAveragesTests {
  private func make(
    codes: Int, width: Int, values: [Float] = [], isCosine: Bool = false,
    _ configure: (inout CodebookAverages.Settings) -> Void = { _ in }
  ) -> (CodebookAverages, ParameterStore) {
    var settings = CodebookAverages.Settings()
    settings.epsilon = 0
    configure(&settings)
    var builder = ParameterBuilder()
    let averages = CodebookAverages(
      VectorQuantization(codes: codes, width: width, isCosine: isCosine), settings,
      Initializer(.normal), named: "vq", in: &builder)
    let store = ParameterStore(builder, key: Key(seed: 1))
    if !values.isEmpty { store[averages.codebook].copy(from: values) }
    averages.begin(in: store)
    return (averages, store)
  }

  private func rows(_ choices: [Float], _ inputs: [Float]) -> AssignedRows {
    AssignedRows(choices: keptRegion(choices), inputs: keptRegion(inputs))
  }

  /// n = (1, 1), e = (1, 2). A half of that and a half of counts (3, 1) and sums (3 + 6, 5): n = (2, 1),
  /// e = (5, 3.5), so codes 2.5 and 3.5.
  @Test("one update worked by hand, in one shard and in two")
  func literal() {
    for batch in [
      [rows([0, 1, 0, 0], [1, 5, 2, 6])], [rows([0], [1]), rows([1, 0, 0], [5, 2, 6])],
    ] {
      let (averages, store) = make(codes: 2, width: 1, values: [1, 2]) { $0.decay = 0.5 }
      #expect(averages.update(1, with: batch, picks: .given([]), in: store) == 0)
      #expect(store[averages.codebook].array == [2.5, 3.5])
    }
  }

  /// n = (1.5, 0.5, 1) where the bound is 1.2: codes 1 and 2 become the rows that are picked first and
  /// second, of both shards.
  @Test("dead codes are replaced in ascending order by picked rows, with the count they are given")
  func replacement() throws {
    let (averages, store) = make(codes: 3, width: 1, values: [1, 2, 3]) {
      $0.decay = 0.5
      $0.threshold = 1.2
      $0.reset = 4
    }
    let batch = [rows([0], [7]), rows([2, 0], [8, 9])]
    #expect(averages.update(1, with: batch, picks: .given([2, 1]), in: store) == 2)
    #expect(store[averages.codebook].array == [17 / 3, 9, 8])
    let counts = try #require(store.entry(named: "vq/cluster_size"))
    let sums = try #require(store.entry(named: "vq/embed_avg"))
    #expect(store[counts].array == [1.5, 4, 4])
    #expect(store[sums].array == [8.5, 36, 32])
  }

  @Test("drawn replacements are rows of the batch, others for another update, none twice")
  func drawn() {
    func replaced(_ number: Int) -> [Float] {
      let (averages, store) = make(codes: 5, width: 1, values: [0, 1, 2, 3, 4]) {
        $0.threshold = 9
      }
      let inputs = (0..<20).map { Float(100 + $0) }
      let batch = [rows(.init(repeating: 0, count: 20), inputs)]
      #expect(
        averages.update(number, with: batch, picks: .drawn(Key(seed: 2)), in: store) == 5)
      return store[averages.codebook].array
    }
    let first = replaced(1)
    #expect(first.allSatisfy { $0 >= 100 } && Set(first).count == 5)
    #expect(first == replaced(1) && first != replaced(2))
  }

  @Test("more codes than rows start from rows drawn more than once")
  func manyCodes() {
    for isCosine in [false, true] {
      let (averages, store) = make(codes: 7, width: 2, isCosine: isCosine) {
        ($0.threshold, $0.epsilon) = (0.1, 1e-5)
      }
      averages.start(
        fromClustersOf: [keptRegion([1, 0] as [Float]), keptRegion([0, 1, 1, 1] as [Float])],
        iterations: 3, picks: .drawn(Key(seed: 5)), in: store)
      #expect(store[averages.codebook].isFinite)
      let batch = [rows([0, 1], [1, 0, 0, 1])]
      averages.update(1, with: batch, picks: .drawn(Key(seed: 5)), in: store)
      #expect(store[averages.codebook].isFinite)
    }
  }

  /// Rows 0, 1, 10, 11 from centres 0 and 1: first {0} and {1, 10, 11} with means 0 and 22/3, then
  /// {0, 1} and {10, 11} with 0.5 and 10.5.
  @Test("clusters worked by hand: the counts are of the assignment before the last move")
  func clusters() throws {
    for (iterations, codebook, counts) in [(1, [0, 22 / 3], [1, 3]), (2, [0.5, 10.5], [2, 2])]
      as [(Int, [Float], [Float])]
    {
      let (averages, store) = make(codes: 2, width: 1)
      averages.start(
        fromClustersOf: [keptRegion([0, 1, 10, 11] as [Float])], iterations: iterations,
        picks: .given([0, 1]), in: store)
      #expect(largestError(store[averages.codebook].array, codebook) < 1e-6)
      let sizes = try #require(store.entry(named: "vq/cluster_size"))
      #expect(store[sizes].array == counts)
    }
  }

  @Test("restarts bring a collapsed codebook back into use")
  func restarts() {
    var generator = Generator(key: Key(seed: 7))
    let inputs = (0..<200).map { _ in Float(generator.normal()) }
    func used(threshold: Float) -> Int {
      // All codes but one are far from all rows.
      let values = (0..<16).map { $0 == 0 ? 0 : 50 + Float($0) }
      let (averages, store) = make(codes: 16, width: 1, values: values) {
        $0.decay = 0.8
        $0.threshold = threshold
      }
      var used: Set<Int32> = []
      for update in 1...30 {
        let tape = Tape(arena: kept(Arena()), values: store.values, gradients: .empty)
        let found = tape.quantize(
          tape.constant(inputs, rows: 200, columns: 1), averages.codebook, averages.kind)
        used = Set(found.codes)
        averages.update(
          update, with: [found.assigned], picks: .drawn(Key(seed: 1)), in: store)
      }
      return used.count
    }
    #expect(used(threshold: 0) == 1)
    #expect(used(threshold: 1) >= 12)
  }
}
