import LatentModels
import TestSupport
import Testing

@Suite("annealing")
struct AnnealingTests {
  private func make(_ kind: Annealing.Kind, steps: Int, cycles: Int = 4, ratio: Double = 0.5)
    -> Annealing
  {
    var annealing = Annealing(kind)
    (annealing.steps, annealing.cycles, annealing.ratio) = (steps, cycles, ratio)
    annealing.slope = 0.05
    return annealing
  }

  @Test("all schedules against the golden file")
  func golden() throws {
    let file = try GoldenTensors("schedule")
    for (name, annealing) in [
      ("linear", make(.linear, steps: 80)), ("sigmoid", make(.sigmoid, steps: 80)),
      ("cyclical_linear", make(.cyclical, steps: 200)),
      ("cyclical_peer", make(.cyclical, steps: 200)),
      ("cyclical_sigmoid", make(.cyclicalSigmoid, steps: 200)),
    ] {
      #expect(
        file.error((0..<200).map { annealing.factor(at: $0) }, "out/\(name)") <= 1, "\(name)")
    }
  }

  /// T = 10, M = 3: cycles of four steps, τ = (t mod 4) / (10 / 3).
  @Test("cycles that do not divide the steps: the paper's, rounded up")
  func uneven() {
    let annealing = make(.cyclical, steps: 10, cycles: 3, ratio: 0.9)
    let tau: [Float] = [0, 0.3, 0.6, 0.9]
    let expected = (0..<10).map { min(1, tau[$0 % 4] / 0.9) }
    #expect(largestError((0..<10).map { annealing.factor(at: $0) }, expected) < 1e-6)
    #expect(annealing.factor(at: 3) == 1)
  }

  @Test("each reaches one exactly and stays there", arguments: Annealing.Kind.allCases)
  func ends(kind: Annealing.Kind) {
    // Sums of a tenth or of a seventh miss one.
    for steps in [1, 7, 10, 1000] {
      let annealing = make(kind, steps: steps)
      let factors = (0...2 * steps).map { annealing.factor(at: $0) }
      #expect(factors.allSatisfy { 0...1 ~= $0 })
      if kind == .sigmoid {
        #expect(factors[steps] == 0.5 && annealing.factor(at: 100_000) == 1)
      } else {
        #expect(factors[steps...].allSatisfy { $0 == 1 })
      }
      if kind == .linear || kind == .cyclical { #expect(factors[0] == 0) }
    }
    #expect(Annealing().factor(at: 0) == 1)
  }
}
