import Foundation

/// The project's Python environment, which `Scripts/python.sh Tests/requirements.txt` makes.
package enum Python {
  package static let executable = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../.build-python/bin/python").standardized

  /// Whether the environment is there and has a package.
  package static func has(_ package: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: executable.path)
      && (try? run("import \(package)", [])) == ""
  }

  /// What a test that needs a package says where it is skipped.
  package static func remedy(_ package: String) -> String {
    "Python's \(package) is not in .build-python; Scripts/python.sh Tests/requirements.txt installs it"
  }

  /// Runs a program and returns what it wrote to standard output.
  package static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = executable
    process.arguments = ["-c", program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CocoaError(.executableLoad, userInfo: ["output": String(decoding: data, as: UTF8.self)])
    }
    return String(decoding: data, as: UTF8.self)
  }
}
