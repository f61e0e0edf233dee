/// Why there is no window, and what to do about it.
package struct ViewerError: Error, Equatable, CustomStringConvertible {
  package var problem: String
  package var remedy: String

  package init(_ problem: String, remedy: String) {
    self.problem = problem
    self.remedy = remedy
  }

  package var description: String { "\(problem); \(remedy)" }
}
