import Foundation
import NeuralNetworks
import Testing

@Suite("Modules that are taken, and modules that do not learn")
struct ModuleTests {
  let shell: Shell
  private static let parameters = "parameters.safetensors"

  init() throws {
    shell = try Shell()
    try shell.train("--steps", "10", "--seed", "1")
  }

  @discardableResult
  private func start(_ folder: String, _ arguments: String...) throws -> Shell.Outcome {
    try shell.run(
      ["train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", folder] + arguments
    )
  }

  private func tensors(_ checkpoint: String) throws -> SafeTensors {
    try SafeTensors(contentsOf: shell.url("\(checkpoint)/\(Self.parameters)"))
  }

  /// The modules all of whose tensors are the same in two checkpoints.
  private func shared(_ one: String, _ other: String) throws -> [String] {
    let (left, right) = (try tensors(one), try tensors(other))
    var same: [String: Bool] = [:]
    for name in left.names where !name.contains("/value") && !name.hasPrefix("retnorm/") {
      let module = String(name.prefix { $0 != "/" })
      same[module] = (same[module] ?? true) && left[name] == right[name]
    }
    return same.filter(\.value).keys.sorted()
  }

  @Test(
    "--modules takes exactly these, and tells what it leaves",
    arguments: [["enc,dyn"], ["enc", "dyn"]])
  func taken(names: [String]) throws {
    try start("fresh", "--steps", "10")
    let outcome = try shell.run(
      [
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "new", "--steps",
        "10", "--from", "run", "--modules",
      ] + names)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(
      outcome.errors.contains(
        "note: left out by --modules, begun afresh: dec, rew, con, pol, val, slowval\n"))
    #expect(!outcome.errors.contains("slow critic"))
    #expect(try shared("new/checkpoints/10", "run/checkpoints/10") == ["dyn", "enc"])
    // The others are what this seed gives without --from.
    #expect(
      try shared("new/checkpoints/10", "fresh/checkpoints/10")
        == ["con", "dec", "pol", "rew", "slowval", "val"])
  }

  @Test("a critic that is taken is followed by its slow copy")
  func critic() throws {
    let outcome = try start("new", "--steps", "10", "--from", "run", "--modules", "val")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("note: the slow critic begins as a copy of the critic\n"))
    #expect(try shared("new/checkpoints/10", "run/checkpoints/10") == ["slowval", "val"])
  }

  @Test("a name that no module has, --modules alone, and a module that gives nothing are errors")
  func refused() throws {
    let unknown = try start("new", "--from", "run", "--modules", "enc,policy")
    #expect(unknown.code == 64)
    #expect(
      unknown.errors.contains(
        "--modules: there is no module 'policy'; name some of enc, dyn, dec, rew, con, pol, val, "
          + "slowval"))
    let alone = try start("new", "--modules", "enc")
    #expect(alone.code == 64)
    #expect(alone.errors.contains("--modules says what --from gives; give --from"))
    #expect(try start("new", "--from", "run", "--modules", "enc,").code == 64)
    var file = try tensors("run/checkpoints/10")
    for name in file.names where name.hasPrefix("dec/") { file[name] = nil }
    try file.write(to: shell.url("weights.safetensors"))
    let nothing = try start("new", "--from", "weights.safetensors", "--modules", "enc,dec")
    #expect(nothing.code == 65)
    #expect(
      nothing.errors.contains(
        "weights.safetensors: none of its tensors is one of this agent's dec; leave dec out of "
          + "--modules"))
    #expect(!FileManager.default.fileExists(atPath: shell.url("new").path))
  }

  @Test("what agent.frozen names stays as it was taken, through a resume too, and the rest learns")
  func frozen() throws {
    let settings = [
      "--set", "agent.frozen=[enc, dyn]", "run.save_every=40", "run.keep.last=9",
    ]
    let whole = try start(
      "whole", ["--steps", "80", "--from", "run", "--modules", "enc,dyn"] + settings)
    #expect(whole.code == 0, "\(whole.errors)")
    #expect(whole.errors.contains("note: agent.frozen: enc, dyn do not learn; "))
    #expect(!whole.errors.contains("random numbers"))
    #expect(try shared("whole/checkpoints/80", "run/checkpoints/10") == ["dyn", "enc"])
    #expect(try shared("whole/checkpoints/80", "whole/checkpoints/0") == ["dyn", "enc"])

    _ = try start("parts", ["--steps", "40", "--from", "run", "--modules", "enc,dyn"] + settings)
    let resumed = try shell.run("train", "--resume", "--logdir", "parts", "--steps", "80")
    #expect(resumed.code == 0, "\(resumed.errors)")
    for file in [Self.parameters, "optimizer.safetensors"] {
      #expect(
        try SafeTensors(contentsOf: shell.url("whole/checkpoints/80/\(file)"))
          == SafeTensors(contentsOf: shell.url("parts/checkpoints/80/\(file)")), "\(file)")
    }
    let changed = try shell.run(
      "train", "--resume", "--logdir", "parts", "--steps", "90", "--set", "agent.frozen=[]")
    #expect(changed.code == 64)
    #expect(changed.errors.contains("agent.frozen"))
  }

  private func start(_ folder: String, _ arguments: [String]) throws -> Shell.Outcome {
    try shell.run(
      ["train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", folder] + arguments
    )
  }

  @Test("a frozen name that is none is refused with the list, and so is an agent all frozen")
  func unknown() throws {
    let unknown = try start("new", "--set", "agent.frozen=encoder")
    #expect(unknown.code == 64)
    #expect(
      unknown.errors.contains(
        "must be a list of some of enc, dyn, dec, rew, con, pol, val, slowval"))
    let all = try start("new", "--set", "agent.frozen=enc,dyn,dec,rew,con,pol,val")
    #expect(all.code == 64)
    #expect(all.errors.contains("leaves no parameter that learns"))
    let random = try start("new", "--steps", "10", "--set", "agent.frozen=enc")
    #expect(
      random.errors.contains(
        "note: what is frozen stays at random numbers; give what it knows with --from\n"))
  }
}

