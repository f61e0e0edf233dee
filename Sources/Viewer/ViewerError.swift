/// Why there is no window, and what to do about it.
public struct ViewerError: Error, Equatable, CustomStringConvertible {
  public var problem: String
  public var remedy: String

  public init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String { "\(problem); \(remedy)" }
}
