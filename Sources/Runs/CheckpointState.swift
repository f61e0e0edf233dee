import Files
import Foundation
import Kernels

/// A checkpoint's `state.json`: where the run stood, what the files beside it were, and what their owners
/// keep there under names of their own.
package struct CheckpointState: Sendable {
  /// Of the file's layout; `Experiments/Exchange/exchange.py` writes it too.
  static let currentVersion = 3

  /// Steps that had been made.
  package let step: Int
  /// Whether the run had made all its steps.
  package let isFinished: Bool
  /// XXH64 of other files of the checkpoint by their names. Nil where another program's was converted.
  package let files: [String: String]?
  /// Of this file, with zeros in its place. Nil where another program's was converted.
  package let checksum: String?
  /// What the run was computed with when it was saved; nil where that is not known.
  private let arithmetic: String?
  private let url: URL
  private let data: Data

  /// Steps and counts of all kinds: far above what anybody reaches, and low enough to be counted on from
  /// and to be calculated with.
  package static let counts = 0...1_000_000_000_000_000

  /// The names of the members that belong to nobody else.
  private enum CodingKeys: String, CodingKey {
    case version, step, isFinished, files, checksum, arithmetic
  }

  /// What is read of a file of any version.
  private struct Version: Decodable { var version: Int }

  private struct Members: Decodable {
    var step: Int
    var isFinished: Bool
    var files: [String: String]?
    var checksum: String?
    var arithmetic: String?
  }

  /// - Throws: `FileError`, or ``RunFileError`` where it cannot be read.
  init(contentsOf url: URL) throws {
    self.url = url
    data = try AtomicFile.read(url)
    let decoder = Self.decoder
    if let version = try? decoder.decode(Version.self, from: data).version,
      version != Self.currentVersion
    {
      throw RunFileError(
        file: url.path,
        problem: "it is of version \(version), and this program reads \(Self.currentVersion)",
        remedy: "use the program that wrote it")
    }
    guard let members = try? decoder.decode(Members.self, from: data), Self.counts ~= members.step
    else { throw Self.damage(of: url) }
    (step, isFinished) = (members.step, members.isFinished)
    (files, checksum, arithmetic) = (members.files, members.checksum, members.arithmetic)
    guard isWhole else { throw damage }
  }

  /// The step that a state tells, whatever else may be wrong with it; nil where it tells none.
  static func step(in url: URL) -> Int? {
    struct Step: Decodable { var step: Int }
    return try? decoder.decode(Step.self, from: AtomicFile.read(url)).step
  }

  /// Whether the file is what was written, as far as it says what that was.
  private var isWhole: Bool {
    guard let checksum else { return true }
    guard let text = String(data: data, encoding: .utf8) else { return false }
    let unsealed = text.replacingOccurrences(
      of: Self.seal(checksum), with: Self.seal(Self.noChecksum))
    return Data(unsealed.utf8).checksumText == checksum
  }

  /// What an owner keeps under a name; nil where there is nothing.
  ///
  /// - Throws: ``RunFileError`` where it is not of that type.
  package func member<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value? {
    do {
      return try Self.decoder.decode(Member<Value>.self, from: data, configuration: name).value
    } catch {
      throw damage
    }
  }

  /// Whether anything is kept under a name.
  package func holds(_ name: String) -> Bool {
    struct Anything: Decodable { init(from _: any Decoder) {} }
    return (try? member(name, as: Anything.self)) != nil
  }

  /// What is thrown where an owner cannot use what is there.
  package var damage: RunFileError { Self.damage(of: url) }

  private static func damage(of url: URL) -> RunFileError {
    RunFileError(file: url.path, problem: "it is damaged", remedy: "use another checkpoint")
  }

  /// What a user should know who goes on with the run here; nil where nothing has changed.
  package var arithmeticNote: String? {
    guard let arithmetic, arithmetic != Arithmetic.description else { return nil }
    return "this run was saved on \(arithmetic), and goes on with \(Arithmetic.description): its "
      + "last bits may differ from those of an uninterrupted run"
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

// MARK: - writing

extension CheckpointState {
  private static let noChecksum = String(repeating: "0", count: 16)

  private static func seal(_ checksum: String) -> String { "\"checksum\":\"\(checksum)\"" }

  /// Writes a state that appears whole or not at all.
  ///
  /// - Parameters:
  ///   - files: checksums of files by their names.
  ///   - members: of the owners, by their names.
  /// - Returns: the checksum that it has in it.
  /// - Throws: `FileError`; what the members throw.
  static func write(
    to url: URL, step: Int, isFinished: Bool, files: [String: String],
    members: [String: any Encodable]
  ) throws -> String {
    let own: [CodingKeys: any Encodable] = [
      .version: currentVersion, .step: step, .isFinished: isFinished, .files: files,
      .checksum: noChecksum, .arithmetic: Arithmetic.description,
    ]
    let all = own.reduce(into: members) { $0[$1.key.rawValue] = $1.value }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let unsealed = String(decoding: try encoder.encode(Object(members: all)), as: UTF8.self)
    let sum = Data(unsealed.utf8).checksumText
    let sealed = unsealed.replacingOccurrences(of: seal(noChecksum), with: seal(sum))
    try AtomicFile.write(Data(sealed.utf8), to: url)
    return sum
  }
}

/// An object with any members.
private struct Object: Encodable {
  let members: [String: any Encodable]

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: NamedKey.self)
    for (name, value) in members {
      try container.encode(value, forKey: NamedKey(name))
    }
  }
}

/// One member of an object.
private struct Member<Value: Decodable>: DecodableWithConfiguration {
  let value: Value?

  init(from decoder: any Decoder, configuration name: String) throws {
    value = try decoder.container(keyedBy: NamedKey.self)
      .decodeIfPresent(Value.self, forKey: NamedKey(name))
  }
}
