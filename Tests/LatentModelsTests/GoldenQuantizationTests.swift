import Autodiff
import Foundation
import Kernels
import LatentModels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

/// Against the code of pythae, vector-quantize-pytorch and dm-sonnet.
@Suite("quantisation as peers compute it")
struct GoldenQuantizationTests {
  /// A file's rows and codebook on a tape.
  private struct Case {
    let file: GoldenTensors
    let fixture: TapeFixture
    let x: Tensor
    let book: Parameter
    let (codes, width): (Int, Int)

    init(_ name: String, _ prefix: String = "", x part: Range<Int>? = nil) throws {
      file = try GoldenTensors(name)
      let shape = file.shape("in/\(prefix)codebook")
      (codes, width) = (shape[0], shape[1])
      fixture = TapeFixture(
        parameters: [(rows: codes, columns: width, values: file["in/\(prefix)codebook"])])
      book = fixture.parameters[0]
      let numbers = file["in/\(prefix)x"]
      let rows = part ?? 0..<numbers.count / width
      x = fixture.tracked(
        Array(numbers[rows.lowerBound * width..<rows.upperBound * width]), rows: rows.count)
    }

    func quantize(
      isCosine: Bool = false, _ gradient: VectorQuantization.Gradient = .straightThrough
    ) -> QuantizedRows {
      fixture.tape.quantize(
        x, book,
        VectorQuantization(codes: codes, width: width, isCosine: isCosine, gradient: gradient))
    }

    /// Puts what the losses count into their gradients, and the downstream numbers into the codes'.
    func sweep(_ rows: QuantizedRows, commitment: Float, codebook: Float, downstream: Bool) {
      rows.commitment.gradient.fill(commitment / Float(x.rows))
      rows.codebookLoss.gradient.fill(codebook / Float(x.rows))
      if downstream { rows.value.gradient.copy(from: file["in/downstream"]) }
      fixture.tape.backward()
    }

    func mean(_ loss: Tensor) -> Double { loss.values.sum / Double(x.rows) }
  }

  @Test("van den Oord's loss and its gradients, with and without a loss downstream")
  func loss() throws {
    for downstream in [false, true] {
      let golden = try Case("vq-loss")
      let rows = golden.quantize()
      #expect(rows.codes.map(Float.init) == golden.file["out/indices"])
      #expect(golden.file.error(rows.value.values.array, "out/quantized") <= 1)
      let loss = golden.mean(rows.codebookLoss) + 0.25 * golden.mean(rows.commitment)
      #expect(golden.file.error([Float(loss)], "out/loss") <= 1)
      golden.sweep(rows, commitment: 0.25, codebook: 1, downstream: downstream)
      let name = downstream ? "grad/with_downstream" : "grad"
      #expect(golden.file.error(golden.x.gradient.array, "\(name)/x") <= 1)
      let gradient = golden.fixture.gradient(of: golden.book)
      #expect(golden.file.error(gradient, "\(name)/codebook") <= 1)
    }
  }

