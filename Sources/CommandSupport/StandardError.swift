import Files
import Foundation

/// Where commands say what is no result.
package enum StandardError {
  /// Writes a line. That nobody reads it is no reason to fail.
  ///
  /// - Parameter line: control characters in it are shown, not sent to the terminal.
  package static func print(_ line: String) { printLines(ForeignText.visible(line)) }

  /// Writes lines, whose ends are the program's own.
  package static func printLines(_ text: String) {
    let shown = ForeignText.visible(text, keepingLines: true) + "\n"
    try? FileHandle.standardError.write(contentsOf: Data(shown.utf8))
  }
}
