import Files
import Foundation
import Runs

/// Folders for runs whose users name none.
package enum NewRun {
  /// Makes `runs/<name>-<time>`; where another run has just got that name, `…-2`, and so on. Making the
  /// folder is what decides.
  ///
  /// - Throws: `FileError`.
  package static func makeFolder(named name: String) throws -> RunFolder {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    let path = "runs/\(ForeignText.fileName(name))-\(formatter.string(from: Date()))"
    try RunFolder.create(URL(fileURLWithPath: "runs"))
    var number = 1
    while true {
      let url = URL(fileURLWithPath: number == 1 ? path : "\(path)-\(number)")
      if mkdir(url.path, 0o777) == 0 { return RunFolder(at: url) }
      guard errno == EEXIST else { throw FileError(opening: url.path, errno) }
      number += 1
    }
  }
}
