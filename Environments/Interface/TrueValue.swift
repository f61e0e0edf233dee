/// One thing that is true of a world at a moment, shown or not: what probes and maps of an agent's
/// latent states are held against. No agent ever sees it.
public struct TrueValue: Sendable, Hashable, Codable {
  public enum Value: Sendable, Hashable, Codable {
    /// One of several, by its number among their names.
    case choice(Int, of: [String])
    /// A real number, in the unit that the world's README states.
    case number(Double)
  }

  public var name: String
  public var value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}
