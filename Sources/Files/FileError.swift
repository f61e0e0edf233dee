import Foundation

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

  /// What Foundation threw on writing a file.
  public init(writing path: String, _ error: any Error) {
    self.init(
      .system, path: path, what: "cannot be written (\(Self.reason(error)))",
      remedy: "free some space or choose another folder")
  }

  /// What the system said last, on opening a file to write.
  public init(opening path: String) {
    self.init(
      .system, path: path, what: "cannot be created (\(Self.lastReason))",
      remedy: "check that the folder exists and may be written to")
  }

  /// What the system said last, on giving a file its name.
  init(renaming path: String) {
    self.init(
      .system, path: path, what: "cannot be replaced (\(Self.lastReason))",
      remedy: "check that it is a file and that its folder may be written to")
  }

  /// What the system said last, on bringing a file to the disk.
  init(synchronizing path: String) {
    self.init(
      .system, path: path, what: "cannot be written (\(Self.lastReason))",
      remedy: "free some space or check the disk")
  }

  private static var lastReason: String { String(cString: strerror(errno)) }

  /// What Foundation says, without its advice.
  static func reason(_ error: any Error) -> String {
    if let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error {
      return reason(underlying)
    }
    let error = error as NSError
    guard error.domain == NSPOSIXErrorDomain else { return error.localizedDescription }
    return String(cString: strerror(Int32(error.code)))
  }

  public var description: String { "\(path): \(what); \(remedy)" }
}
