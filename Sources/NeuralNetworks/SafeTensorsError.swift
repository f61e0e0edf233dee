/// A safetensors file that cannot be used.
public struct SafeTensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file's path, or what the caller called the data.
  public let file: String
  /// What is wrong, as a clause: "the header is not JSON".
  public let what: String
  /// What the user can do, as an imperative.
  public let remedy: String

  /// - Parameter remedy: by default what helps against a damaged file.
  public init(file: String, what: String, remedy: String = SafeTensorsError.damaged) {
    self.file = file
    self.what = what
    self.remedy = remedy
  }

  /// The remedy for a file that is no longer, or never was, what it should be.
  public static let damaged =
    "the file is damaged or no safetensors file: copy it again or use another"

  /// Which file it is, what is wrong with it, and what to do about it.
  public var description: String { "\(file): \(what); \(remedy)" }
}
