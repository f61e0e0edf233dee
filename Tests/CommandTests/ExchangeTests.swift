import Foundation
import NeuralNetworks
import TestSupport
import Testing

@Suite(
  "Exchange with Python",
  .enabled(if: Python.has("safetensors"), Comment(rawValue: Python.remedy("safetensors"))))
struct ExchangeTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private static let script = Shell.fixture("../../Experiments/Exchange/exchange.py").path
  private static let authors = Shell.fixture("authors")
  private static let golden = Shell.fixture("golden/tiny-discrete.safetensors")

  /// Trains for no update an agent with the sizes of the golden file's.
  private func trainAsGolden() throws {
    let outcome = try shell.run(
      "train", "--env", "gridworld/Empty-5x5", "--steps", "8", "--logdir", "run", "--set",
      "env.wrap.size=48", "agent.dyn.rssm.deter=32", "agent.dyn.rssm.hidden=16",
      "agent.dyn.rssm.stoch=4", "agent.dyn.rssm.blocks=4", "agent.enc.simple.depth=2",
      "agent.enc.simple.units=16", "agent.enc.simple.mults=[2, 3, 4, 4]",
      "agent.dec.simple.depth=2", "agent.dec.simple.units=16",
      "agent.dec.simple.mults=[2, 3, 4, 4]", "agent.dec.simple.bspace=4",
      "agent.rewhead.units=16", "agent.conhead.units=16", "agent.policy.units=16",
      "agent.value.units=16")
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test("Python's safetensors reads parameters under the reference's names and shapes")
  func names() throws {
    try trainAsGolden()
    let program = """
      import json, sys
      from safetensors.numpy import load_file
      print(json.dumps({k: [str(v.dtype), list(v.shape), float(v.sum(dtype="float64"))]
                        for k, v in load_file(sys.argv[1]).items()}))
      """
    let file = shell.url("run/checkpoints/8/parameters.safetensors")
    let outcome = try shell.run(Python.executable, ["-c", program, file.path])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let found = try Shell.object(outcome.output) as? [String: [Any]] ?? [:]

    let golden = try SafeTensors(contentsOf: Self.golden)
    let names = golden.names.filter { $0.hasPrefix("param/") }.map { $0.dropFirst(6) }
    #expect(found.keys.sorted() == names.map(String.init).sorted())
    let ours = try SafeTensors(contentsOf: file)
    for name in names {
      let shape = found[String(name)]?[1] as? [Int]
      // The golden file's agent has five actions, this one has seven.
      let wanted = golden["param/\(name)"]?.shape.map {
        $0 == 5 && (name.hasPrefix("dyn/dynin2/k") || name.hasPrefix("pol/head")) ? 7 : $0
      }
      #expect(shape == wanted, "\(name)")
      let sum = try #require(ours[String(name)]).doubles.reduce(0, +)
      #expect(abs(sum - (found[String(name)]?[2] as? Double ?? .nan)) < 1e-6, "\(name)")
    }
  }

  @Test("the script's own tests pass")
  func script() throws {
    let test = Shell.fixture("../../Experiments/Exchange/test_exchange.py").path
    let outcome = try shell.run(
      Python.executable, [test, shell.folder.path, Self.golden.path, Self.authors.path])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix("OK\n"))
  }

  @Test("the script knows all keys of an agent, but for those that are ours alone")
  func keys() throws {
    let folder = URL(fileURLWithPath: Self.script).deletingLastPathComponent().path
    let program = """
      import sys
      sys.path.insert(0, sys.argv[1])
      from configuration import SAME, CHOICES
      print(*sorted(k for k in SAME | set(CHOICES) if k.startswith("agent.")))
      """
    let known = try shell.run(Python.executable, ["-c", program, folder]).output
      .split(whereSeparator: \.isWhitespace).map(String.init)
    let printed = try shell.run("train", "--env", "gridworld/Empty-5x5", "--print-config").output
    let ours = Self.keys(of: printed).filter { $0.hasPrefix("agent.") }
    let alone: Set = [
      "agent.opt.impl", "agent.opt.momentum", "agent.dyn.rssm.balance", "agent.dyn.rssm.free_avg",
      "agent.dec.simple.symlog", "agent.policy.mix", "agent.frozen",
      "agent.imag_loss.rounding", "agent.dyn.rssm.latent", "agent.dyn.rssm.std_act",
      "agent.dyn.rssm.min_std", "agent.dyn.rssm.codes", "agent.dyn.rssm.code_width",
      "agent.dyn.rssm.levels", "agent.dyn.rssm.anneal", "agent.dyn.rssm.anneal_updates",
      "agent.dyn.rssm.anneal_cycles", "agent.dyn.rssm.anneal_ratio",
      "agent.dyn.rssm.anneal_slope",
    ]
    #expect(Set(known) == Set(ours).subtracting(alone))
  }

  /// The dotted keys of a printed configuration.
  private static func keys(of yaml: String) -> [String] {
    var path: [Substring] = []
    return yaml.split(separator: "\n").compactMap { line in
      let name = line.drop { $0 == " " }.prefix { $0 != ":" }
      path = path.prefix((line.count - line.drop { $0 == " " }.count) / 2) + [name]
      return line.hasSuffix(":") ? nil : path.joined(separator: ".")
    }
  }

  @Test("an agent that the authors trained with float16 can be inspected and begun with")
  func float16() throws {
    let converted = try shell.run(
      Python.executable, [Self.script, "to-ours", Self.authors.path + "/float16", "theirs"])
    #expect(converted.code == 0, "\(converted.errors)")
    let inspected = try shell.run("inspect", "theirs/checkpoints/123/parameters.safetensors")
    #expect(inspected.code == 0, "\(inspected.errors)")
    #expect(inspected.output.contains("dyn: "))
  }

  @Test("a run of ours survives the way to the reference's form and back")
  func roundTrip() throws {
    try shell.train("--steps", "100")
    for (direction, from, to) in [
      ("to-reference", "run", "theirs"), ("to-ours", "theirs", "back"),
    ] {
      let outcome = try shell.run(
        Python.executable,
        [Self.script, direction, from, to]
          + (direction == "to-ours" ? ["--config", "run/config.yaml"] : []))
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    for file in ["parameters", "optimizer"] {
      let path = "checkpoints/100/\(file).safetensors"
      #expect(
        try SafeTensors(contentsOf: shell.url("back/\(path)"))
          == SafeTensors(contentsOf: shell.url("run/\(path)")))
    }
    #expect(try shell.run("inspect", "back").code == 0)
    #expect(
      try shell.run("evaluate", "back", "--episodes", "2", "--json").output
        == shell.run("evaluate", "run", "--episodes", "2", "--json").output)
    let resumed = try shell.run("train", "--resume", "--logdir", "back", "--steps", "200")
    #expect(resumed.code == 65)
    #expect(
      resumed.errors.hasSuffix(
        "it holds an agent, not a run to go on with; begin a new run with --from\n"))
    #expect(
      try shell.run(
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--steps", "10", "--logdir",
        "new", "--from", "back"
      ).code == 0)
  }
}
