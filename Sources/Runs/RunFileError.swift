/// A file of a run that does not fit or cannot be read: of a checkpoint, a configuration, an episode.
public struct RunFileError: Error, CustomStringConvertible, Equatable {
  /// The file's path.
  public let file: String
  /// What is wrong, as a clause.
  public let problem: String
  /// What the user can do, as an imperative.
  public let remedy: String
  /// Whether the file is whole, and of another run, step or configuration than what is beside it.
  public var isOfAnother = false

  package init(file: String, problem: String, remedy: String, isOfAnother: Bool = false) {
    (self.file, self.problem, self.remedy) = (file, problem, remedy)
    self.isOfAnother = isOfAnother
  }

  /// Which file it is, what is wrong with it, and what to do about it.
  public var description: String { "\(file): \(problem); \(remedy)" }
}
