import Foundation
import Testing

@Suite("Reports")
struct ReportTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private func page(_ name: String = "report.html") throws -> String {
    try String(contentsOf: shell.url(name), encoding: .utf8)
  }

  /// The headings of the second level, in their order.
  private func headings(_ page: String) -> [String] {
    page.components(separatedBy: "<h2>").dropFirst().map { part in
      String(part.prefix { $0 != "<" })
    }
  }

  @Test("a trained run has every part, stands alone, and is the same each time")
  func trained() throws {
    try shell.train()
    let outcome = try shell.run("report", "run", "--episodes", "6")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let text = try page()
    #expect(
      headings(text) == [
        "Summary", "Learning", "What it imagines", "How long imagination holds",
        "What the latents know", "A map of the latents",
        "What single latents mean", "Losses", "Diagnostics", "Configuration", "How to run it again",
      ])
    #expect(
      text.contains("dreamer train --env gridworld/Empty-5x5 --seed 0 --logdir runs/run --set "))
    // Nothing is fetched: no address in it leads out.
    for sign in ["http://", "https://", "src=\"/", "url(", "@import"] {
      #expect(!text.contains(sign))
    }
    #expect(text.contains("<title>gridworld/Empty-5x5: run</title>"))
    #expect(outcome.output.contains("gridworld/Empty-5x5, read by linear probes on "))
    #expect(outcome.output.contains("  cell ("))
    #expect(outcome.output.contains("  carried"))
    #expect(outcome.output.contains("\nreport.html: "))
    let again = try shell.run("report", "run", "--episodes", "6", "--out", "again.html")
    #expect(again.code == 0)
    #expect(try page("again.html") == text)
  }

  @Test("seeds are taken together, other runs compared")
  func compared() throws {
    let (text, output) = try comparison()
    #expect(text.contains("<title>pendulum/classic: 3 runs</title>"))
    #expect(text.contains("<h3>agent.horizon=50</h3>"))
    #expect(text.contains("<h3>agent.horizon=15</h3>"))
    #expect(text.contains("<dt>Seeds</dt><dd>2<small>0, 1</small>"))
    #expect(output.contains("  sin angle: deter R² "))
    // Where one agent is missing, the tables of the other still need its name.
    try FileManager.default.removeItem(at: shell.url("c/checkpoints"))
    #expect(try shell.run("report", "a", "c", "--episodes", "6").code == 0)
    let parts = try page().components(separatedBy: "<section")
    for id in ["openloop", "probes"] {
      let part = try #require(parts.first { $0.contains("id=\"\(id)\"") })
      #expect(part.contains("<h3>agent.horizon=50</h3>"))
    }
  }

  /// The page on two seeds and another configuration, and what the command said.
  private func comparison() throws -> (page: String, output: String) {
    for (folder, settings) in [
      ("a", ["--seed", "0"]), ("b", ["--seed", "1"]), ("c", ["--set", "agent.horizon=15"]),
    ] {
      let outcome = try shell.run(
        [
          "train", "--env", "pendulum/classic", "--preset", "debug", "--steps", "450", "--logdir",
          folder,
        ] + settings)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    let outcome = try shell.run("report", "a", "b", "c", "--episodes", "6", "--out", "all.html")
    #expect(outcome.code == 0, "\(outcome.errors)")
    return (try page("all.html"), outcome.output)
  }

  @Test(
    "a browser finds the charts at the widths of a phone and of a desktop, and no fault",
    .enabled(
      if: Browser.installed != nil,
      "Chromium is not installed; Scripts/packages.sh chromium installs it"))
  func browser() throws {
    let (page, browser) = (try comparison().page, try #require(Browser.installed))
    // Frames have the widths that they are given, which windows of a browser may refuse.
    let source = page.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "\"", with: "&quot;")
    let frames = [360, 1280].map {
      "<iframe width=\"\($0)\" height=\"800\" frameborder=\"0\" srcdoc=\"\(source)\"></iframe>"
    }
    let wrapper = """
      <!DOCTYPE html><meta charset="utf-8">\(frames.joined())
      <script>onload = () => {
        const found = [...document.querySelectorAll("iframe")].map(frame => {
          const page = frame.contentDocument, charts = [...page.querySelectorAll("svg.plot")];
          const shown = charts.filter(chart => chart.getBoundingClientRect().width > 250
            && chart.getBoundingClientRect().height > 120);
          return [charts.length > 20, shown.length > 15, page.querySelectorAll(".tip").length > 20,
            page.documentElement.scrollWidth <= frame.clientWidth].join(" ");
        });
        document.title = found.join("; ");
        console.error("the end");
      }</script>
      """
    try Data(wrapper.utf8).write(to: shell.url("wrapper.html"))
    let visit = try browser.visit(shell.url("wrapper.html"), in: shell.folder)
    #expect(visit.page.contains("<title>true true true true; true true true true</title>"))
    // What the page says of itself shows that the console is listened to; a request, which the page's
    // policy forbids, would be there too.
    #expect(visit.console.count == 1, "\(visit.console)")
    #expect(visit.console.first?.contains("the end") == true)
  }

  @Test("a run that has only begun says what is missing")
  func begun() throws {
    try shell.train()
    try FileManager.default.removeItem(at: shell.url("run/checkpoints"))
    for file in ["metrics.jsonl", "scores.jsonl"] {
      try FileManager.default.removeItem(at: shell.url("run/\(file)"))
    }
    try FileManager.default.removeItem(at: shell.url("run/videos"))
    let outcome = try shell.run("report", "run")
    #expect(outcome.code == 0)
    #expect(
      outcome.errors == "There is no complete checkpoint yet, so there is no agent to look at.\n")
    let text = try page()
    for words in [
      "No episode has ended yet: there is no learning curve.",
      "The runs hold no pictures yet: training writes them with its reports.",
      "There is no complete checkpoint yet, so there is no agent to look at.",
      "There are no losses yet: no update has been logged.", "Nothing has been logged yet.",
    ] {
      #expect(text.contains(words))
    }
  }

  @Test("a line that is being written is left out, and a run in an unknown world shows its files")
  func partial() throws {
    try shell.train()
    for file in ["metrics.jsonl", "scores.jsonl"] {
      let url = shell.url("run/\(file)")
      try (Data(contentsOf: url) + Data("{\"step\": 2".utf8)).write(to: url)
    }
    let configuration = shell.url("run/config.yaml")
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "Empty-5x5", with: "Gone-5x5").utf8)
      .write(to: configuration)
    let outcome = try shell.run("report", "run")
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("The agent cannot be looked at: "))
    #expect(outcome.errors.contains("gridworld/Gone-5x5"))
    #expect(headings(try page()).contains("Losses"))
  }

  private static let mistakes = [
    Mistake(
      arguments: "report none", code: 66,
      says: "dreamer: …/none: there is no such folder; name a run folder or a checkpoint in it"),
    Mistake(
      arguments: "report empty", code: 66,
      says:
        "dreamer: …/empty: holds no run; name a folder that `dreamer train --logdir` wrote: it has "
        + "a config.yaml"),
    Mistake(
      arguments: "report file", code: 65,
      says: "dreamer: …/file: is a file; name a run folder or a checkpoint in it"),
    Mistake(
      arguments: "report empty --out nowhere/report.html", code: 74,
      says:
        "dreamer: …/nowhere/report.html: cannot be written (there is no folder …/nowhere); make "
        + "the folder or choose another"),
    Mistake(
      arguments: "report plain --out page.html", code: 74,
      says: "dreamer: …/page.html: cannot be written (Is a directory); it is a folder: name a file"),
    Mistake(
      arguments: "report plain plain/../plain", code: 64,
      says: "dreamer: …/plain: is named twice; name each run once, by its folder or by one "
        + "checkpoint"),
    Mistake(
      arguments: "report damaged", code: 65,
      says: "dreamer: …/damaged/metrics.jsonl: line 1 is no record with a step; remove that line"),
  ]

  @Test("one line names the thing and the remedy, and nothing is written", arguments: mistakes)
  func mistake(_ mistake: Mistake) throws {
    for folder in ["empty", "damaged", "plain", "page.html"] {
      try FileManager.default.createDirectory(
        at: shell.url(folder), withIntermediateDirectories: false)
    }
    try Data().write(to: shell.url("file"))
    try Data("task: gridworld/Empty-5x5\n".utf8).write(to: shell.url("damaged/config.yaml"))
    try Data("task: gridworld/Empty-5x5\n".utf8).write(to: shell.url("plain/config.yaml"))
    try Data("no record\n".utf8).write(to: shell.url("damaged/metrics.jsonl"))
    let before = try shell.contents()
    let outcome = try shell.run(mistake.arguments.split(separator: " ").map(String.init))
    #expect(outcome.code == mistake.code)
    #expect(outcome.output == "")
    let errors = outcome.errors
      .replacingOccurrences(of: shell.folder.resolvingSymlinksInPath().path, with: "…")
      .replacingOccurrences(of: shell.folder.path, with: "…")
    #expect(errors == mistake.says + "\n")
    #expect(try shell.contents() == before)
  }

  @Test("a name that is not HTML's and too few episodes are bad usage")
  func usage() throws {
    let suffix = try shell.run("report", "run", "--out", "report.pdf")
    #expect(suffix.code == 64)
    #expect(
      suffix.errors.contains(
        "--out report.pdf: the page is HTML; give it a name that ends in .html"))
    let few = try shell.run("report", "run", "--episodes", "5")
    #expect(few.code == 64)
    #expect(few.errors.contains("--episodes must be 6 to 100000"))
  }
}
