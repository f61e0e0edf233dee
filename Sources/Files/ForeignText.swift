/// Text of others in what this program writes: names and paths, keys and values of files, what other
/// programs say.
///
/// Everything goes by Unicode scalars. A `Character` may hold several: a quote and the accent on it
/// are one, and are not equal to a quote.
package enum ForeignText {
  /// Text that is shown as it is and does nothing: what a terminal or an editor would obey stands as
  /// an escape, `\n` or `\u001B`. Inside a string of JSON or of YAML the escape means the same.
  ///
  /// - Parameter keepingLines: whether ends of lines stay, for text of several lines of which nothing
  ///   foreign has any.
  package static func visible(_ text: some StringProtocol, keepingLines: Bool = false) -> String {
    func staysHidden(_ scalar: Unicode.Scalar) -> Bool {
      isControl(scalar) && !(keepingLines && scalar == "\n")
    }
    guard text.unicodeScalars.contains(where: staysHidden) else { return String(text) }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if staysHidden(scalar) {
        shown.append(contentsOf: escape(scalar).unicodeScalars)
      } else {
        shown.append(scalar)
      }
    }
    return String(shown)
  }

  /// A string of JSON, quotes included, which YAML of either version reads as the same text.
  package static func quoted(_ text: some StringProtocol) -> String {
    var quoted = "\"".unicodeScalars
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted.append(contentsOf: ["\\", scalar])
      case _ where isControl(scalar) || isUnprintable(scalar):
        quoted.append(contentsOf: escape(scalar).unicodeScalars)
      default: quoted.append(scalar)
      }
    }
    quoted.append("\"")
    return String(quoted)
  }

  /// A word of a shell's command, quoted where it needs to be.
  package static func shellWord(_ word: some StringProtocol) -> String {
    let scalars = word.unicodeScalars
    if scalars.contains(where: isControl) {
      // As `$'…'` of POSIX.1-2024, which bash, zsh and ksh have.
      return "$'" + word.utf8.map(shellByte).joined() + "'"
    }
    // Some shells take a word that begins with `=` for the path of a program.
    if !scalars.isEmpty, scalars.first != "=", scalars.allSatisfy(isPlainInShells) {
      return String(word)
    }
    return "'" + scalars.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
  }

  /// A path as a word of a shell's command. One that begins as options do is made to begin otherwise.
  package static func shellPath(_ path: some StringProtocol) -> String {
    shellWord(path.unicodeScalars.first == "-" ? "./" + path : String(path))
  }

  /// A part of a file's name: no folder, and nothing that a listing would obey.
  package static func fileName(_ name: some StringProtocol) -> String {
    String(
      String.UnicodeScalarView(name.unicodeScalars.map { $0 == "/" || isControl($0) ? "-" : $0 }))
  }

  private static func isPlainInShells(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "/", "+", ":", "@", "%", "=", ",": true
    default: false
    }
  }

  private static func shellByte(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\" + String(Unicode.Scalar(byte))
    case 0x20..<0x7F: String(Unicode.Scalar(byte))
    default: "\\" + [byte >> 6, byte >> 3 & 7, byte & 7].map { "\($0)" }.joined()
    }
  }

  /// Whether a terminal, a shell or an editor does something on meeting a scalar, instead of showing
  /// it: control characters, ends of lines, changes of direction.
  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20..<0x7F: false
    case ..<0xA0: true
    default:
      switch scalar.properties.generalCategory {
      case .lineSeparator, .paragraphSeparator: true
      default: scalar.properties.isBidiControl
      }
    }
  }

  /// Whether YAML does not take a scalar as it is.
  private static func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    [0xFEFF, 0xFFFE, 0xFFFF].contains(scalar.value)
  }

  /// All that need one are of sixteen bits.
  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\r": return "\\r"
    case "\t": return "\\t"
    default:
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }
}
