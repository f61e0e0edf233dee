/// The parts of an agent, by the names that their parameters begin with, here and in the reference.
public enum AgentModule: String, CaseIterable, Sendable {
  case encoder = "enc"
  case dynamics = "dyn"
  case decoder = "dec"
  case reward = "rew"
  case continuation = "con"
  case policy = "pol"
  case value = "val"
  case slowValue = "slowval"

  /// The module of a parameter; nil where it is none's.
  public init?(ofParameter name: String) {
    self.init(rawValue: name.split(separator: "/").first.map(String.init) ?? "")
  }

  /// All names, for messages.
  public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// An agent of which nothing learns.
public struct NothingLearns: Error, CustomStringConvertible, Equatable {
  /// As configured.
  public let frozen: [String]

  /// What is frozen and what to do about it, in a sentence.
  public var description: String {
    "agent.frozen: [\(frozen.joined(separator: ", "))] leaves no parameter that learns; leave a "
      + "module out of it, or look at the agent with `dreamer evaluate`"
  }
}
