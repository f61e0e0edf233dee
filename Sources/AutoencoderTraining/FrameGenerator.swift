import Autodiff
import Autoencoders
import Foundation
import FrameSources
import Kernels
import Randomness
import Statistics

/// Where latents come from that no frame was seen for.
package enum LatentSource: String, Sendable, CaseIterable {
  /// The prior that the model was trained with.
  case prior
  /// The posteriors of frames: of quantised latents, the codes that frames have at each place.
  case aggregate
  /// A mixture of normal distributions that is fitted to the posteriors of frames.
  case mixture
}

/// Makes latents, and frames of latents. All of it is a function of keys.
package struct FrameGenerator: Sendable {
  package let model: Autoencoder

  package init(_ model: Autoencoder) { self.model = model }

  private func onTape<Result>(_ body: (Tape) throws -> Result) rethrows -> Result {
    let tape = Tape(arena: Arena(), values: model.parameters.values, gradients: .empty)
    return try tape.withoutRecording { try body(tape) }
  }

  // MARK: latents

  /// `[count, latentCount]` from the prior.
  ///
  /// - Parameters:
  ///   - labels: of each; empty where the model has no condition.
  ///   - temperature: what deviations are multiplied with, and logits divided by.
  package func priorLatents(
    _ count: Int, labels: [Int], temperature: Float, key: Key
  ) -> [Float] {
    onTape { tape in
      let prior = model.prior(rows: count, model.condition(labels, tape), tape)
      return model.posterior.samples(
        of: prior, temperature: temperature, .random(key, RowNumbering()), tape
      ).values.array
    }
  }

  /// `[count, latentCount]` from the posteriors of frames that are drawn.
  ///
  /// - Throws: `FileError`.
  package func aggregateLatents(
    _ count: Int, of frames: LookedAt, temperature: Float, key: Key
  ) throws -> [Float] {
    let isQuantised = model.posterior.isQuantised
    // Of codes each place has a frame of its own, or what is drawn would be a frame that is there.
    let draws = isQuantised ? count * model.places : count
    var generator = Generator(key: key.fold("frames"))
    let chosen = (0..<draws).map { _ in generator.integer(below: frames.count) }
    let (places, width) = (model.places, model.posterior.width)
    var result: [Float] = []
    for start in stride(from: 0, to: draws, by: 128) {
      let part = start..<min(start + 128, draws)
      let latents = try latents(
        of: frames, at: Array(chosen[part]), temperature: temperature,
        key: key.fold("draws").fold(start))
      guard isQuantised else {
        result += latents
        continue
      }
      for (row, draw) in part.enumerated() {
        let first = (row * places + draw % places) * width
        result += latents[first..<first + width]
      }
    }
    return result
  }

  /// `[count, latentCount]` from a mixture of normal distributions that is fitted to the aggregate posterior.
  ///
  /// - Throws: `FileError`, ``StatisticsError``; ``AutoencoderError`` where latents are codes, or so many
  ///   that no covariance can be fitted.
  package func mixtureLatents(
    _ count: Int, of frames: LookedAt, components: Int, temperature: Double, key: Key
  ) throws -> [Float] {
    guard model.posterior.isNormal, model.latentCount <= Self.mostMixed else {
      throw AutoencoderError(
        key: "--from mixture",
        problem: model.posterior.isNormal
          ? "\(model.latentCount) numbers of latents are more than \(Self.mostMixed)"
          : "\(model.configuration.posterior) latents are no points of a space",
        remedy: "use --from aggregate")
    }
    let points = try Points(
      aggregateLatents(Self.fitted, of: frames, temperature: 1, key: key.fold("fit")),
      dimensions: model.latentCount, name: "the latents")
    var settings = GaussianMixtureFit.Settings()
    settings.parts = components
    let fit = try GaussianMixtureFit(points, settings, key: key.fold("start"))
    return fit.mixture.draws(count, temperature: temperature, key: key.fold("draws"))
  }

  /// Numbers of latents up to which a mixture is fitted, and draws that it is fitted to.
  private static let (mostMixed, fitted) = (256, 4000)

  /// Draws from the posteriors of single frames.
  private func latents(
    of frames: LookedAt, at positions: [Int], temperature: Float, key: Key
  ) throws -> [Float] {
    let bytes = try positions.flatMap { try frames.bytes($0..<$0 + 1) }
    let labels = frames.labels.isEmpty ? [] : positions.map { frames.labels[$0] }
    return onTape { tape in
      let parameters = model.encode(
        model.numbers(of: bytes, tape), model.condition(labels, tape), tape)
      return model.posterior.posteriorSamples(
        parameters, temperature: temperature, .random(key, RowNumbering()), tape
      ).values.array
    }
  }

  /// The centres of the latents of some frames, `[n, latentCount]`.
  package func centers(_ bytes: [UInt8], labels: [Int]) -> [Float] {
    onTape { tape in
      let parameters = model.encode(
        model.numbers(of: bytes, tape), model.condition(labels, tape), tape)
      return model.posterior.centers(parameters, tape).values.array
    }
  }

  // MARK: frames

  /// Frames of latents, numbers from 0 to 1, `[n, height · width · channels]`.
  ///
  /// - Parameters:
  ///   - latents: `[n, latentCount]`.
  ///   - draw: of the pixels; nil for their means.
  package func decode(_ latents: [Float], labels: [Int], draw: Key? = nil) -> [Float] {
    let (count, width) = (latents.count / model.latentCount, model.latentCount)
    return stride(from: 0, to: count, by: 64).flatMap { start -> [Float] in
      let part = start..<min(start + 64, count)
      return onTape { tape in
        let rows = tape.constant(
          Array(latents[part.lowerBound * width..<part.upperBound * width]),
          rows: part.count * model.places, columns: model.posterior.width)
        let condition = labels.isEmpty ? nil : model.condition(labels[part], tape)
        let output = model.decode(rows, condition, tape)
        guard let draw else { return model.likelihood.mean(output, tape) }
        return model.likelihood.sample(output, .random(draw.fold(start), RowNumbering()), tape)
      }
    }
  }
}

/// Latents between two.
package enum Interpolation: String, Sendable, CaseIterable {
  /// Along the straight line.
  case linear
  /// Along the arc between their directions, as draws of many normal numbers all have about one length
  /// (White 2016, arXiv:1609.04468).
  case spherical

  /// - Parameter t: from 0 to 1.
  package func between(_ a: [Float], _ b: [Float], at t: Float) -> [Float] {
    guard self == .spherical, let angle = Self.angle(a, b) else {
      return zip(a, b).map { $0 + t * ($1 - $0) }
    }
    let (first, second) = (sin((1 - t) * angle) / sin(angle), sin(t * angle) / sin(angle))
    return zip(a, b).map { first * $0 + second * $1 }
  }

  /// Between two directions; nil where they are one line, or none.
  private static func angle(_ a: [Float], _ b: [Float]) -> Float? {
    func dot(_ x: [Float], _ y: [Float]) -> Double {
      zip(x, y).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let lengths = (dot(a, a) * dot(b, b)).squareRoot()
    guard lengths > 0 else { return nil }
    let angle = acos(min(max(dot(a, b) / lengths, -1), 1))
    return sin(angle) > 1e-4 ? Float(angle) : nil
  }
}
