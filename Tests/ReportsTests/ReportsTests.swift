import Files
import Foundation
import Reports
import Testing

@Suite("Parts of reports")
struct ReportPartTests {
  @Test(
    "numbers have few digits",
    arguments: [
      (0, "0"), (0.25, "0.25"), (12.34, "12.3"), (-3, "-3"), (9999, "9999"), (10_000, "10k"),
      (12_345, "12.3k"), (1_500_000, "1.5M"), (0.05, "0.05"), (0.00002, "2e-5"), (-0.0001, "-1e-4"),
    ] as [(Double, String)])
  func numbers(value: Double, text: String) { #expect(Numbers.short(value) == text) }

  @Test("thousands are set apart")
  func thousands() {
    #expect(Numbers.whole(1_234_567) == "1\u{202F}234\u{202F}567")
    #expect(Numbers.whole(999) == "999")
  }

  @Test("ticks are round and within the axis")
  func ticks() {
    #expect(
      Axis([0, 1]).ticks(5) == [0, 0.2, 0.4, 0.6, 0.8, 1].map { ($0 / 0.2).rounded() * 0.2 })
    #expect(Axis([-10, 10], padding: 0).ticks(4) == [-10, -5, 0, 5, 10])
    #expect(Axis([1, 1000], isLogarithmic: true, padding: 0.1).ticks(5) == [1, 10, 100, 1000])
  }

  @Test("an axis shows its ends at its ends, also of a single value and of none")
  func axes() {
    let axis = Axis([2, 4], padding: 0)
    #expect(axis.share(2) == 0 && axis.share(3) == 0.5 && axis.share(4) == 1)
    #expect(Axis([5]).share(5) == 0.5)
    let ticks = Axis([]).ticks(3)
    #expect(ticks.allSatisfy { $0.isFinite })
    #expect(Axis([1, 100], isLogarithmic: true, padding: 0).share(10) == 0.5)
  }

  @Test("text cannot become markup")
  func escapes() { #expect(HTML.escaped("<a href=\"x\">&") == "&lt;a href=&quot;x&quot;&gt;&amp;") }

  @Test("a quote ends no attribute, whatever accent follows it")
  func combinedQuotes() {
    let escaped = HTML.escaped("\"\u{301} onload='\u{302}\u{0}\u{202E}&\u{301}<\u{338}")
    #expect(
      Array(escaped.unicodeScalars)
        == Array(
          "&quot;\u{301} onload=&#39;\u{302}\\u0000\\u202E&amp;\u{301}&lt;\u{338}".unicodeScalars))
  }

  @Test("a share of successes has Wilson's interval, and one at least as wide of several runs")
  func successes() throws {
    func curve(_ runs: [[Double]]) -> CurveChart.Point? {
      Aggregation.curve(
        runs.map { samples($0) }, lastStep: 100, stretchCount: 1, areSuccesses: true
      ).first
    }
    // 5 of 5: 5 / 8.841459.
    let one = try #require(curve([[1, 1, 1, 1, 1]])?.interval)
    #expect(abs(one.lowerBound - 0.565518) < 1e-6 && one.upperBound == 1)
    // 0 of 4 in two runs that agree: 3.841459 / 7.841459.
    let agreeing = try #require(curve([[0, 0], [0, 0]])?.interval)
    #expect(agreeing.lowerBound == 0 && abs(agreeing.upperBound - 0.489891) < 1e-6)
    // Two runs that do not agree tell nothing.
    #expect(curve([[0, 0], [1, 1]])?.interval == 0...1)
    #expect(curve([[1, 1]])?.interval == nil)
  }

  private func samples(_ values: [Double], every step: Int = 10) -> [RunRecord.Sample] {
    values.enumerated().map { RunRecord.Sample(step: ($0.offset + 1) * step, value: $0.element) }
  }

  @Test("stretches of one run have means, and intervals of the mean")
  func oneRun() {
    // Steps 10 to 90 in stretches of 50.
    let points = Aggregation.curve(
      [samples([1, 2, 3, 4, 5, 6, 6, 6, 6])], lastStep: 100, stretchCount: 2)
    #expect(points.map(\.x) == [25, 75])
    #expect(points.map(\.y) == [3, 6])
    // s² = 2.5, n = 5.
    let reach = 2.776 * (2.5 / 5.0).squareRoot()
    #expect(abs((points[0].interval?.upperBound ?? 0) - (3 + reach)) < 1e-9)
    // Four values are too few.
    #expect(points[1].interval == nil)
  }

  @Test("several runs have the mean of their means, and its interval over runs")
  func severalRuns() {
    let runs = [samples([1, 1]), samples([3, 3]), samples([2, 2])]
    let points = Aggregation.curve(runs, lastStep: 20, stretchCount: 1)
    #expect(points.map(\.y) == [2])
    #expect(abs((points[0].interval?.lowerBound ?? 0) - (2 - 4.303 / 3.0.squareRoot())) < 1e-9)
    let alone = Aggregation.curve([samples([1]), []], lastStep: 10, stretchCount: 1)
    #expect(alone.first?.interval == nil)
  }

  @Test("Student's quantiles are the table's, and near it beyond")
  func quantiles() {
    #expect(Aggregation.quantile(degrees: 1) == 12.706)
    #expect(abs(Aggregation.quantile(degrees: 30) - 2.042) < 0.005)
    #expect(abs(Aggregation.quantile(degrees: 1000) - 1.962) < 0.001)
  }

