import Autoencoders
import Files
import FrameSources
import Kernels
import Randomness
import Statistics

/// What is wrong with a model of frames: collapse, dead codes, blur, holes; and what its latents know of
/// what is known of the frames.
package struct FrameDiagnosis: Sendable {
  package let collapse: PosteriorCollapse?
  package let codes: CodeUsage?
  package let blur: Blur
  package let holes: Holes?
  package let known: Known?
  /// Frames that the latents and reconstructions are of.
  package let frames: Int
  /// Frames that the nats of dimensions and the codes are of.
  private let boundFrames: Int

  /// How far the aggregate posterior is from the prior.
  package struct Holes: Sendable {
    package let divergence: AggregateDivergence?
    package let test: TwoSampleTest
    package let distance: FrechetDistance
  }

  /// What latents know of what is known of the frames.
  package struct Known: Sendable {
    package let gap: MutualInformationGap
    package let prediction: FactorPrediction
    /// Nil where fewer than two factors vary: a latent cannot mix one.
    package let disentanglement: Disentanglement?
  }

  /// Frames that are looked at, at most: estimates take time by the square of them.
  private static let most = 1000
  /// Numbers of latents up to which they are taken for points of a space.
  private static let widest = 256

  /// - Parameter bound: of the same frames.
  /// - Throws: `FileError`, `StatisticsError`, `BLASError`.
  init(
    _ evaluation: FrameEvaluation, _ frames: LookedAt, of data: FrameData, bound: FrameBound,
    key: Key
  ) throws {
    let (model, count) = (evaluation.model, min(frames.count, Self.most))
    (self.frames, boundFrames) = (count, bound.count)
    let latents = try evaluation.encode(frames, count: count)
    let gaussians = try Self.gaussians(latents, model)
    codes = bound.codeCounts.isEmpty ? nil : CodeUsage(counts: bound.codeCounts)
    collapse = try gaussians.map {
      try PosteriorCollapse(
        divergences: bound.rates.count == $0.dimensions
          ? bound.rates : $0.divergencesFromStandardNormal,
        means: $0.means,
        mutualInformation: MutualInformation($0, key: key.fold("information")))
    }
    holes = try Self.holes(gaussians, evaluation, frames, count, key.fold("holes"))
    blur = try Self.blur(latents, model, frames, count)
    known = try Self.factors(latents, model, frames.part, count, key.fold("factors"))
  }

  /// Of the frames as they are, and not as black and white draws of them, which have more power.
  private static func blur(
    _ latents: FrameLatents, _ model: Autoencoder, _ frames: LookedAt, _ count: Int
  ) throws -> Blur {
    let size = model.frame
    func spectrum(_ pixels: [Float]) throws -> RadialSpectrum {
      try RadialSpectrum(
        pixels, height: size.height, width: size.width, channels: size.channels)
    }
    let bytes = try frames.part.frames(0..<count)
    let means = FrameGenerator(model).decode(
      latents.centers, labels: frames.labels.isEmpty ? [] : Array(frames.labels[0..<count]))
    return Blur(
      data: try spectrum(bytes.map { Float($0) / 255 }), reconstructions: try spectrum(means))
  }

  /// Posteriors of vector latents that are normal distributions; nil of others.
  private static func gaussians(_ latents: FrameLatents, _ model: Autoencoder) throws -> Gaussians?
  {
    guard model.places == 1, model.latentCount <= widest, let moments = latents.moments else {
      return nil
    }
    let dimensions = model.latentCount
    return moments.isFull
      ? try Gaussians(means: moments.means, lower: moments.deviations, dimensions: dimensions)
      : try Gaussians(
        means: moments.means, deviations: moments.deviations, dimensions: dimensions)
  }

  /// - Returns: nil of latents that are no points of a space, and where frames are few.
  private static func holes(
    _ gaussians: Gaussians?, _ evaluation: FrameEvaluation, _ frames: LookedAt, _ count: Int,
    _ key: Key
  ) throws -> Holes? {
    let model = evaluation.model
    guard let gaussians, count >= 8 else { return nil }
    let generator = FrameGenerator(model)
    let labels = frames.labels.isEmpty ? [] : Array(frames.labels[0..<count])
    let prior = try Points(
      generator.priorLatents(count, labels: labels, temperature: 1, key: key.fold("prior")),
      dimensions: model.latentCount, name: "draws of the prior")
    let posterior = try Points(
      generator.aggregateLatents(count, of: frames, temperature: 1, key: key.fold("posterior")),
      dimensions: model.latentCount, name: "draws of the posteriors")
    // Of a learned prior there is no one density to compare with.
    let divergence =
      model.configuration.prior == "standard"
      ? try AggregateDivergence(
        gaussians,
        noise: standardNormals(
          rows: gaussians.count, columns: gaussians.dimensions, key: key.fold("noise")))
      : nil
    return Holes(
      divergence: divergence, test: try TwoSampleTest(posterior, prior, key: key.fold("halves")),
      distance: try FrechetDistance(posterior, prior))
  }

  /// - Returns: nil where latents are no points of a space, or nothing is known of the frames.
  private static func factors(
    _ latents: FrameLatents, _ model: Autoencoder, _ part: FramePart, _ count: Int, _ key: Key
  ) throws -> Known? {
    let all = part.source.factors
    guard model.latentCount <= widest, !all.isEmpty, count >= 20 else { return nil }
    // Half of the rows are learned from, every other one; frames of an episode are like their
    // neighbours, which would tell them.
    var order = Array(0..<count)
    var generator = Generator(key: key)
    generator.shuffle(&order)
    let factors = try Factors(
      order.flatMap { row in all.map { $0.values[part.indices[row]] } }, names: all.map(\.name))
    let points = try Points(latents.centers, dimensions: model.latentCount, name: "the latents")
      .rows(order)
    let prediction = try FactorPrediction(points, factors)
    let isMixed = factors.classCounts.count { $0 > 1 } > 1
    return Known(
      gap: MutualInformationGap(points, factors), prediction: prediction,
      disentanglement: isMixed ? try Disentanglement(importance: prediction.importance) : nil)
  }

  // MARK: in words

  /// A sentence each, which says of how many frames it is.
  package var sentences: [String] {
    func of(_ count: Int, _ sentence: String?) -> [String] {
      sentence.map { ["\($0) (\(count) frames)"] } ?? []
    }
    // What follows the first of a collapse's sentences has its number in it.
    let nats = collapse.map { of(boundFrames, $0.carryingSentence) + $0.sentences.dropFirst() }
    let latents = (nats ?? []) + of(boundFrames, codes?.sentence)
    let found =
      holes.map {
        [
          $0.divergence?.sentence, "aggregate posterior and prior are " + $0.test.sentence,
          $0.distance.sentence(features: "latents of aggregate posterior and prior"),
        ].compactMap { $0 }
      } ?? []
    let factors =
      known.map {
        of(frames, $0.gap.sentence) + of(frames, $0.disentanglement?.sentence)
          + [$0.prediction.sentence]
      } ?? []
    return latents + of(frames, blur.sentence) + found + factors
  }

  /// Members of a JSON object.
  var members: [(String, String)] {
    var members: [(String, String)] = [("diagnosed_frames", "\(frames)")]
    if let collapse {
      members += [
        ("units_over_0.1_nats", "\(collapse.carrying)"),
        ("active_units", "\(collapse.activeUnits)"),
      ]
      if let information = collapse.mutualInformation {
        members += [
          ("mutual_information", JSONText.number(information.estimate.value)),
          ("mutual_information_bound", JSONText.number(information.bound)),
        ]
      }
    }
    if let codes {
      members += [
        ("codes", "\(codes.counts.count)"), ("codes_used", "\(codes.used)"),
        ("perplexity", JSONText.number(codes.perplexity)),
      ]
    }
    if let holes {
      members += [
        (
          "aggregate_divergence",
          holes.divergence.map { JSONText.number($0.estimate.value) } ?? "null"
        ),
        ("two_sample_accuracy", JSONText.number(holes.test.accuracy)),
        ("frechet_distance", JSONText.number(holes.distance.value)),
      ]
    }
    if let known {
      members += [
        ("mig", known.gap.value.map(JSONText.number) ?? "null"),
        (
          "dci_disentanglement",
          known.disentanglement.map { JSONText.number($0.disentanglement) } ?? "null"
        ),
        (
          "dci_completeness",
          known.disentanglement.map { JSONText.number($0.completeness) } ?? "null"
        ),
        ("dci_informativeness", JSONText.number(known.prediction.informativeness)),
      ]
    }
    members.append(
      ("half_power_frequency", blur.halfPowerFrequency.map { "\($0)" } ?? "null"))
    members.append(
      ("power_ratios", JSONText.list(blur.ratios.map { $0 ?? .nan })))
    return members
  }
}
