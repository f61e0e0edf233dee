import Evaluation
import Foundation
import TrainedAgents

/// What an evaluation found, as people and as programs read it.
struct EvaluationSummary {
  private let evaluation: EvaluationResult
  private let intervals: EvaluationIntervals
  private let withRows: Bool

  /// - Parameter seed: of the intervals.
  init(_ evaluation: EvaluationResult, seed: Int, withRows: Bool) {
    self.evaluation = evaluation
    self.withRows = withRows
    intervals = evaluation.intervals(seed: seed)
  }

  // MARK: for people

  func text(_ trained: TrainedAgent) -> String {
    let count = evaluation.returns.count
    var lines = [
      "\(trained.configuration.task) after \(trained.step) steps, "
        + "\(count) episode\(count == 1 ? "" : "s")",
      row("return   mean", evaluation.mean, intervals.mean),
      row("         middle half", evaluation.interquartileMean, intervals.interquartileMean),
      String(format: "         median %.3f, standard deviation ", evaluation.median)
        + (evaluation.deviation.map { String(format: "%.3f", $0) } ?? "-"),
      String(format: "length   mean %.1f steps", evaluation.meanLength),
    ]
    if let rate = evaluation.successRate, let interval = intervals.successRate {
      lines.append(row("success  rate", rate, interval))
    }
    return ((withRows ? rows : []) + lines).joined(separator: "\n")
  }

  /// `return   mean 0.953 (0.951 to 0.955)`; `(-)` where there is no interval.
  private func row(_ title: String, _ value: Double, _ interval: ClosedRange<Double>?) -> String {
    let ends = interval.map { String(format: "%.3f to %.3f", $0.lowerBound, $0.upperBound) }
    return title + String(format: " %.3f", value) + " (\(ends ?? "-"))"
  }

  private var rows: [String] {
    let heading = "episode      return  length  success"
    return [heading]
      + evaluation.returns.indices.map { episode in
        let success = evaluation.successes[episode].map { $0 ? "yes" : "no" } ?? "-"
        return String(
          format: "%7d  %10.4f  %6d  ", episode, evaluation.returns[episode],
          evaluation.lengths[episode]) + success
      } + [""]
  }

  // MARK: for programs

  var json: String {
    var members = [
      "\"episodes\": \(evaluation.returns.count)", "\"returns\": \(evaluation.returns)",
      "\"lengths\": \(evaluation.lengths)", "\"mean\": \(evaluation.mean)",
      "\"mean_interval\": \(Self.json(intervals.mean))", "\"median\": \(evaluation.median)",
      "\"iqm\": \(evaluation.interquartileMean)",
      "\"iqm_interval\": \(Self.json(intervals.interquartileMean))",
      "\"std\": \(evaluation.deviation.map { "\($0)" } ?? "null")",
      "\"success_rate\": \(evaluation.successRate.map { "\($0)" } ?? "null")",
      "\"success_interval\": \(Self.json(intervals.successRate))",
    ]
    if withRows { members.append("\"rows\": [\(jsonRows.joined(separator: ", "))]") }
    return "{\(members.joined(separator: ", "))}"
  }

  private var jsonRows: [String] {
    evaluation.returns.indices.map { episode in
      "{\"episode\": \(episode), \"return\": \(evaluation.returns[episode]), "
        + "\"length\": \(evaluation.lengths[episode]), "
        + "\"success\": \(evaluation.successes[episode].map { "\($0)" } ?? "null")}"
    }
  }

  private static func json(_ interval: ClosedRange<Double>?) -> String {
    interval.map { "[\($0.lowerBound), \($0.upperBound)]" } ?? "null"
  }
}
