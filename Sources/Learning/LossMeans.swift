/// What the terms of an update's loss were, on average over its rows.
package struct LossMeans: Sendable {
  package let terms: [(term: LossTerm, mean: Double)]

  package init(terms: [(term: LossTerm, mean: Double)]) { self.terms = terms }

  /// All of them, weighted.
  package var total: Double { terms.reduce(0) { $0 + $1.mean * Double($1.term.weight) } }

  /// As metrics: `loss/<name>` for each.
  package var metrics: [(name: String, value: Float)] {
    terms.map { ("loss/\($0.term.name)", Float($0.mean)) }
  }

  /// The first loss that is infinite or not a number, or else the total. Other metrics may be anything: a
  /// mean of what overflowed says nothing and is no reason to stop.
  ///
  /// - Parameter total: what the total is called.
  package func firstNonFinite(total name: String) -> (name: String, value: Float)? {
    (metrics + [(name, Float(total))]).first { !$0.value.isFinite }
  }
}
