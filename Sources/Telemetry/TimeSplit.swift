import Foundation

/// Where the time of a run goes, and how fast it computes.
public struct TimeSplit: Sendable, Equatable {
  /// What the run does, in the order in which it does it.
  package let phases: [String]
  /// Seconds by phase.
  private var seconds: [String: Double]
  /// Of the clock, the phases and everything else included.
  private var elapsed = 0.0
  private var updates = 0
  /// Of the updates' phases.
  private var updating = 0.0
  private var multiplyAdds = 0

  package init(phases: [String]) {
    self.phases = phases
    seconds = [String: Double](uniqueKeysWithValues: phases.map { ($0, 0) })
  }

  /// Takes the seconds that something took.
  package mutating func add(_ phase: String, seconds: Double) {
    self.seconds[phase, default: 0] += seconds
  }

  /// Takes an update.
  ///
  /// - Parameter multiplyAdds: of its matrix products and convolutions.
  package mutating func addUpdate(
    phases: [(name: String, seconds: Double)], multiplyAdds: Int
  ) {
    for (name, seconds) in phases {
      add(name, seconds: seconds)
      updating += seconds
    }
    self.multiplyAdds += multiplyAdds
    updates += 1
  }

  package mutating func addElapsed(seconds: Double) { elapsed += seconds }

  /// A phase's part of the time.
  package func share(of phase: String) -> Double { (seconds[phase] ?? 0) / max(elapsed, 1e-9) }

  /// 10⁹ floating-point operations a second of matrix products and convolutions, while updates run.
  package var gflops: Double { 2 * Double(multiplyAdds) / max(updating, 1e-9) / 1e9 }

  /// Under the names of `metrics.jsonl`.
  package var metrics: [(name: String, value: Double)] {
    phases.map { ("time/\($0)", share(of: $0)) } + [("fps/gflops", gflops)]
  }

  /// `2.90 updates/s at 174 GFLOP/s; time: environment 8 %, replay 1 %, …`
  public var summary: String {
    let rate = Double(updates) / max(elapsed, 1e-9)
    let shares = phases.map { phase in
      let percent = Int((100 * share(of: phase)).rounded())
      return "\(phase.replacingOccurrences(of: "_", with: " ")) \(percent) %"
    }
    return String(format: "%.2f updates/s at %.0f GFLOP/s; time: ", rate, gflops)
      + shares.joined(separator: ", ")
  }

  package static func += (split: inout TimeSplit, other: TimeSplit) {
    split.seconds.merge(other.seconds) { $0 + $1 }
    split.elapsed += other.elapsed
    split.updating += other.updating
    split.updates += other.updates
    split.multiplyAdds += other.multiplyAdds
  }
}
