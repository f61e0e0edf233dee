import Foundation

/// A folder in which the built `dreamer` runs as a user would run it; removed in the end.
final class Shell: Sendable {
  /// What a command left behind.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("dreamer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The executable stands beside the bundle of the tests.
  static let executable: URL = {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let tests = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent().appendingPathComponent("dreamer")
  }()

  /// Where a file of the project is.
  static func fixture(_ path: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Fixtures/\(path)").standardized
  }

  /// A file or folder in the folder of this shell.
  func url(_ path: String) -> URL { folder.appendingPathComponent(path) }

  /// Runs a command to its end.
  func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    try start(arguments, environment: environment).finish()
  }

  /// Runs another program to its end.
  func run(_ program: URL, _ arguments: [String]) throws -> Outcome {
    try start(arguments, of: program).finish()
  }

  /// Runs a script of bash, in which `$D` is the built command.
  func script(_ lines: String) throws -> Outcome {
    try start(
      ["-c", lines], of: URL(fileURLWithPath: "/bin/bash"), environment: ["D": Self.executable.path]
    ).finish()
  }

  /// Starts a command.
  /// - Parameters:
  ///   - input: what it reads from its standard input; nil for what the tests have there.
  ///   - environment: variables over those of the tests; nil takes one away.
  ///   - listener: what takes its standard error; nil for what it leaves behind.
  func start(
    _ arguments: [String], of program: URL = executable, input: String? = nil,
    environment: [String: String?] = [:], listener: FileHandle? = nil
  ) throws -> Running {
    // Files, not pipes, which fill.
    let (output, errors) = (try makeFile(), try makeFile())
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = environment.reduce(into: ProcessInfo.processInfo.environment) {
      $0[$1.key] = $1.value
    }
    if let input {
      let file = try makeFile()
      try Data(input.utf8).write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
      try FileManager.default.removeItem(at: file)
    }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try listener ?? FileHandle(forWritingTo: errors)
    try process.run()
    return Running(process: process, output: output, errors: errors)
  }

  private func makeFile() throws -> URL {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("dreamer-\(UUID().uuidString).txt")
    try Data().write(to: url)
    return url
  }

  /// A command that has begun.
  struct Running {
    let process: Process
    fileprivate let output: URL
    fileprivate let errors: URL

    /// Waits until something is so, the command has ended, or two minutes are over.
    func wait(until isSo: () -> Bool) {
      let start = ContinuousClock.now
      while process.isRunning, !isSo(), ContinuousClock.now - start < .seconds(120) {
        Thread.sleep(forTimeInterval: 0.01)
      }
    }

    /// Sends a signal.
    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end, and brings it about where it does not come: a hanging command fails its
    /// test and no more.
    func finish() throws -> Outcome {
      wait { false }
      if process.isRunning { signal(SIGKILL) }
      process.waitUntilExit()
      defer { for url in [output, errors] { try? FileManager.default.removeItem(at: url) } }
      return Outcome(
        code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
        errors: try String(contentsOf: errors, encoding: .utf8))
    }
  }

  /// Trains for seconds; the run is in `run`.
  /// - Returns: What the command said.
  @discardableResult
  func train(_ arguments: String...) throws -> Outcome {
    try run(
      ["train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run"] + arguments)
  }

  /// The contents of all files, by their paths.
  func contents() throws -> [String: Data] {
    let paths = FileManager.default.subpaths(atPath: folder.path) ?? []
    return try paths.reduce(into: [:]) { contents, path in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: url(path).path, isDirectory: &isFolder)
      if !isFolder.boolValue { contents[path] = try Data(contentsOf: url(path)) }
    }
  }

  /// The one JSON object that a text is.
  static func object(_ text: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }
}
