import Foundation
import Inspection
import Runs

/// An inspection as people read it.
struct InspectionText {
  private let inspection: InspectionResult
  private let withTensors: Bool

  init(_ inspection: InspectionResult, withTensors: Bool) {
    self.inspection = inspection
    self.withTensors = withTensors
  }

  var lines: [String] {
    [inspection.path] + world + frames + progress + settings + checkpoints + parameters + scores
      + problems
  }

  private static func row(_ title: String, _ text: String) -> String {
    "  " + title.padding(toLength: 13, withPad: " ", startingAt: 0) + text
  }

  private var world: [String] {
    guard let environment = inspection.environment else { return [] }
    let shows =
      inspection.observations.isEmpty ? [] : [inspection.observations.joined(separator: ", ")]
    return [
      Self.row(
        "environment",
        ([environment] + shows + [inspection.actions].compactMap { $0 }).joined(separator: "; "))
    ]
  }

  /// What a model of single frames is made of.
  private var frames: [String] {
    guard let frames = inspection.frames else { return [] }
    let label = frames.label.map { "; \($0), \(Self.counted(frames.classes.count, "class", "es"))" }
    let prior = "\(frames.prior) prior"
    return [
      Self.row(
        "frames",
        [frames.shape, frames.source].compactMap { $0 }.joined(separator: " of ")
          + (label ?? "")),
      Self.row(
        "model",
        "\(frames.posterior) posterior, \(frames.latents); \(prior); \(frames.likelihood) likelihood; "
          + "\(frames.objective)\(frames.isConditional ? "; conditional" : "")"),
    ]
  }

  private var progress: [String] {
    guard let step = inspection.step else { return [] }
    var parts = ["\(step)" + (inspection.totalSteps.map { " of \($0)" } ?? "")]
    if let updates = inspection.updates { parts.append("\(updates) updates") }
    if inspection.isFinished == true { parts.append("finished") }
    if inspection.isRunning { parts.append("running") }
    return [Self.row("steps", parts.joined(separator: ", "))]
  }

  /// What was chosen, key by key; what the environment's preset chooses, as a number.
  private var settings: [String] {
    guard inspection.environment != nil || inspection.frames != nil else { return [] }
    let chosen = inspection.settings.filter { !$0.isPreset }
    let preset = inspection.settings.count - chosen.count
    let own = preset > 0 ? "\(preset) keys as the environment's preset has them" : "the defaults"
    return [Self.row("settings", chosen.isEmpty ? own : "\(own), and")]
      + chosen.map { Self.row("", "\($0.key): \($0.value)") }
  }

  private var checkpoints: [String] {
    var lines: [String] = []
    if !inspection.checkpoints.isEmpty {
      let texts = inspection.checkpoints.map {
        "\($0.step) (\(Self.size($0.bytes))\($0.isBest ? ", best" : ""))"
      }
      lines.append(Self.row("checkpoints", texts.joined(separator: ", ")))
    }
    // Models of frames remember none.
    if let replay = inspection.replay, inspection.frames == nil {
      lines.append(
        Self.row("replay", "\(Self.counted(replay.files, "file")), \(Self.size(replay.bytes))"))
    }
    return lines
  }

  private static func size(_ bytes: Int) -> String {
    bytes >= 1_000_000
      ? String(format: "%.1f MB", Double(bytes) / 1e6) : "\((bytes + 999) / 1000) kB"
  }

  /// `687,875`
  private static func grouped(_ number: Int) -> String {
    let digits = Array("\(number)")
    return digits.indices.reduce(into: "") { text, index in
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digits[index])
    }
  }

  /// `1 tensor`, `2 tensors`
  private static func counted(_ count: Int, _ noun: String, _ plural: String = "s") -> String {
    "\(count) \(noun)\(count == 1 ? "" : plural)"
  }

  private var parameters: [String] {
    guard !inspection.modules.isEmpty else { return [] }
    var lines = [Self.row("parameters", Self.grouped(inspection.parameterCount))]
    lines += inspection.modules.map {
      Self.row(
        "", "\($0.name): \(Self.grouped($0.parameters)) in \(Self.counted($0.tensors, "tensor"))")
    }
    if withTensors { lines += inspection.tensors.map { "    \($0.name) \($0.shape)" } }
    return lines
  }

  private var scores: [String] {
    var lines: [String] = []
    if let chart = TextChart(inspection.scores.map { ($0.step, $0.score) }) {
      let recent = inspection.scores.suffix(20)
      let mean = recent.reduce(0) { $0 + $1.score } / Double(recent.count)
      lines.append(
        inspection.frames == nil
          ? Self.row(
            "returns",
            "\(Self.counted(inspection.scores.count, "episode")); the last \(recent.count) earned "
              + String(format: "%.3f on average", mean))
          : Self.row(
            "bounds",
            "\(Self.counted(inspection.scores.count, "look")) at validation frames; at the last "
              + String(format: "%.2f nats a frame", recent.last?.score ?? mean)))
      lines += chart.lines.map { "    " + $0 }
    }
    if let last = inspection.evaluations.last,
      let best = inspection.evaluations.max(by: { $0.score < $1.score })
    {
      lines.append(
        Self.row(
          "evaluations",
          String(format: "%.3f at step ", last.score) + "\(last.step); the best "
            + String(format: "%.3f at step ", best.score) + "\(best.step)"))
    }
    return lines
  }

  private var problems: [String] {
    guard !inspection.problems.isEmpty else { return [Self.row("problems", "none")] }
    return [Self.row("problems", "\(inspection.problems.count)")]
      + inspection.problems.map { "    " + $0 }
  }
}
