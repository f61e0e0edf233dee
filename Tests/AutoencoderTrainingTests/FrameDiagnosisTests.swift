import AutoencoderTraining
import Autoencoders
import FrameSources
import Kernels
import Randomness
import Testing

/// Frames of one grey each, 4×4, of which something is known.
private struct GreyFrames: FrameSource {
  let factors: [FrameFactor]
  let count = 40
  var shape: FrameShape { FrameShape(height: 4, width: 4, channels: 1) }
  var origin: String { "grey frames" }

  init(factors count: Int) {
    factors = (0..<count).map { number in
      FrameFactor(
        name: "factor \(number)", classNames: ["low", "high"],
        values: (0..<40).map { number == 0 ? $0 / 20 : $0 % 2 })
    }
  }

  /// Dark where the first factor is low.
  func read(_ indices: [Int]) -> [UInt8] {
    indices.flatMap { [UInt8](repeating: $0 < 20 ? 51 : 204, count: 16) }
  }
}

@Suite("what is said of models of frames")
struct FrameDiagnosisTests {
  private func diagnosis(factors: Int) throws -> FrameDiagnosis {
    let source = GreyFrames(factors: factors)
    let part = FramePart(source)
    let data = FrameData(
      training: part, validation: part, heldOut: part, label: source.factors.first)
    var configuration = FrameTrainingConfiguration()
    configuration.vae.latent.size = 2
    (configuration.vae.net.depth, configuration.vae.net.units) = (4, 8)
    let model = try FrameFacts(data).makeModel(configuration)
    let report = try FrameReport(
      FrameEvaluation(model, pool: WorkerPool(threads: 1)), LookedAt(part, of: data, for: model),
      of: data,
      plan: .init(
        count: 40, samples: 1, importance: 0, importanceFrames: 0, describesLatents: true),
      key: Key(seed: 1))
    return try #require(report.diagnosis)
  }

  @Test("blur is against the intensities, not against pixels that were drawn from these")
  func blur() throws {
    let power = try diagnosis(factors: 1).blur.data.power
    // A fifth and four fifths: (0.04 + 0.64) / 2, all of it brightness. Drawn pixels have 0.5.
    #expect(abs(power[0] - 0.34) < 1e-6)
    #expect(power.dropFirst().allSatisfy { $0 < 1e-9 })
  }

  @Test("disentanglement is said of several factors alone")
  func factors() throws {
    let one = try diagnosis(factors: 1)
    #expect(one.known != nil && one.known?.disentanglement == nil)
    #expect(!one.sentences.contains { $0.contains("disentanglement") })
    #expect(one.sentences.contains { $0.contains("mutual information gap") })
    let two = try diagnosis(factors: 2)
    #expect(two.known?.disentanglement != nil)
    #expect(two.sentences.contains { $0.contains("disentanglement") })
    #expect(try diagnosis(factors: 0).known == nil)
  }

  /// Every other row is learned from: of rows in their order, all that have the second factor's one class.
  @Test("what is learned from and what it is tested on are mixed")
  func mixed() throws {
    let known = try #require(try diagnosis(factors: 2).known)
    // The share of the class that is commonest in the learned rows: 0 where these are all of one class.
    #expect(known.prediction.baselines.allSatisfy { $0 > 0.2 })
  }

  @Test("each sentence says of how many it is")
  func counts() throws {
    for sentence in try diagnosis(factors: 2).sentences {
      #expect(
        sentence.contains(/[0-9]+ (frames|inputs|draws|held-out)|log 40|and 40 samples/),
        "\(sentence)")
    }
  }
}
