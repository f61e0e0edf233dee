import Agents
import Foundation
import Kernels
import NeuralNetworks
import PeerVerification
import WorldModels

extension GoldenFile {
  /// Computes what the file holds and compares.
  ///
  /// - Parameter shards: parts that the batch is cut into; the file's B at most.
  /// - Throws: ``GoldenFileError``, `BLASError`.
  package func verify(shards: Int = 2) throws -> [VerificationLine] {
    do {
      return try compare(shards: shards)
    } catch let problem as NonFiniteLoss {
      throw GoldenFileError(
        file: name,
        problem: "what its batch and parameters give is no number: \(problem.finding)",
        remedy: GoldenFileError.copyAgain)
    }
  }

  private func compare(shards: Int) throws -> [VerificationLine] {
    let batch = try makeBatch()
    let draws = DrawSource.fixed(deviations: Self.deviations)
    let pool = WorkerPool()
    let learner = try makeLearner(shards: min(shards, specification.B))
    var lines = [try forward(learner.agent.forwardRecord(batch, draws: draws))]
    if tensors.names.contains(where: { $0.hasPrefix("openloop/") }) {
      lines.append(try openLoop(learner.agent, batch, draws))
    }
    for update in 1...max(specification.updates, 1) {
      let result = try learner.train(batch, draws: draws, pool: pool)
      if update == 1 {
        lines.append(try losses(learner, result))
        lines.append(try metrics(result, prefix: "metric/", "metrics", tolerance: 2e-5))
        lines += try gradients(learner)
      }
      lines += try updated(learner, result, update)
    }
    return lines
  }

  // MARK: forward

  private func forward(_ record: ForwardRecord) throws -> VerificationLine {
    var errors = GroupErrors("forward", tolerance: 2e-5)
    let named = [
      ("tokens", record.tokens), ("deter", record.deter), ("stoch", record.stoch),
      ("logit", record.logits), ("prior_logit", record.priorLogits),
    ]
    for (name, values) in named {
      errors.add(name, ours: values, reference: try entry("out/\(name)"))
    }
    for (name, values) in record.reconstructions {
      guard let reference = tensors["out/recon/\(name)"] else { continue }
      errors.add("recon/\(name)", ours: values, reference: reference)
    }
    return errors.line
  }

  private func openLoop(
    _ agent: Agent, _ batch: SequenceBatch, _ draws: DrawSource
  ) throws -> VerificationLine {
    let loop = agent.openLoop(batch, draws: draws)
    var errors = GroupErrors("report video (of 255)", tolerance: 2)
    for index in loop.images.indices {
      let name = loop.images[index].space.name
      let reference = try entry("openloop/\(name)")
      guard let video = loop.video(index), let expected = reference.bytes,
        reference.shape == [video.frameCount, video.height, video.width, 3]
      else {
        errors.add(name, .infinity)
        continue
      }
      errors.add(
        name, zip(video.pixels, expected).reduce(0) { max($0, abs(Double($1.0) - Double($1.1))) })
    }
    return errors.line
  }

  // MARK: losses and gradients

  private func losses(_ learner: Learner, _ result: Learner.Result) throws -> VerificationLine {
    var errors = GroupErrors("losses", tolerance: 2e-5)
    for (name, rows) in learner.rowLosses(batchSize: specification.B) {
      errors.add(name, ours: rows, reference: try entry("out/loss/\(name)"))
    }
    let expected = tensors.names.filter { $0.hasPrefix("out/loss/") }.map { $0.dropFirst(9) }
    let found = learner.rowLosses(batchSize: specification.B).map(\.name)
    for missing in expected where !found.contains(String(missing)) {
      errors.add("\(missing) (not computed)", .infinity)
    }
    let total = result.metrics.first { $0.name == "opt/loss" }?.value ?? .nan
    errors.add("total", ours: [total], reference: try entry("out/loss"))
    return errors.line
  }

  private func metrics(
    _ result: Learner.Result, prefix: String, _ group: String, tolerance: Double
  ) throws -> VerificationLine {
    var errors = GroupErrors(group, tolerance: tolerance)
    for key in tensors.names where key.hasPrefix(prefix) {
      let name = String(key.dropFirst(prefix.count))
      let ours = result.metrics.first { $0.name == name }?.value ?? .nan
      let reference = try number(key)
      let isRMS = name.hasPrefix("opt/") && name.hasSuffix("_rms")
      let error =
        isRMS
        ? abs(Double(ours) / reference - 1) * tolerance / 1e-3
        : GroupErrors.difference([ours], [reference])
      errors.add(name, error)
    }
    return errors.line
  }

