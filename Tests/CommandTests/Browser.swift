import Foundation

/// A headless Chromium, where one is installed (`Scripts/packages.sh chromium`).
struct Browser {
  /// The page after its scripts have run, and what was written to its console.
  struct Visit {
    var page: String
    var console: [String]
  }

  private let program: URL

  /// Nil where there is no Chromium.
  static let installed: Browser? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let programs = ["chromium", "chromium-browser", "google-chrome"].flatMap { name in
      folders.map { URL(fileURLWithPath: "\($0)/\(name)") }
    }
    return programs.first { FileManager.default.isExecutableFile(atPath: $0.path) }
      .map { Browser(program: $0) }
  }()

  /// Opens a file without a network.
  /// - Parameter folder: for what the browser writes.
  func visit(_ file: URL, in folder: URL) throws -> Visit {
    let (page, log) = (
      folder.appendingPathComponent("page.txt"), folder.appendingPathComponent("log.txt")
    )
    for url in [page, log] { try Data().write(to: url) }
    let process = Process()
    process.executableURL = program
    process.arguments = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--log-level=0",
      "--user-data-dir=\(folder.appendingPathComponent("profile").path)",
      "--virtual-time-budget=10000", "--dump-dom", file.absoluteString,
    ]
    process.standardOutput = try FileHandle(forWritingTo: page)
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    process.waitUntilExit()
    let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
    return Visit(
      page: try String(contentsOf: page, encoding: .utf8),
      console: lines.filter { $0.contains("CONSOLE") }.map(String.init))
  }
}
