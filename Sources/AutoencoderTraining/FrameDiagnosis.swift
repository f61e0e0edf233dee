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
    package let disentanglement: Disentanglement
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
    let data8 = try frames.bytes(0..<count)
    let size = model.frame
    let means = FrameGenerator(model).decode(
      latents.centers, labels: frames.labels.isEmpty ? [] : Array(frames.labels[0..<count]))
    func spectrum(_ pixels: [Float]) throws -> RadialSpectrum {
      try RadialSpectrum(
        pixels, height: size.height, width: size.width, channels: size.channels)
    }
    blur = Blur(
      data: try spectrum(data8.map { Float($0) / 255 }), reconstructions: try spectrum(means))
    known = try Self.factors(latents, model, frames.part, count)
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
    _ latents: FrameLatents, _ model: Autoencoder, _ part: FramePart, _ count: Int
  ) throws -> Known? {
    let all = part.source.factors
    guard model.latentCount <= widest, !all.isEmpty, count >= 20 else { return nil }
    let columns = all.map { factor in part.indices.prefix(count).map { factor.values[$0] } }
    let factors = try Factors(
      (0..<count).flatMap { row in columns.map { $0[row] } }, names: all.map(\.name))
    let points = try Points(latents.centers, dimensions: model.latentCount, name: "the latents")
    let prediction = try FactorPrediction(points, factors)
    return Known(
      gap: MutualInformationGap(points, factors), prediction: prediction,
      disentanglement: try Disentanglement(importance: prediction.importance))
  }

  // MARK: in words

  /// A sentence each.
  package var sentences: [String] {
    let latents = (collapse?.sentences ?? []) + [codes?.sentence].compactMap { $0 }
    let found =
      holes.map {
        [
          $0.divergence?.sentence, "aggregate posterior and prior are " + $0.test.sentence,
          $0.distance.sentence(features: "latents of aggregate posterior and prior"),
        ].compactMap { $0 }
      } ?? []
    let factors =
      known.map { [$0.gap.sentence, $0.disentanglement.sentence, $0.prediction.sentence] } ?? []
    return latents + [blur.sentence] + found + factors
  }

  /// Members of a JSON object.
  var members: [(String, String)] {
    var members: [(String, String)] = []
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
        ("dci_disentanglement", JSONText.number(known.disentanglement.disentanglement)),
        ("dci_completeness", JSONText.number(known.disentanglement.completeness)),
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
