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

  /// What went wrong, for callers; `what` says it for people.
  public let kind: Kind
  /// Where the file or folder is, as the caller said it.
  public let path: String
  /// What is wrong, as a clause: "is not there".
  public let what: String
  /// What the user can do, as an imperative.
  public let remedy: String

  /// - Parameters:
  ///   - what: a clause: "is not there".
  ///   - remedy: an imperative.
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
      remedy: Self.remedy(Self.code(error)) ?? "free some space or choose another folder")
  }

  /// The system's number of what is in the way of writing a file.
  public init(writing path: String, code: Int32) {
    self.init(
      .system, path: path, what: "cannot be written (\(Self.text(code)))",
      remedy: Self.remedy(code) ?? "free some space or choose another folder")
  }

  /// What Foundation threw on reading a file or a folder.
  public init(reading path: String, _ error: any Error) {
    self.init(
      .system, path: path, what: "cannot be read (\(Self.reason(error)))",
      remedy: Self.code(error).flatMap(Self.readingRemedy) ?? "check the disk")
  }

  /// What the system said last, on reading a file or a folder.
  public init(reading path: String) {
    let code = errno
    self.init(
      .system, path: path, what: "cannot be read (\(Self.text(code)))",
      remedy: Self.readingRemedy(code) ?? "check the disk")
  }

  private static func readingRemedy(_ code: Int32) -> String? {
    switch code {
    case EACCES, EPERM: "get the permission to read it"
    case ELOOP: "its links go round in a circle: name the file itself"
    case EMFILE, ENFILE: "allow more open files (ulimit -n)"
    default: nil
    }
  }

  /// There is none.
  public static func missing(_ path: String) -> FileError {
    FileError(.missing, path: path, what: "there is no such file", remedy: "check the path")
  }

  /// A file or folder of a run that is somewhere else.
  public static func link(_ path: String) -> FileError {
    FileError(
      .malformed, path: path, what: "is a link, and nothing is written through links",
      remedy: "put what it points to in its place")
  }

  /// The system's number of what is in the way of opening a file to write.
  public init(opening path: String, _ code: Int32) {
    self.init(
      .system, path: path, what: "cannot be created (\(Self.text(code)))",
      remedy: Self.remedy(code) ?? "check that the folder exists and may be written to")
  }

  /// What the system said last, on giving a file its name.
  init(renaming path: String) {
    let code = errno
    self.init(
      .system, path: path, what: "cannot be replaced (\(Self.text(code)))",
      remedy: Self.remedy(code) ?? "check that it is a file and that its folder may be written to")
  }

  /// What the system said last, on bringing a file to the disk.
  init(synchronizing path: String) {
    self.init(
      .system, path: path, what: "cannot be written (\(Self.text(errno)))",
      remedy: "free some space or check the disk")
  }

  private static func text(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// What helps against an error of the system's; nil where the caller knows better.
  private static func remedy(_ code: Int32?) -> String? {
    switch code {
    case ENOTDIR: "a part of its path is a file: choose another path"
    case EEXIST: "a file has that name: choose another"
    case EISDIR: "it is a folder: name a file"
    case EACCES, EPERM: "get the permission or choose another folder"
    case EROFS: "its disk can only be read: choose another folder"
    case EFBIG: "files may not grow so large here: raise the limit of file size (ulimit -f)"
    case EMFILE, ENFILE: "allow more open files (ulimit -n)"
    case ENAMETOOLONG: "choose a shorter name"
    default: nil
    }
  }

  /// What Foundation says, without its advice.
  static func reason(_ error: any Error) -> String {
    code(error).map(text) ?? innermost(error).localizedDescription
  }

  /// The system's number of what Foundation threw.
  private static func code(_ error: any Error) -> Int32? {
    let error = innermost(error)
    if error.domain == NSPOSIXErrorDomain { return Int32(error.code) }
    return (error as? CocoaError)?.code == .fileWriteFileExists ? EEXIST : nil
  }

  /// The cause of the causes.
  private static func innermost(_ error: any Error) -> NSError {
    let error = error as NSError
    return (error.userInfo[NSUnderlyingErrorKey] as? any Error).map(innermost) ?? error
  }

  /// `own.yaml: there is no such file; check the path`
  public var description: String { "\(path): \(what); \(remedy)" }
}
