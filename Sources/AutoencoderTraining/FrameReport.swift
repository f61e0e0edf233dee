import Autoencoders
import Files
import Foundation
import FrameSources
import Randomness
import Statistics

/// How good a model of frames is, and what is wrong with it, in numbers and in words.
package struct FrameReport: Sendable {
  /// What is looked at.
  package struct Plan: Sendable {
    /// Frames.
    package var count: Int
    /// Draws of each.
    package var samples: Int
    /// Draws of the importance-weighted bound; 0 for none.
    package var importance: Int
    package var importanceFrames: Int
    /// Whether latents and reconstructions are diagnosed too.
    package var describesLatents: Bool

    package init(
      count: Int, samples: Int, importance: Int, importanceFrames: Int, describesLatents: Bool
    ) {
      (self.count, self.samples) = (count, samples)
      (self.importance, self.importanceFrames) = (importance, importanceFrames)
      self.describesLatents = describesLatents
    }
  }

  package let plan: Plan
  package let bound: FrameBound
  package let importance: ImportanceResult?
  /// The evidence bound on the frames of the importance-weighted one.
  package let boundThere: Double?
  package let diagnosis: FrameDiagnosis?

  /// - Parameter progress: is told what is done, how much of it, and how much there is.
  /// - Throws: `FileError`, `StatisticsError`, `BLASError`.
  package init(
    _ evaluation: FrameEvaluation, _ frames: LookedAt, of data: FrameData, plan: Plan, key: Key,
    progress: (String, Int, Int) -> Void = { _, _, _ in }
  ) throws {
    self.plan = plan
    bound = try evaluation.bound(
      frames, count: plan.count, samples: plan.samples, key: key.fold("bound"))
    if plan.importance > 0 {
      let count = plan.importanceFrames
      importance = try evaluation.importance(
        frames, count: count, samples: plan.importance, key: key.fold("importance")
      ) { progress("iwae", $0, count) }
      boundThere = try evaluation.bound(
        frames, count: count, samples: plan.samples, key: key.fold("bound")
      ).elbo
    } else {
      (importance, boundThere) = (nil, nil)
    }
    diagnosis =
      plan.describesLatents
      ? try FrameDiagnosis(evaluation, frames, of: data, bound: bound, key: key) : nil
  }

  /// Nats of a frame as bits of each of its numbers; nil where pixels have densities.
  private func bits(_ nats: Double, _ trained: TrainedAutoencoder) -> Double? {
    trained.model.likelihood.levels.map { _ in
      -nats / (log(2) * Double(trained.model.frame.count))
    }
  }

  /// The evidence bound in bits of each number of a frame; nil where pixels have densities.
  package func bitsPerDimension(of trained: TrainedAutoencoder) -> Double? {
    bits(bound.elbo, trained)
  }

  // MARK: in words

  /// For people.
  package func text(of trained: TrainedAutoencoder) -> String {
    let model = trained.model
    func nats(_ value: Double) -> String { String(format: "%.2f", value) }
    var lines = [
      "\(trained.url.relativePath): \(model.configuration.posterior) latents, "
        + "\(model.configuration.likelihood) pixels, \(trained.updates) updates",
      "\(bound.count) frames, nats a frame: evidence bound \(nats(bound.elbo)), distortion "
        + "\(nats(bound.distortion)), rate \(nats(bound.rate))",
    ]
    if let bits = bitsPerDimension(of: trained) {
      lines.append("bits per dimension: at most \(String(format: "%.4f", bits))")
    }
    if model.configuration.isGreyCrossEntropy {
      lines.append(
        "pixels are grey and their cross-entropy is no likelihood: compare these numbers with their like"
      )
    }
    if let importance, let boundThere {
      lines.append(
        "importance-weighted bound of \(importance.samples) draws, \(importance.bounds.count) frames: "
          + "\(nats(importance.bound)), where the evidence bound is \(nats(boundThere)); "
          + "\(String(format: "%.1f", importance.meanEffectiveSamples)) of \(importance.samples) draws "
          + "count")
    }
    return (lines + (diagnosis?.sentences ?? [])).joined(separator: "\n")
  }

  /// For programs.
  package func json(of trained: TrainedAutoencoder) -> String {
    var members: [(String, String)] = [
      ("updates", "\(trained.updates)"), ("frames", "\(bound.count)"),
      ("elbo", JSONText.number(bound.elbo)), ("distortion", JSONText.number(bound.distortion)),
      ("rate", JSONText.number(bound.rate)),
      ("rates", JSONText.list(bound.rates)),
      ("bits_per_dim", bitsPerDimension(of: trained).map(JSONText.number) ?? "null"),
    ]
    if let importance, let boundThere {
      members += [
        ("iwae", JSONText.number(importance.bound)), ("iwae_samples", "\(importance.samples)"),
        ("iwae_frames", "\(importance.bounds.count)"),
        ("iwae_effective_samples", JSONText.number(importance.meanEffectiveSamples)),
        ("iwae_bits_per_dim", bits(importance.bound, trained).map(JSONText.number) ?? "null"),
        ("elbo_on_iwae_frames", JSONText.number(boundThere)),
      ]
    }
    if let diagnosis { members += diagnosis.members }
    return JSONText.object(members)
  }
}

extension AutoencoderConfiguration {
  /// Whether pixels are targets of a cross-entropy that is the log-probability of nothing.
  package var isGreyCrossEntropy: Bool { likelihood == "bernoulli" && !pixels.isDrawn }
}

/// Pieces of JSON.
enum JSONText {
  /// `null` for what is no finite number.
  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

  static func list(_ values: [Double]) -> String {
    "[" + values.map(number).joined(separator: ", ") + "]"
  }

  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(ForeignText.quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
  }
}
