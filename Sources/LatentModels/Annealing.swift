import Foundation

/// What the divergence counts as training goes on: a factor in [0, 1] on its weight.
///
/// A posterior that is held to the prior from the start may never learn to say anything (Bowman et al.
/// 2016, arXiv:1511.06349, section 3.1). Every factor is computed from the whole number of the step: a
/// sum of fractions would miss 1.
package struct Annealing: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// 1 always.
    case constant
    /// `min(1, t / T)`.
    case linear
    /// `1 / (1 + e^(-k (t - T)))` (Bowman et al. 2016).
    case sigmoid
    /// `min(1, τ / R)` in each of M cycles of T steps (Fu et al. 2019, arXiv:1903.10145, eq. 6 and 7, with
    /// t from 0): `τ = mod(t, ⌈T/M⌉) / (T/M)`.
    case cyclical
    /// `1 / (1 + e^-(12 τ/R - 6))` there, and 1 after the share R of the cycle.
    case cyclicalSigmoid = "cyclical_sigmoid"
  }

  package var kind = Kind.constant
  /// T: when a line reaches 1, when a sigmoid is at its middle, or the end of all cycles, after which the
  /// factor is 1.
  package var steps = 10_000
  /// M.
  package var cycles = 4
  /// R: the share of a cycle in which the factor grows, in (0, 1].
  package var ratio = 0.5
  /// k: how steep a sigmoid is, a step.
  package var slope = 0.0025

  package init(_ kind: Kind = .constant) { self.kind = kind }

  /// - Parameter step: t, from 0 on.
  package func factor(at step: Int) -> Float {
    switch kind {
    case .constant: 1
    case .linear: step >= steps ? 1 : Float(Double(step) / Double(steps))
    case .sigmoid: Float(sigmoid(slope * Double(step - steps)))
    case .cyclical: Float(min(1, place(of: step) / ratio))
    case .cyclicalSigmoid:
      place(of: step) > ratio ? 1 : Float(sigmoid(12 * place(of: step) / ratio - 6))
    }
  }

  /// τ: how much of its cycle is over; infinite after the last.
  private func place(of step: Int) -> Double {
    precondition(cycles > 0 && ratio > 0, "\(cycles) cycles with \(ratio) of them rising")
    if step >= steps { return .infinity }
    let length = (steps + cycles - 1) / cycles
    return Double(step % length * cycles) / Double(steps)
  }

  private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}
