import Foundation

/// A display without a screen, with a window manager, for tests of windows: Xvfb and openbox, whose
/// keys xdotool presses and whose pictures ImageMagick takes. `.ci/run` installs them.
package final class VirtualDisplay {
  /// Which of the tools are not installed; tests of windows need them all, and SDL.
  package static let missingTools: [String] = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return ["Xvfb", "openbox", "xdotool", "import"].filter { tool in
      !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
    }
  }()

  /// Its name, for `DISPLAY`.
  package let name: String
  private let server: Process
  private let manager: Process

  package init() throws {
    let output = Pipe()
    // Without `-noreset` the server begins anew when its last client leaves, and a client that comes
    // meanwhile is turned away: the manager, when the question whether it is there comes first.
    server = try Self.start(
      "Xvfb",
      ["-displayfd", "1", "-screen", "0", "1000x800x24", "-nolisten", "tcp", "-noreset"],
      output: output)
    // It writes its number once it is ready.
    let number = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    name = ":" + number.trimmingCharacters(in: .whitespacesAndNewlines)
    manager = try Self.start("openbox", ["--sm-disable"], display: name)
    try awaitManager()
  }

  /// A window that comes while the manager starts may never be shown; which desktop there is can be
  /// asked once it manages windows.
  private func awaitManager() throws {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(60) {
      let question = try Self.start("xdotool", ["get_desktop"], display: name)
      question.waitUntilExit()
      if question.terminationStatus == 0 { return }
      Thread.sleep(forTimeInterval: 0.02)
    }
    throw DisplayError(name: name, isManagerRunning: manager.isRunning)
  }

  deinit {
    // As long as the server lives, no other takes its number, and with it these files.
    for file in ["/tmp/.X\(name.dropFirst())-lock", "/tmp/.X11-unix/X\(name.dropFirst())"] {
      try? FileManager.default.removeItem(atPath: file)
    }
    for process in [manager, server] {
      // They inherit the blocked signals of the test's thread, but this one cannot be blocked.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// Presses keys, by xdotool's names, in the window of a title.
  package func press(_ keys: String..., in title: String) throws {
    _ = try run(
      "xdotool",
      ["search", "--onlyvisible", "--name", title, "windowfocus", "key", "--delay", "30"] + keys)
  }

  /// Has the window manager close the window of a title, as a person does, until its process has
  /// ended: a key that comes before the manager knows who has the focus does nothing.
  package func close(_ title: String, of process: Process) throws {
    let start = ContinuousClock.now
    while process.isRunning, ContinuousClock.now - start < .seconds(60) {
      try press("alt+F4", in: title)
      Thread.sleep(forTimeInterval: 0.5)
    }
  }

  /// Breaks the connection of the program that has the window of a title, as `xkill` does, or the end
  /// of the display.
  package func breakConnection(of title: String) throws {
    _ = try run("xdotool", ["search", "--onlyvisible", "--name", title, "windowkill"])
  }

  /// Gives the window of a title a size.
  package func resize(_ title: String, width: Int, height: Int) throws {
    _ = try run(
      "xdotool",
      ["search", "--onlyvisible", "--name", title, "windowsize", "\(width)", "\(height)"])
  }

  /// `[height, width, 3]` of the window of a title; nil where there is none.
  package func picture(of title: String) throws -> [UInt8]? {
    let found = try run("xdotool", ["search", "--onlyvisible", "--name", title])
    let windows = String(decoding: found, as: UTF8.self)
    guard let window = windows.split(separator: "\n").first else { return nil }
    let data = try run("import", ["-window", String(window), "-depth", "8", "rgb:-"])
    return data.isEmpty ? nil : [UInt8](data)
  }

  private func run(_ tool: String, _ arguments: [String]) throws -> Data {
    let output = Pipe()
    let process = try Self.start(tool, arguments, output: output, display: name)
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }

  private static func start(
    _ tool: String, _ arguments: [String], output: Pipe = Pipe(), display: String? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    var environment = ProcessInfo.processInfo.environment
    if let display { environment["DISPLAY"] = display }
    process.environment = environment
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}

/// No window manager came up.
private struct DisplayError: Error, CustomStringConvertible {
  let name: String
  let isManagerRunning: Bool

  var description: String {
    "display \"\(name)\" has no window manager after a minute; openbox "
      + (isManagerRunning ? "runs" : "has ended")
  }
}
