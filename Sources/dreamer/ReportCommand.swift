import ArgumentParser
import CommandSupport
import Files
import Foundation
import Probes
import Reports

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Put runs on one page: how they learned, and what their agents or models know.",
    discussion: """
      The page is one HTML file that needs no network: learning curves with intervals, losses, \
      diagnostics, imagined frames, linear probes of the latents, maps and traversals of them, the \
      configuration, and how to run it again. Runs that differ in their seed alone are taken \
      together; others are compared. A run need not be finished: what is missing is named.

      Of runs of `dreamer vae train` it has bounds, reconstructions, samples, rate and distortion, usage, \
      maps and traversals of latents, and a diagnosis in words, all of at most 1000 held-out frames.

      Example: dreamer report runs/first
               dreamer report runs/frames runs/frames-vq
               dreamer report runs/seed0 runs/seed1 runs/other --out comparison.html
               dreamer report runs/first --files-only
      """)

  @Argument(
    help: ArgumentHelp(
      "Runs' folders, for their newest checkpoints, or checkpoints' folders.", valueName: "run"))
  var folders: [String]

  @Option(help: ArgumentHelp("Where the page goes.", valueName: "file.html"))
  var out = "report.html"

  @Option(
    parsing: .unconditional,
    help: """
      Of agents: episodes of random actions that probes are fitted to; a third as many test them \
      (default: \(ProbePlan().fitEpisodes)).
      """)
  var episodes: Int?

  @Option(
    parsing: .unconditional, help: "The root of the randomness of those episodes, or of samples.")
  var seed = 0

  @Flag(help: "Show what the files tell, and load no agent or model.")
  var filesOnly = false

  func validate() throws {
    for folder in folders { try requireText(folder, "<run>") }
    try requireText(out, "--out")
    guard 6...100_000 ~= episodes ?? 6 else {
      throw ValidationError("--episodes must be 6 to 100000")
    }
    guard ["html", "htm"].contains(URL(fileURLWithPath: out).pathExtension.lowercased()) else {
      throw ValidationError("--out \(out): the page is HTML; give it a name that ends in .html")
    }
  }

  func run() throws {
    let file = URL(fileURLWithPath: out)
    try AtomicFile.check(file)
    var plan = ProbePlan()
    plan.seed = seed
    if let episodes { (plan.fitEpisodes, plan.testEpisodes) = (episodes, episodes / 3) }
    let report = try Report(
      paths: folders, depth: filesOnly ? .files : .agents, plan: plan,
      commit: builtFromCommit)
    if report.kind == .frames, episodes != nil {
      throw UsageError(
        "--episodes is for probes of agents, and models of frames play none; leave it out")
    }
    let result = report.make { StandardError.print($0) }
    try AtomicFile.write(Data(result.html.utf8), to: file)
    for name in filesOnly ? result.emptyRuns : [] {
      StandardError.print("note: \(name) has recorded nothing yet")
    }
    for problem in filesOnly ? [] : result.problems { StandardError.print(problem) }
    for (name, table) in result.probes { try StandardOutput.print(Self.text(name, table)) }
    for (name, sentences) in result.diagnoses {
      try StandardOutput.print(
        ([ForeignText.visible(name) + ", held-out frames:"]
          + sentences.map { "  " + ForeignText.visible($0) })
          .joined(separator: "\n"))
    }
    try StandardOutput.print("\(ForeignText.visible(out)): \(result.html.utf8.count / 1000) kB")
  }

  /// What probes read, a line each.
  private static func text(_ name: String, _ table: ProbeTable) -> String {
    func value(_ score: Double, _ line: ProbeTable.Line) -> String {
      line.classes == nil
        ? String(format: "R² %.3f", score) : String(format: "%.1f %%", 100 * score)
    }
    let lines = table.lines.map { line -> String in
      guard let scores = line.scores else { return "  \(line.name): does not vary" }
      let kind = line.classes.map { " (\($0) classes)" } ?? ""
      let parts = [("deter", scores.deter), ("stoch", scores.stoch), ("both", scores.both)]
      return "  \(line.name)\(kind): "
        + parts.map { "\($0.0) \(value($0.1, line))" }.joined(separator: ", ")
        + (line.classes == nil ? "" : ", without looking \(value(line.baseline, line))")
    }
    return
      ([
        "\(ForeignText.visible(name)), read by linear probes on \(table.testMoments) held-out moments:"
      ] + lines)
      .joined(separator: "\n")
  }
}