@Suite("Little to see, little to do")
struct LittleTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  /// Settings with which everything is as small as it can be.
  static let settings: [[String]] = [
    ["bench.actions=1"], ["bench.image=[]", "bench.vector=1", "bench.actions=1"],
    ["bench.vector=1", "batch_size=1", "batch_length=2", "run.shards=1", "agent.imag_length=1"],
    ["agent.dyn.rssm.classes=1"], ["agent.dyn.rssm.stoch=1"], ["agent.rewhead.bins=2"],
    [
      "bench.image=[8,8,1]", "agent.enc.simple.outer=true", "agent.dec.simple.outer=true",
      "agent.dec.simple.bspace=2",
    ],
  ]

  @Test("bench measures them, without a number that is none", arguments: settings)
  func bench(settings: [String]) throws {
    let outcome = try shell.run(
      ["bench", "--preset", "debug", "--updates", "1", "--json", "--set"] + settings)
    #expect(outcome.code == 0, "\(settings): \(outcome.errors)")
    #expect(!outcome.output.lowercased().contains("nan"))
  }

  @Test("what an error of bench says is one line")
  func benchError() throws {
    for settings in [
      ["bench.image=[1,1,1]"], ["agent.imag_loss.actent=1e38", "agent.loss_scales.policy=1e38"],
    ] {
      let outcome = try shell.run(
        ["bench", "--preset", "debug", "--updates", "1", "--set"] + settings)
      #expect(outcome.code != 0, "\(settings)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      #expect(outcome.errors.count < 400)
    }
  }

  @Test("episodes of one step are trained on")
  func timeLimit() throws {
    let outcome = try shell.train("--steps", "60", "--set", "env.wrap.time_limit=1")
    #expect(outcome.code == 0, "\(outcome.errors)")
  }
}