  @Test("a codebook that is detached, turned to, or learned by the commitment's weight")
  func variants() throws {
    for (name, gradient, codebook) in [
      ("straight_through", VectorQuantization.Gradient.straightThrough, 0),
      ("rotation", .rotation, 0), ("learnable", .straightThrough, 0.25),
    ] as [(String, VectorQuantization.Gradient, Float)] {
      let golden = try Case("vq-loss")
      let rows = golden.quantize(gradient)
      #expect(golden.file.error(rows.value.values.array, "out/vqp/\(name)/quantized") <= 1)
      let loss = 0.25 * golden.mean(rows.commitment)
      #expect(golden.file.error([Float(loss)], "out/vqp/\(name)/loss") <= 1)
      golden.sweep(rows, commitment: 0.25, codebook: codebook, downstream: true)
      #expect(golden.file.error(golden.x.gradient.array, "grad/vqp/\(name)/x") <= 1, "\(name)")
      let learned = golden.fixture.gradient(of: golden.book)
      if codebook > 0 {
        #expect(golden.file.error(learned, "grad/vqp/\(name)/codebook") <= 1)
      } else {
        #expect(learned.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test("how often each code is chosen")
  func usage() throws {
    let golden = try Case("vq-loss")
    let counts = keptRegion(filledWith: 0, count: golden.codes)
    Codebook.addCounts(of: golden.quantize().choices, to: counts)
    let total = Float(golden.x.rows)
    #expect(golden.file.error(counts.array.map { $0 / total }, "out/usage") <= 1)
  }

  @Test("the authors' own quantiser in sonnet")
  func sonnet() throws {
    let golden = try Case("vq-sonnet", x: 0..<18)
    let rows = golden.quantize()
    #expect(rows.codes.map(Float.init) == golden.file["out/indices"])
    #expect(golden.file.error(rows.value.values.array, "out/quantized") <= 1)
    let loss = golden.mean(rows.codebookLoss) + 0.25 * golden.mean(rows.commitment)
    #expect(golden.file.error([Float(loss)], "out/loss") <= 1)
    golden.sweep(rows, commitment: 0.25, codebook: 1, downstream: true)
    #expect(golden.file.error(golden.x.gradient.array, "grad/with_downstream/x") <= 1)
    let gradient = golden.fixture.gradient(of: golden.book)
    #expect(golden.file.error(gradient, "grad/with_downstream/codebook") <= 1)
  }

  @Test("codes by the angle, and finite scalars")
  func others() throws {
    let golden = try Case("vq-other", "cosine/")
    let rows = golden.quantize(isCosine: true)
    #expect(rows.codes.map(Float.init) == golden.file["out/cosine/indices"])
    #expect(golden.file.error(rows.value.values.array, "out/cosine/quantized") <= 1)
    #expect(golden.file.error([Float(golden.mean(rows.commitment))], "out/cosine/loss") <= 1)

    let fsq = FiniteScalarQuantization(levels: golden.file["in/fsq/levels"].map { Int($0) })
    #expect(fsq.codes == 700)
    let x = golden.fixture.tracked(golden.file["in/fsq/x"], rows: 15)
    let scalars = fsq.quantize(x, golden.fixture.tape)
    #expect(scalars.codes.map(Float.init) == golden.file["out/fsq/indices"])
    #expect(golden.file.error(scalars.value.values.array, "out/fsq/quantized") <= 1)
    #expect(golden.file.error(fsq.values(of: scalars.codes), "out/fsq/codes_from_indices") <= 1)
    scalars.value.gradient.copy(from: golden.file["in/fsq/downstream"])
    golden.fixture.tape.backward()
    #expect(golden.file.error(x.gradient.array, "grad/fsq/x") <= 1)
  }

  // MARK: averages

  /// A codebook that follows averages, with the file's beginning.
  private struct Averaged {
    let file: GoldenTensors
    let averages: CodebookAverages
    let store: ParameterStore
    let (codes, width): (Int, Int)

    init(
      _ name: String, book: String = "in/codebook", shape: [Int]? = nil, isCosine: Bool = false,
      _ configure: (inout CodebookAverages.Settings) -> Void
    ) throws {
      file = try GoldenTensors(name)
      let shape = shape ?? file.shape(book)
      (codes, width) = (shape[0], shape[1])
      var settings = CodebookAverages.Settings()
      configure(&settings)
      var builder = ParameterBuilder()
      averages = CodebookAverages(
        VectorQuantization(codes: codes, width: width, isCosine: isCosine), settings,
        Initializer(.normal), named: "vq", in: &builder)
      store = ParameterStore(builder, key: Key(seed: 1))
      if !file[book].isEmpty { store[averages.codebook].copy(from: file[book]) }
      averages.begin(in: store)
    }

    func part(_ name: String, _ index: Int, of count: Int) -> [Float] {
      let all = file[name]
      return Array(all[index * all.count / count..<(index + 1) * all.count / count])
    }

    func entry(_ name: String) throws -> [Float] {
      let entry = try #require(store.entry(named: "vq/\(name)"))
      #expect(!entry.isTrained)
      return store[entry].array
    }

    /// One step: quantises, in two shards, and updates.
    func step(_ number: Int, x: [Float], picks: [Int]) -> (rows: [QuantizedRows], replaced: Int) {
      let tape = Tape(arena: kept(Arena()), values: store.values, gradients: .empty)
      let count = x.count / width
      let rows = [0..<count / 3, count / 3..<count].map { part in
        tape.quantize(
          tape.constant(
            Array(x[part.lowerBound * width..<part.upperBound * width]), rows: part.count,
            columns: width), averages.codebook, averages.kind)
      }
      let replaced = averages.update(
        number, with: rows.map(\.assigned), picks: .given(picks), in: store)
      return (rows, replaced)
    }

    /// Compares what a step found and left, with averages divided by `share`.
    func compare(
      _ step: (rows: [QuantizedRows], replaced: Int), _ name: String, beta: Double, share: Float = 1
    ) throws {
      #expect(step.rows.flatMap(\.codes).map(Float.init) == file["\(name)/indices"])
      let losses = step.rows.flatMap(\.commitment.values.array)
      let loss = beta * losses.reduce(0.0) { $0 + Double($1) } / Double(losses.count)
      #expect(file.error([Float(loss)], "\(name)/loss") <= 1)
      #expect(file.error(try entry("codebook"), "\(name)/embed") <= 1, "\(name)")
      for part in ["cluster_size", "embed_avg"] {
        let average = try entry(part).map { $0 / share }
        #expect(file.error(average, "\(name)/\(part)") <= 1, "\(name)/\(part)")
      }
    }
  }

  @Test("averages, their smoothing and the replacement of dead codes, step by step")
  func averages() throws {
    let golden = try Averaged("vq-ema") {
      $0.decay = 0.8
      $0.threshold = 1
    }
    for step in 1...5 {
      let picks = golden.part("in/replacement_picks", step - 1, of: 5).map { Int($0) }
      let found = golden.step(step, x: golden.part("in/x", step - 1, of: 5), picks: picks)
      #expect(found.replaced == Int(golden.file["after\(step)/replaced"][0]))
      let quantized = found.rows.flatMap(\.value.values.array)
      #expect(golden.file.error(quantized, "after\(step)/quantized") <= 1)
      try golden.compare(found, "after\(step)", beta: 0.25)
    }
  }

  @Test("a start from clusters")
  func clusters() throws {
    let golden = try Averaged("vq-kmeans", shape: [6, 3]) { $0.decay = 0.9 }
    let first = golden.part("in/x", 0, of: 2)
    golden.averages.start(
      fromClustersOf: [
        keptRegion(Array(first.prefix(33))), keptRegion(Array(first.dropFirst(33))),
      ],
      iterations: 7, picks: .given(golden.file["in/kmeans_picks"].map { Int($0) }),
      in: golden.store)
    for step in 1...2 {
      let found = golden.step(step, x: golden.part("in/x", step - 1, of: 2), picks: [])
      #expect(found.replaced == 0)
      try golden.compare(found, "after\(step)", beta: 0.25)
    }
  }

  @Test("the authors' debiased averages, where a code that is never used becomes zero")
  func debiased() throws {
    let golden = try Averaged("vq-sonnet") {
      $0.decay = 0.9
      $0.isDebiased = true
    }
    for step in 1...4 {
      let found = golden.step(step, x: golden.part("in/x", step - 1, of: 4), picks: [])
      try golden.compare(
        found, "after\(step)", beta: 0.25, share: Float(1 - pow(0.9, Double(step))))
    }
    let unused = (0..<8).filter { code in
      (1...4).allSatisfy { !golden.file["after\($0)/indices"].contains(Float(code)) }
    }
    #expect(!unused.isEmpty)
    let codebook = try golden.entry("codebook")
    for code in unused { #expect(codebook[code * 4..<code * 4 + 4].allSatisfy { $0 == 0 }) }
  }

  @Test("averages of codes by the angle stay at length one")
  func cosine() throws {
    let golden = try Averaged("vq-other", book: "in/cosine/codebook", isCosine: true) {
      $0.decay = 0.9
    }
    _ = golden.step(1, x: golden.file["in/cosine/x"], picks: [])
    #expect(golden.file.error(try golden.entry("codebook"), "out/cosine/embed") <= 1)
  }
}
