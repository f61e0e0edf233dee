import Agents
import Foundation

/// Where the time of a run goes, and how fast it computes.
public struct TimeSplit: Sendable, Equatable {
  /// What a run does, in the order in which it does it.
  public static let phases = ["environment", "replay", "world_model", "imagination", "optimizer"]

  /// Seconds by phase.
  private(set) var seconds = [String: Double](uniqueKeysWithValues: phases.map { ($0, 0) })
  /// Of the clock, the phases and everything else included.
  private(set) var elapsed = 0.0
  private(set) var updates = 0
  private var multiplyAdds = 0

  /// Takes the seconds that the environments and the acting took.
  mutating func addEnvironment(seconds: Double) {
    self.seconds["environment", default: 0] += seconds
  }

  mutating func add(_ result: Learner.Result) {
    for (name, seconds) in result.phases { self.seconds[name, default: 0] += seconds }
    multiplyAdds += result.multiplyAdds
    updates += 1
  }

  mutating func addElapsed(seconds: Double) { elapsed += seconds }

  /// A phase's part of the time.
  func share(of phase: String) -> Double { (seconds[phase] ?? 0) / max(elapsed, 1e-9) }

  /// 10⁹ floating-point operations a second of matrix products and convolutions, while updates run.
  var gflops: Double {
    let busy = seconds.reduce(0) { $0 + ($1.key == "environment" ? 0 : $1.value) }
    return 2 * Double(multiplyAdds) / max(busy, 1e-9) / 1e9
  }

  /// Under the names of `metrics.jsonl`.
  var metrics: [(name: String, value: Double)] {
    Self.phases.map { ("time/\($0)", share(of: $0)) } + [("fps/gflops", gflops)]
  }

  /// `2.90 updates/s at 174 GFLOP/s; time: environment 8 %, replay 1 %, …`
  public var summary: String {
    let rate = Double(updates) / max(elapsed, 1e-9)
    let shares = Self.phases.map { phase in
      let percent = Int((100 * share(of: phase)).rounded())
      return "\(phase.replacingOccurrences(of: "_", with: " ")) \(percent) %"
    }
    return String(format: "%.2f updates/s at %.0f GFLOP/s; time: ", rate, gflops)
      + shares.joined(separator: ", ")
  }

  static func += (split: inout TimeSplit, other: TimeSplit) {
    split.seconds.merge(other.seconds) { $0 + $1 }
    split.elapsed += other.elapsed
    split.updates += other.updates
    split.multiplyAdds += other.multiplyAdds
  }
}
