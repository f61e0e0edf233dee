/// One thing that is true of a world at a moment, shown or not: what probes and maps of an agent's
/// latent states are held against. No agent ever sees it.
public struct TrueValue: Sendable, Hashable, Codable {
  /// A choice or a number: which one decides how probes look for it.
  public enum Value: Sendable, Hashable, Codable {
    /// One of several, by its number among their names.
    case choice(Int, of: [String])
    /// A real number, in the unit that the world's README states.
    case number(Double)
  }

  /// What probes and maps call it.
  public var name: String
  /// How it stands at the moment.
  public var value: Value

  /// What holds at a moment, under a name that stays the same from reset to reset.
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
