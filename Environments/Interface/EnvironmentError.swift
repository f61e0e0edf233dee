/// Something wrong with what went into an environment or came out of it.
public struct EnvironmentError: Error, Equatable, CustomStringConvertible {
  /// The environment's id.
  public var environment: String
  /// Steps since the reset; 0 is the reset itself, nil stands outside of episodes.
  public var step: Int?
  /// What is wrong, with the value.
  public var problem: String
  /// What to do about it.
  public var remedy: String

  /// - Parameters:
  ///   - step: steps since the reset; nil outside of episodes.
  ///   - problem: a clause, with the value in it.
  ///   - remedy: an imperative.
  public init(environment: String, step: Int? = nil, problem: String, remedy: String) {
    self.environment = environment
    self.step = step
    self.problem = problem
    self.remedy = remedy
  }

  /// In which world and at which step, what is wrong, and what to do about it.
  public var description: String {
    let place = step.map { "\(environment), step \($0)" } ?? environment
    return "\(place): \(problem); \(remedy)"
  }
}
