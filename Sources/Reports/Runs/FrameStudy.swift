import AutoencoderTraining
import Autoencoders
import FrameSources
import Kernels
import Pictures
import Randomness
import Statistics

/// What a checkpoint shows when its model of frames is looked at.
struct FrameStudy {
  let run: RunRecord
  let trained: TrainedAutoencoder
  /// Of held-out frames.
  let report: FrameReport
  let reconstructions: Picture
  /// Draws that no frame was seen for, by where their latents come from.
  let samples: [(source: LatentSource, picture: Picture)]
  /// Nil of latents that are codes, and have no directions to move in.
  let traversal: FrameTraversal?
  /// Nil of more latents than are taken for points of a space.
  let map: FrameMap?

  /// Frames that are looked at, at most: a report takes seconds.
  private static let most = 1000
  /// Frames whose reconstructions are shown, and draws of each kind.
  private static let (shown, drawn) = (8, 32)
  /// Numbers of latents up to which a mixture is fitted, which takes time by their square.
  private static let widestMixture = 32

  /// - Parameter seed: of all draws.
  /// - Throws: what loading the model and its frames throws; `StatisticsError`, `BLASError`.
  init(_ run: RunRecord, seed: Int) throws {
    let trained = try TrainedAutoencoder(contentsOf: run.source)
    let (model, data) = (trained.model, try trained.data())
    let (key, pool) = (
      Key(seed: UInt64(seed)).fold("report"), WorkerPool(threads: trained.configuration.run.threads)
    )
    let frames = LookedAt(data.heldOut, of: data, for: model)
    let count = min(frames.count, Self.most)
    let evaluation = FrameEvaluation(model, pool: pool)
    (self.run, self.trained) = (run, trained)
    report = try FrameReport(
      evaluation, frames, of: data,
      plan: .init(
        count: count, samples: 1, importance: 0, importanceFrames: 0, describesLatents: true),
      key: key)
    let sheets = FrameSheets(model, pool: pool)
    reconstructions = try sheets.reconstructions(frames, 0..<min(count, Self.shown))
    let latents = try evaluation.encode(frames, count: count)
    let isNormal = trained.model.posterior.isNormal
    samples = try Self.samples(trained, frames, sheets, isNormal: isNormal, key.fold("samples"))
    traversal = isNormal ? FrameTraversal(latents, frames, report.bound, sheets) : nil
    map = try FrameMap(latents, model, data, count)
  }

  private static func samples(
    _ trained: TrainedAutoencoder, _ frames: LookedAt, _ sheets: FrameSheets, isNormal: Bool,
    _ key: Key
  ) throws -> [(LatentSource, Picture)] {
    let (model, generator) = (trained.model, FrameGenerator(trained.model))
    let labels = model.conditionWidth == 0 ? [] : (0..<drawn).map { $0 % model.conditionWidth }
    func sheet(_ latents: [Float]) -> Picture {
      FrameSheets.sheet(
        sheets.pictures(generator.decode(latents, labels: labels)), columns: shown)
    }
    var found = [
      (
        LatentSource.prior,
        sheet(generator.priorLatents(drawn, labels: labels, temperature: 1, key: key))
      )
    ]
    // Latents of frames of other labels than those that they are decoded with would mislead.
    guard labels.isEmpty else { return found }
    found.append(
      (
        .aggregate,
        sheet(try generator.aggregateLatents(drawn, of: frames, temperature: 1, key: key))
      ))
    if isNormal, model.latentCount <= widestMixture {
      let latents = try generator.mixtureLatents(
        drawn, of: frames, components: 10, temperature: 1, key: key)
      found.append((.mixture, sheet(latents)))
    }
    return found
  }
}

/// A frame with single latents moved.
struct FrameTraversal {
  /// The numbers of the latents that are moved, those that carry most first.
  let dimensions: [Int]
  /// Where to.
  let values: [Float]
  /// A row for each dimension, a picture for each value.
  let pictures: [[Picture]]

  private static let most = 6

  init(_ latents: FrameLatents, _ frames: LookedAt, _ bound: FrameBound, _ sheets: FrameSheets) {
    let width = sheets.latentCount
    let nats = bound.rates.count == width ? bound.rates : []
    let order = nats.isEmpty ? Array(0..<width) : nats.indices.sorted { nats[$0] > nats[$1] }
    dimensions = Array(order.prefix(Self.most))
    values = [-3, -2, -1, 0, 1, 2, 3]
    pictures = sheets.traversed(
      Array(latents.centers.prefix(width)), labels: Array(frames.labels.prefix(1)),
      dimensions: dimensions, values: values)
  }
}

/// Where frames have their latents, in a plane.
struct FrameMap {
  let plane: PrincipalPlane
  /// What is known of the frames; the label first.
  let factors: [(name: String, classNames: [String], values: [Int])]
  /// Whether latents have a standard normal prior, whose contours are circles in any plane.
  let hasStandardPrior: Bool

  /// Numbers of latents up to which they are taken for points of a space.
  static let widest = 256

  /// - Returns: nil of more latents than that.
  /// - Throws: `StatisticsError`, `BLASError`.
  init?(_ latents: FrameLatents, _ model: Autoencoder, _ data: FrameData, _ count: Int) throws {
    guard model.latentCount <= Self.widest, count > 1 else { return nil }
    plane = try PrincipalPlane(
      Points(latents.centers, dimensions: model.latentCount, name: "the latents"))
    let known = data.heldOut.source.factors
    let label = known.filter { $0.name == data.label?.name }
    factors = (label + known.filter { $0.name != data.label?.name }).map { factor in
      (
        factor.name, factor.classNames,
        data.heldOut.indices.prefix(count).map { factor.values[$0] }
      )
    }
    hasStandardPrior = latents.moments != nil && model.configuration.prior == "standard"
  }
}
