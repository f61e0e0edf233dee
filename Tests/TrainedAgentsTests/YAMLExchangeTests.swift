import Configuration
import Foundation
import TestSupport
import Testing
import TrainedAgents

/// YAML that other programs wrote, and ours in their hands.
@Suite("YAML of other programs")
struct YAMLExchangeTests {
  /// Texts that a reader may take for something else, or that end something.
  static let texts = [
    "", " a ", "a\u{301}", "\"\u{301}", "'", "\\", "# no comment", "a: b", "- a", "[a", "{", "*a",
    "&a", "!a", "%a", "@a", "`a", "|", ">", "~", "null", "Null", "yes", "off", "y", "N", "true",
    "1",
    "010", "0x10", "0o17", "1:30", "1e3", "1_000", ".5", "+1", ".inf", ".nan", "inf", "=", "<<",
    "2001-01-01", "\u{7F}\u{85}\u{2028}\u{2029}", "\u{1}\u{1B}\t\n\r\r\n", "a\u{FEFF}", "\u{FFFE}",
    "\u{202E}", "猫 👩‍🚀", "--- a", "... ", "a#b", "a #b", "/tmp/a b",
  ]

  @Test("every text comes back, as do numbers, and it is not joined with what stands beside")
  func roundTrip() throws {
    for text in Self.texts {
      var configuration = TrainingConfiguration()
      configuration.env.wrap.record = text
      configuration.agent.opt.lr = 1e-5
      let read = try TrainingConfiguration(yaml: configuration.yaml())
      // By scalars, for Swift takes texts that look alike for equal.
      #expect(
        Array(read.env.wrap.record.unicodeScalars) == Array(text.unicodeScalars),
        "\(text.debugDescription)")
      #expect(read.agent.opt.lr == 1e-5 && read.replay.prio.initial == .infinity)
    }
  }

  @Test("a value of the page's command, between quotes, is the text that it was")
  func assignments() throws {
    for text in Self.texts {
      var configuration = TrainingConfiguration()
      configuration.env.wrap.record = text
      let difference = configuration.differences().first { $0.key == "env.wrap.record" }
      let assignment = "env.wrap.record=\(difference?.value ?? "\"\"")"
      let read = try TrainingConfiguration.resolve(set: [assignment]).configuration
      #expect(
        Array(read.env.wrap.record.unicodeScalars) == Array(text.unicodeScalars), "\(assignment)")
    }
  }

  @Test("the name of a file cannot add a key to the configuration")
  func comments() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("yaml-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("a\nseed: 7\u{85}seed: 8")
    try Data("batch_size: 5\n".utf8).write(to: file)
    let resolved = try TrainingConfiguration.resolve(files: [file])
    let yaml = resolved.yaml(withOrigins: true)
    #expect(yaml.contains("batch_size: 5  # file a\\nseed: 7\\u0085seed: 8\n"))
    #expect(try TrainingConfiguration(yaml: yaml) == resolved.configuration)
  }

  @Test(
    "PyYAML, which reads YAML 1.1, reads the same",
    .enabled(if: Python.has("yaml"), Comment(rawValue: Python.remedy("yaml"))))
  func pyYAML() throws {
    var configuration = TrainingConfiguration()
    configuration.agent.opt.lr = 1e-5
    configuration.env.wrap.rewardScale = 1e20
    let program = """
      import json, sys, yaml
      print(json.dumps([yaml.safe_load(text) for text in json.load(sys.stdin)]))
      """
    let yaml = Self.texts.map { text in
      configuration.env.wrap.record = text
      return configuration.yaml()
    }
    let output = try Self.run(program, input: JSONEncoder().encode(yaml))
    let read = try #require(
      JSONSerialization.jsonObject(with: Self.finite(output)) as? [[String: Any]])
    #expect(read.count == Self.texts.count)
    for (object, text) in zip(read, Self.texts) {
      func value(_ path: String...) -> Any? {
        path.reduce(object as Any?) { ($0 as? [String: Any])?[$1] }
      }
      let record = value("env", "wrap", "record") as? String
      #expect(
        record.map { Array($0.unicodeScalars) } == Array(text.unicodeScalars),
        "\(text.debugDescription)")
      #expect(value("agent", "opt", "lr") as? Double == 1e-5)
      #expect(value("agent", "opt", "eps") as? Double == 1e-20)
      #expect(value("env", "wrap", "reward_scale") as? Double == 1e20)
      #expect(value("replay", "prio", "initial") as? String == "Infinity")
      #expect(value("agent", "contdisc") as? Bool == true)
      #expect(value("agent", "retnorm", "impl") as? String == "perc")
    }
  }

  /// Python writes infinities as words that JSON does not know.
  private static func finite(_ json: Data) -> Data {
    Data(
      String(decoding: json, as: UTF8.self)
        .replacingOccurrences(of: ": Infinity", with: ": \"Infinity\"").utf8)
  }

  private static func run(_ program: String, input: Data) throws -> Data {
    let (process, pipe, output) = (Process(), Pipe(), Pipe())
    process.executableURL = Python.executable
    process.arguments = ["-c", program]
    (process.standardInput, process.standardOutput) = (pipe, output)
    try process.run()
    try pipe.fileHandleForWriting.write(contentsOf: input)
    try pipe.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }

  private func read(_ yaml: String) throws -> TrainingConfiguration {
    try TrainingConfiguration(yaml: yaml)
  }

  @Test("numbers and booleans are read as either version writes them")
  func scalars() throws {
    for (text, rate) in [
      ("1e-5", 1e-5), ("1.0e-05", 1e-5), (".5", 0.5), ("5.", 5), ("+0.25", 0.25), ("1_0.5", 10.5),
      ("!!float 1e-3", 1e-3), ("'2e-3'", 2e-3),
    ] {
      #expect(try read("agent.opt.lr: \(text)").agent.opt.lr == rate, "\(text)")
    }
    for (text, steps) in [
      ("1_000", 1000), ("+7", 7), ("5e3", 5000), ("5000.0", 5000), ("0x10", 16),
    ] {
      #expect(try read("run.steps: \(text)").run.steps == steps, "\(text)")
    }
    for (text, value) in [
      ("True", true), ("yes", true), ("on", true), ("FALSE", false), ("Off", false),
    ] {
      #expect(try read("agent.contdisc: \(text)").agent.contdisc == value, "\(text)")
    }
    for text in [".inf", "inf", ".Inf", "+.INF"] {
      #expect(try read("replay.prio.initial: \(text)").replay.prio.initial == .infinity, "\(text)")
    }
    #expect(try read("env.wrap.record: ~\nenv.wrap.size:\n  64").env.wrap.record == "")
    #expect(try read("env.wrap.record: '~'").env.wrap.record == "~")
  }

  @Test(
    "what the versions read differently is refused",
    arguments: ["010", "+007", "0_8", "1:30", "0o17", "0b11", ".nan", "~", "1__0", "_1"])
  func ambiguous(text: String) {
    #expect(throws: ConfigurationError.self) { try read("run.steps: \(text)") }
  }

  @Test("anchors, aliases and merge keys mean what they stand for")
  func merges() throws {
    let yaml = """
      agent:
        policy: &head {layers: 2, units: 32}
        value:
          <<: *head
          units: 64
        rewhead: {<<: [*head, {layers: 5, bins: 11}]}
      seed: &number 3
      run.steps: *number
      """
    let agent = try read(yaml).agent
    #expect(agent.policy.layers == 2 && agent.policy.units == 32)
    #expect(agent.value.layers == 2 && agent.value.units == 64)
    #expect(agent.rewhead.layers == 2 && agent.rewhead.units == 32 && agent.rewhead.bins == 11)
    #expect(try read(yaml).run.steps == 3)
  }

  @Test("a mark of the byte order and ends of lines of other systems are no fault")
  func bytes() throws {
    #expect(try read("\u{FEFF}seed: 3\r\nrun:\r\n  steps: 5\r\n").run.steps == 5)
    #expect(try read("seed: 3\rrun:\r  steps: 5\r").run.steps == 5)
    #expect(try read("---\nseed: 4\n...\n").seed == 4)
  }

  @Test(
    "what cannot be meant is an error, and soon",
    arguments: [
      ("seed: 1\n---\nseed: 2\n", "is not YAML"), ("run:\n\tsteps: 3\n", "is not YAML"),
      ("agent.opt.lr: 1\nagent: {opt: {lr: 2}}\n", "the key stands twice, nested and dotted"),
      ("a: &a [*a]\n", "is not YAML"), ("a: *b\n", "is not YAML"),
      ("seed: {<<: 3}\n", "expected a whole number"), ("run: {<<: 3}\n", "to merge"),
      ("defaults:\n  seed: 0\nsize1m:\n  batch_size: 1\n", "(--preset size12m)"),
      ("agent: {'.*\\.wd': 1}\n", "write each key out, agent.opt.wd for one"),
      ("agent:\n  '.*rssm': {deter: 5}\n", "patterns of keys"),
      ("jax: {platform: cpu}\n", "all is computed on the CPU: leave it out"),
      ("logdir: runs/x\n", "the run's folder is --logdir"),
      ("clock_addr: ''\n", "has no counterpart here: leave it out"),
    ])
  func refused(yaml: String, reason: String) {
    let error = #expect(throws: ConfigurationError.self) { try read(yaml) }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test("a short text that means a long one, and one that is deep, are errors and no hang")
  func bombs() {
    let names = (0..<12).map { "a\($0)" }
    let pairs = zip(names, names.dropFirst())
    let bomb =
      "a0: &a0 [x, x]\n"
      + pairs.map { "\($1): &\($1) [*\($0), *\($0), *\($0)]\n" }.joined()
    let wide =
      "a0: &a0 {\((0..<9999).map { "k\($0): 1" }.joined(separator: ", "))}\n"
      + "run: {<<: [\(Array(repeating: "*a0", count: 20).joined(separator: ", "))]}\n"
    let deep = String(repeating: "[", count: 100_000)
    let deepKeys = String(repeating: "? ", count: 50_000)
    for text in [bomb, bomb + "? *a11\n: 1\n", wide, deep, "a: " + deep, deepKeys] {
      #expect(throws: ConfigurationError.self) { try read(text) }
    }
  }
}