  /// The distance of each gradient over the reference's norm.
  private func gradients(_ learner: Learner) throws -> [VerificationLine] {
    guard tensors.names.contains(where: { $0.hasPrefix("grad/") }) else { return [] }
    var errors = GroupErrors("gradients (of norm)", tolerance: 3e-4)
    for entry in learner.agent.parameters.trained {
      let reference = try numbers("grad/\(entry.name)", shape: entry.shape)
      let ours = learner.gradient(of: entry)
      let distance = zip(ours, reference).reduce(0) {
        $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
      }
      let norm = reference.reduce(0) { $0 + $1 * $1 }
      // A gradient that is zero there must be next to zero here.
      errors.add(entry.name, (distance / max(norm, 1e-24)).squareRoot())
    }
    return [errors.line]
  }

  // MARK: updates

  /// What the file holds of the agent after `update` updates.
  private func updated(
    _ learner: Learner, _ result: Learner.Result, _ update: Int
  ) throws -> [VerificationLine] {
    var lines: [VerificationLine] = []
    if tensors.names.contains(where: { $0.hasPrefix("aftermetric\(update)/") }) {
      lines.append(
        try metrics(
          result, prefix: "aftermetric\(update)/", "metrics of update \(update)",
          tolerance: update == 1 ? 2e-5 : 2e-4))
    }
    guard tensors.names.contains(where: { $0.hasPrefix("after\(update)/") }) else { return lines }
    lines.append(try slowParts(learner, update))
    lines += try parameters(learner, update)
    return lines
  }

  private func slowParts(_ learner: Learner, _ update: Int) throws -> VerificationLine {
    var errors = GroupErrors("slow parts, update \(update)", tolerance: 1e-5)
    for entry in learner.agent.parameters.entries where !entry.isTrained {
      errors.add(
        entry.name, ours: learner.agent.parameters[entry].array,
        reference: try self.entry("after\(update)/\(entry.name)"))
    }
    for normalizer in AgentState.normalizers {
      let state = learner.state[keyPath: normalizer.path]
      for (stored, path) in state.stored {
        let key = "\(normalizer.name)/\(stored)/value"
        errors.add(
          key, ours: [state[keyPath: path]], reference: try entry("after\(update)/\(key)"))
      }
    }
    errors.add(
      "slowval_count", ours: [Float(learner.state.slowValueCount)],
      reference: try entry("after\(update)/slowval_count/value"))
    return errors.line
  }

  /// The share of elements further than 2 % of `k · lr` from the reference, among those whose
  /// reference gradient is at least 1e-6 of the largest in its tensor: below that, dividing by the
  /// root mean square turns rounding into whole steps.
  private func parameters(_ learner: Learner, _ update: Int) throws -> [VerificationLine] {
    var single = GroupErrors("parameters, update \(update)", tolerance: 1)
    var all = GroupErrors("all parameters, update \(update)", tolerance: 1e-3)
    var (far, counted) = (0, 0)
    for entry in learner.agent.parameters.trained {
      let reference = try numbers("after\(update)/\(entry.name)", shape: entry.shape)
      // Without gradients in the file, all elements count.
      let gradient =
        tensors["grad/\(entry.name)"] == nil
        ? reference.map { _ in 0 }
        : try numbers("grad/\(entry.name)", shape: entry.shape).map(abs)
      let ours = learner.agent.parameters[entry].array
      let floor = 1e-6 * (gradient.max() ?? 0)
      let limit = 0.02 * Double(update) * specification.lr
      let farHere = reference.indices.reduce(0) {
        $0 + (gradient[$1] >= floor && !(abs(Double(ours[$1]) - reference[$1]) <= limit) ? 1 : 0)
      }
      // In units of what is allowed: one element, or 1 %.
      single.add(entry.name, Double(farHere) / max(1, 0.01 * Double(reference.count)))
      far += farHere
      counted += reference.count
    }
    all.add("\(far) of \(counted) elements far", Double(far) / Double(max(counted, 1)))
    return [single.line, all.line]
  }
}
