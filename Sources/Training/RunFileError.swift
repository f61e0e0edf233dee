/// A file of a run that does not fit or cannot be read: of a checkpoint, a configuration, an episode.
public struct RunFileError: Error, CustomStringConvertible, Equatable {
  public let file: String
  public let problem: String
  public let remedy: String
  /// Whether the file is whole, and of another run, step or configuration than what is beside it.
  public var isOfAnother = false

  public var description: String { "\(file): \(problem); \(remedy)" }
}
