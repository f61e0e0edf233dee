/// One of the losses that an update makes smaller: what it is called, what it counts in their total, and
/// of what kind it is. A trainer gives each of its terms a name of its own.
public struct LossTerm: Sendable, Hashable {
  /// As metrics call it, behind `loss/`.
  public let name: String
  /// What it counts in the total.
  public let weight: Float
  public let kind: Kind

  /// What a loss is about. Each trainer has kinds of its own.
  public struct Kind: Sendable, Hashable {
    let name: String
    public init(_ name: String) { self.name = name }
  }

  public init(_ name: String, weight: Float, kind: Kind) {
    (self.name, self.weight, self.kind) = (name, weight, kind)
  }
}

/// A term's losses of single rows.
public struct RowLosses: Sendable {
  public let term: LossTerm
  public let rows: [Float]
}

/// What was summed over rows besides losses: entropies, divergences.
public struct RowSum: Sendable {
  public let name: String
  public let sum: Double
  public let count: Int
}
