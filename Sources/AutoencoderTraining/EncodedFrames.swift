import Autodiff
import Autoencoders
import Files
import Foundation
import NeuralNetworks

/// Frames' latents as plain numbers.
package struct FrameLatents: Sendable {
  /// `[n, latentCount]`.
  package let centers: [Float]
  /// `[n, places, codes of a place]`; empty of latents that have none.
  package let codes: [Int32]
  /// As ``PosteriorMoments/deviations``; nil of other families.
  package let moments: PosteriorMoments?
}

extension FrameEvaluation {
  /// The latents of a part's first frames.
  ///
  /// - Throws: `FileError`.
  package func encode(_ frames: LookedAt, count: Int) throws -> FrameLatents {
    let model = model
    let parts = try map(frames, count: count) { tape, numbers, condition, _ -> FrameLatents in
      let parameters = model.encode(numbers, condition, tape)
      let prior = model.prior(rows: numbers.rows, condition, tape)
      let encoded = model.posterior.encode(parameters, prior: prior, .mode, tape)
      return FrameLatents(
        centers: model.posterior.centers(parameters, tape).values.array, codes: encoded.codes,
        moments: model.posterior.moments(parameters, tape))
    }
    let moments = parts.first?.moments.map { first in
      PosteriorMoments(
        means: parts.flatMap { $0.moments?.means ?? [] },
        deviations: parts.flatMap { $0.moments?.deviations ?? [] }, isFull: first.isFull)
    }
    return FrameLatents(
      centers: parts.flatMap(\.centers), codes: parts.flatMap(\.codes), moments: moments)
  }
}

/// The file that `dreamer vae encode` writes and `decode` reads.
package struct EncodedFrames {
  package let tensors: SafeTensors

  /// What tells a model from others, in the file's metadata.
  private static let key = "model"

  /// - Parameter labels: of all frames of the part; nil where they have none.
  package init(_ latents: FrameLatents, _ trained: TrainedAutoencoder, labels: [Int]?) {
    let model = trained.model
    let (rows, columns) = model.placesShape
    let count = latents.centers.count / model.latentCount
    var tensors = SafeTensors()
    tensors["latents"] = .init(
      shape: [count, rows, columns, model.posterior.width], values: .float32(latents.centers))
    if !latents.codes.isEmpty {
      let ofPlace = latents.codes.count / (count * rows * columns)
      tensors["codes"] = .init(
        shape: [count, rows, columns, ofPlace], values: .int32(latents.codes))
    }
    if let moments = latents.moments {
      let width = model.posterior.width
      tensors["deviations"] = .init(
        shape: [count, rows, columns, width] + (moments.isFull ? [width] : []),
        values: .float32(moments.deviations))
    }
    if let labels {
      tensors["labels"] = .init(
        shape: [count], values: .int32(labels.prefix(count).map(Int32.init)))
    }
    tensors.metadata = [Self.key: trained.identity]
    self.tensors = tensors
  }

  /// Reads latents, or, where a file has codes alone, what these stand for.
  ///
  /// - Parameter file: what errors call it.
  /// - Returns: `[n, latentCount]`, and labels where the model needs them.
  /// - Throws: `FileError` where it holds none, or those of another model.
  package static func latents(
    in tensors: SafeTensors, file: String, for trained: TrainedAutoencoder
  ) throws -> (latents: [Float], labels: [Int]) {
    let model = trained.model
    func refuse(_ what: String, _ remedy: String) -> FileError {
      FileError(.malformed, path: file, what: what, remedy: remedy)
    }
    if let owner = tensors.metadata[key], owner != trained.identity {
      throw refuse(
        "holds latents of another model", "encode the frames again with this run's checkpoint")
    }
    let (rows, columns) = model.placesShape
    /// Refuses what is not `[n, rows, columns, last]`.
    func check(_ entry: SafeTensors.Entry, _ name: String, last: Int) throws {
      guard entry.shape.count == 4, Array(entry.shape.dropFirst()) == [rows, columns, last] else {
        throw refuse(
          "holds \(name) of shape \(entry.shape) instead of [n, \(rows), \(columns), \(last)]",
          "encode the frames again with this run's checkpoint")
      }
    }
    let numbers: [Float]
    if let codes = tensors["codes"], model.posterior.isQuantised {
      try check(codes, "codes", last: model.configuration.latent.size)
      numbers = try Self.vectors(codes, model, refuse)
    } else if let latents = tensors["latents"], let floats = latents.floats {
      try check(latents, "latents", last: model.posterior.width)
      numbers = floats
    } else {
      throw refuse("has no tensor latents", "give a file that `dreamer vae encode` wrote")
    }
    guard !numbers.isEmpty, numbers.count % model.latentCount == 0,
      numbers.allSatisfy(\.isFinite)
    else {
      throw refuse(
        "does not hold \(model.latentCount) finite numbers for each frame",
        "encode the frames again with this run's checkpoint")
    }
    let count = numbers.count / model.latentCount
    guard model.conditionWidth > 0 else { return (numbers, []) }
    let labels = tensors["labels"]?.doubles.map { $0 } ?? []
    guard labels.count == count,
      labels.allSatisfy({ $0 >= 0 && $0 < Double(model.conditionWidth) && $0 == $0.rounded() })
    else {
      throw refuse(
        "has no label for each frame, and the model is conditional",
        "encode frames that have labels")
    }
    return (numbers, labels.map { Int($0) })
  }

  private static func vectors(
    _ entry: SafeTensors.Entry, _ model: Autoencoder,
    _ refuse: (String, String) -> FileError
  ) throws -> [Float] {
    let codes = model.posterior.codes ?? 0
    let numbers = entry.doubles
    guard numbers.allSatisfy({ $0 >= 0 && $0 < Double(codes) && $0 == $0.rounded() }) else {
      throw refuse("holds codes that are not 0 to \(codes - 1)", "encode the frames again")
    }
    return model.posterior.vectors(of: numbers.map { Int32($0) }, model.parameters)
  }

  /// Frames as a file of bytes.
  package static func frames(_ shares: [Float], _ trained: TrainedAutoencoder) -> SafeTensors {
    let shape = trained.facts.shape
    var tensors = SafeTensors()
    tensors["frames"] = .init(
      shape: [shares.count / shape.count, shape.height, shape.width, shape.channels],
      values: .uint8(shares.map(\.byte)))
    return tensors
  }
}
