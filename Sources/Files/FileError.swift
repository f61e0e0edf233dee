/// A file or folder that could not be read or written.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, for callers that answer differently (a command's exit code, for one).
  public enum Kind: Sendable {
    /// It is not there.
    case missing
    /// It is there and must not be.
    case exists
    /// It is there and does not hold what it should.
    case malformed
    /// The system refused: no permission, no space, a failing disk.
    case system
  }

  public let kind: Kind
  public let path: String
  /// What is wrong, as a clause: "is not there".
  public let what: String
  /// What the user can do, as an imperative.
  public let remedy: String

  public init(_ kind: Kind, path: String, what: String, remedy: String) {
    self.kind = kind
    self.path = path
    self.what = what
    self.remedy = remedy
  }

  public var description: String { "\(path): \(what); \(remedy)" }
}