  @Test("pictures say their sizes")
  func sizes() throws {
    let png: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52,
    ]
    let size = try #require(PictureSize(Data(png + [0, 0, 1, 2, 0, 0, 0, 7])))
    #expect(size.width == 258 && size.height == 7)
    let gif = Array("GIF89a".utf8) + [2, 1, 7, 0] + [UInt8](repeating: 0, count: 14)
    let moving = try #require(PictureSize(Data(gif)))
    #expect(moving.width == 258 && moving.height == 7)
    #expect(PictureSize(Data("no picture at all, but long".utf8)) == nil)
  }
}

@Suite("Runs of reports")
struct ReportRunTests {
  private func makeRun(_ name: String, _ yaml: String, in folder: URL) throws -> RunRecord {
    let run = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
    try Data(yaml.utf8).write(to: run.appendingPathComponent("config.yaml"))
    return try RunRecord(path: run.path)
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("reports-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("runs that differ in seed and threads belong together; others are named by what differs")
  func groups() throws {
    try withFolder { folder in
      let base = "task: gridworld/Empty-5x5\n"
      let runs = [
        try makeRun("a", base + "seed: 1\n", in: folder),
        try makeRun("b", base + "agent.horizon: 15\n", in: folder),
        try makeRun("c", base + "seed: 0\nrun.threads: 1\n", in: folder),
      ]
      let groups = RunGroup.groups(of: runs)
      #expect(groups.map { $0.runs.map(\.name) } == [["c", "a"], ["b"]])
      #expect(groups.map(\.name) == ["agent.horizon=default", "agent.horizon=15"])
      #expect(RunGroup.groups(of: [runs[0], runs[2]]).map(\.name) == ["gridworld/Empty-5x5"])
    }
  }

  @Test("the command has what differs from the world's own preset, fit for a shell")
  func command() throws {
    try withFolder { folder in
      let preset = try makeRun("a", "task: mine/corridor\n", in: folder)
      #expect(
        ConfigurationSection.command(preset)
          == "dreamer train --env mine/corridor --seed 0 --logdir runs/a")
      let own = try makeRun(
        "it's", "task: mine/corridor\nseed: 3\nagent.enc.simple.mults: [2, 3]\n", in: folder)
      #expect(
        ConfigurationSection.command(own)
          == "dreamer train --env mine/corridor --seed 3 --logdir 'runs/it'\\''s' "
          + "--set 'agent.enc.simple.mults=[2, 3]'")
    }
  }

  @Test("updates are those of the newest checkpoint where metrics were last logged before it")
  func updates() throws {
    try withFolder { folder in
      let run = try makeRun("a", "task: gridworld/Empty-5x5\n", in: folder)
      #expect(run.updates == nil)
      let checkpoint = folder.appendingPathComponent("a/checkpoints/9")
      try FileManager.default.createDirectory(at: checkpoint, withIntermediateDirectories: true)
      for (name, text) in [
        ("parameters.safetensors", ""), ("optimizer.safetensors", ""),
        ("state.json", "{\"agent\": {\"updates\": 7}}"),
      ] { try Data(text.utf8).write(to: checkpoint.appendingPathComponent(name)) }
      try Data("{\"step\": 5, \"train/opt/updates\": 4.5}\n".utf8)
        .write(to: folder.appendingPathComponent("a/metrics.jsonl"))
      #expect(try RunRecord(path: folder.appendingPathComponent("a").path).updates == 7)
    }
  }

  @Test("numbers beyond all use are none, and a step beyond all runs is no record")
  func extremes() throws {
    try withFolder { folder in
      _ = try makeRun("a", "task: gridworld/Empty-5x5\n", in: folder)
      let file = folder.appendingPathComponent("a/metrics.jsonl")
      func read(_ lines: String) throws -> RunRecord {
        try Data((lines + "\n").utf8).write(to: file)
        return try RunRecord(path: folder.appendingPathComponent("a").path)
      }
      let run = try read(#"{"step": 5, "x": 1e308, "y": -1e299, "train/opt/updates": 1e299}"#)
      #expect(run.metrics["x"] == nil && run.metrics["y"]?.count == 1)
      #expect(run.updates == nil)
      for step in ["-1", "-9223372036854775808", "9223372036854775807", "1e30", "0.5", "\"5\""] {
        let error = #expect(throws: FileError.self) { try read("{\"step\": \(step)}") }
        #expect(error?.description.contains("line 1 is no record with a step") == true, "\(step)")
      }
    }
  }

  @Test("numbers are read by name; null and text are none")
  func records() throws {
    try withFolder { folder in
      _ = try makeRun("a", "task: gridworld/Empty-5x5\n", in: folder)
      let lines = """
        {"step": 5, "x": 1.5, "y": null, "z": "text"}
        {"step": 9, "x": 2, "y": 4}
        {"step": 12, "x":
        """
      try Data(lines.utf8).write(to: folder.appendingPathComponent("a/metrics.jsonl"))
      let run = try RunRecord(path: folder.appendingPathComponent("a").path)
      #expect(run.metrics["x"]?.map(\.step) == [5, 9])
      #expect(run.metrics["x"]?.map(\.value) == [1.5, 2])
      #expect(run.metrics["y"]?.map(\.step) == [9])
      #expect(run.metrics["z"] == nil)
      #expect(run.steps == 9)
      #expect(run.checkpoint == nil)
    }
  }
}
