/// One of the losses that an update makes smaller: what it is called, what it counts in their total, and
/// of what kind it is. A trainer gives each of its terms a name of its own.
package struct LossTerm: Sendable, Hashable {
  /// As metrics call it, behind `loss/`.
  package let name: String
  /// What it counts in the total.
  package let weight: Float
  package let kind: Kind

  /// What a loss is about. Each trainer has kinds of its own.
  package struct Kind: Sendable, Hashable {
    let name: String
    package init(_ name: String) { self.name = name }
  }

  package init(_ name: String, weight: Float, kind: Kind) {
    (self.name, self.weight, self.kind) = (name, weight, kind)
  }
}

/// A term's losses of single rows.
package struct RowLosses: Sendable {
  package let term: LossTerm
  package let rows: [Float]
}

/// What was summed over rows besides losses: entropies, divergences.
package struct RowSum: Sendable {
  package let name: String
  package let sum: Double
  package let count: Int
}
