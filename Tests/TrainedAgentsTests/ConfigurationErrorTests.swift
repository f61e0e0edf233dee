import Configuration
import Files
import Foundation
import Testing
import TrainedAgents
import Worlds

@Suite("Errors of the configuration")
struct ConfigurationErrorTests {
  private func message(presets: [String] = [], set: [String]) -> String? {
    let error = #expect(throws: ConfigurationError.self) {
      try TrainingConfiguration.resolve(presets: presets, set: set)
    }
    return error?.description
  }

  private func message(yaml: String) -> String? {
    let error = #expect(throws: ConfigurationError.self) { try TrainingConfiguration(yaml: yaml) }
    return error?.description
  }

  @Test(
    "an unknown key names the nearest",
    arguments: [
      ("agent.dyn.rssm.detre", "agent.dyn.rssm.deter"),
      ("deter", "agent.dyn.rssm.deter"),
      ("agnt.opt.lr", "agent.opt.lr"),
      ("batchsize", "batch_size"),
      ("run.step", "run.steps"),
      ("agent.free_nats", "agent.dyn.rssm.free_nats"),
      ("agent.dyn.rssm.freeNats", "agent.dyn.rssm.free_nats"),
      ("agent.dec.simple.mult", "agent.dec.simple.mults"),
      ("replay.sizes", "replay.size"),
      ("seed.x", "seed"),
    ])
  func unknownKey(key: String, nearest: String) {
    #expect(
      message(set: ["\(key)=1"])
        == "\(key)=1 (--set): there is no such key; the nearest is \(nearest)")
  }

  @Test(
    "a value of another type tells what is expected",
    arguments: [
      ("agent.opt.lr=fast", "agent.opt.lr=fast (--set): expected a number"),
      ("agent.opt.lr=nan", "agent.opt.lr=nan (--set): expected a number"),
      ("agent.opt.lr=", "agent.opt.lr= (--set): expected a number"),
      ("batch_size=1.5", "batch_size=1.5 (--set): expected a whole number"),
      ("batch_size=1e30", "batch_size=1e30 (--set): expected a whole number"),
      ("batch_size=[1]", "batch_size=[1] (--set): expected a whole number"),
      ("agent.report=1", "agent.report=1 (--set): expected true or false"),
      (
        "agent.enc.simple.mults=2,3",
        "agent.enc.simple.mults=2,3 (--set): expected a list of whole numbers such as [2, 3, 4]"
      ),
      (
        "agent.enc.simple.mults=[2, x]",
        "agent.enc.simple.mults=[2, x] (--set): expected a list of whole numbers such as [2, 3, 4]"
      ),
      (
        "agent.opt=3",
        "agent.opt=3 (--set): is a group of keys; set one of them, agent.opt.impl for one"
      ),
      ("seed", "seed (--set): expected key=value, seed=0 for one"),
      (
        "agent.opt={lr: 1",
        "--set: is not YAML: did not find expected ',' or '}' in line 2, column 1; correct it"
      ),
    ])
  func wrongType(assignment: String, text: String) {
    #expect(message(set: [assignment]) == text)
  }

  @Test(
    "a YAML text that is wrong is an error with its place",
    arguments: [
      (
        "batch_size: {a: 1}",
        "batch_size={a: 1} (file config.yaml): expected a whole number"
      ),
      ("hello", "hello (file config.yaml): expected lines of the form key: value"),
      (
        "agnet: {opt: {lr: 1}}",
        "agnet.opt.lr=1 (file config.yaml): there is no such key; the nearest is agent.opt.lr"
      ),
      (
        "seed: 1\nseed: 2\n",
        "file config.yaml: is not YAML: seed stands twice in line 2; correct it"
      ),
      (
        "# of a run\nrun:\n  steps: 5\nseed: 1\n\n'run' :\n  envs: 2\n",
        "file config.yaml: is not YAML: run stands twice in line 6; correct it"
      ),
      (
        "run:\n  steps: 1\n  # once more\n  steps: 2\nseed: 1\n",
        "file config.yaml: is not YAML: steps stands twice in line 4; correct it"
      ),
      (
        "run: {steps: 1, steps: 2}\nsteps: 1\n",
        "file config.yaml: is not YAML: steps stands twice in line 1; correct it"
      ),
      (
        "seed: [1",
        "file config.yaml: is not YAML: did not find expected ',' or ']' in line 2, column 1; "
          + "correct it"
      ),
    ])
  func malformedFile(yaml: String, text: String) {
    #expect(message(yaml: yaml) == text)
  }

  @Test("an unknown preset names the nearest and all")
  func unknownPreset() {
    #expect(
      message(presets: ["size24m"], set: [])
        == "preset size24m: there is no such preset; the nearest is size25m, all are size1m, "
        + "size12m, size25m, size50m, size100m, size200m, size400m, debug, "
        + EnvironmentRegistry.families.map { $0.name }.joined(separator: ", "))
  }

  /// What is said of a file of these bytes, with its name for its path.
  private func message(file bytes: [UInt8]) throws -> String {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).yaml")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let error = #expect(throws: (any Error).self) {
      try TrainingConfiguration.resolve(files: [url])
    }
    return error.map { "\($0)" }?.replacing(url.path, with: "own.yaml")
      .replacing(url.lastPathComponent, with: "own.yaml") ?? ""
  }

  @Test("a preset that a file includes and that is unknown is told with the file")
  func unknownInclude() throws {
    let text = try message(file: Array("include: size24m\n".utf8))
    #expect(
      text.hasPrefix(
        "preset size24m (file own.yaml): there is no such preset; the nearest is size25m, all are ")
    )
  }

  @Test("a file that is not UTF-8 is refused, not repaired")
  func notUnicode() throws {
    #expect(
      try message(file: Array("logdir: ".utf8) + [0x66, 0xFC, 0x72, 0x0A])
        == "own.yaml: is not UTF-8; save it as UTF-8 text")
  }

  @Test("a missing file is an error of its own")
  func missingFile() {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("no-such.yaml")
    let error = #expect(throws: FileError.self) { try TrainingConfiguration.resolve(files: [url]) }
    #expect(error?.description == "\(url.path): there is no such file; check the path")
  }

  @Test("an error tells that a preset or nothing set the value")
  func origins() {
    #expect(
      message(presets: ["debug"], set: ["batch_size=1"])
        == "run.shards=2 (preset debug): must be at most batch_size, 1")
    #expect(
      message(set: ["batch_size=2"]) == "run.shards=4: must be at most batch_size, 2")
  }

  @Test(
    "a value out of its range tells what it must be",
    arguments: [
      ("seed=-1", "must be at least 0"),
      ("batch_size=0", "must be at least 1"),
      ("batch_length=1", "must be at least 2"),
      ("run.steps=0", "must be at least 1"),
      ("run.envs=0", "must be at least 1"),
      ("run.threads=-1", "must be at least 0"),
      ("seed=9223372036854775807", "must be at most 1000000000000000"),
      ("batch_size=65537", "must be at most 65536"),
      ("run.train_ratio=1.0e+300", "must be at most 1000000"),
      ("agent.enc.simple.mults=[2, 4097]", "must hold numbers of at most 4096"),
      ("env.gridworld.actions=some", "must be one of all, useful"),
      (
        "env.gridworld.observation=map",
        "must be one of view, grid, symbolic, view+grid, view+symbolic, grid+symbolic, "
          + "view+grid+symbolic"
      ),
      ("env.pendulum.size=8", "must be 16 to 1024"),
      (
        "bench.image=[64, 64]",
        "must be rows, columns and channels, [64, 64, 3] for one, or [] "
          + "for no image"
      ),
      ("bench.image=[]", "there is nothing to observe; set bench.image or bench.vector"),
      (
        "replay.size=1000",
        "must be at least batch_size · batch_length, 1024, or training never "
          + "starts"
      ),
      ("replay.size=1000000000000", "must be at most 1000000000"),
      ("replay.chunksize=1000000000000000", "must be at most 65536"),
      (
        "batch_size=65536",
        "must be so that batch_size · (batch_length + replay_context) is at most 1048576 rows"
      ),
      (
        "report_length=65536",
        "must be so that batch_size · (report_length + replay_context) is at most 1048576 rows"
      ),
      ("agent.opt.lr=1.0e+300", "must be at most 1000"),
      ("agent.loss_scales.rec=1.0e+300", "must be at most 1e+38"),
      ("agent.retnorm.limit=1.0e+39", "must be at most 1e+38"),
      ("env.wrap.reward_scale=1.0e+300", "must be at most 1e+38"),
      ("replay.chunksize=0", "it must be at least 1"),
      ("agent.opt.impl=sgd", "must be one of laprop, adam"),
      ("agent.opt.lr=0.0", "must be above 0"),
      ("agent.opt.beta1=1.0", "must be at least 0 and below 1"),
      ("agent.opt.schedule=step", "must be one of const, linear, cosine"),
      ("agent.dyn.typ=gru", "must be rssm"),
      ("agent.dyn.rssm.unimix=1.0", "must be at least 0 and below 1"),
      (
        "agent.dyn.rssm.norm=batch",
        "must be one of rms, layer, none, or rms1em5 for another epsilon"
      ),
      ("agent.dyn.rssm.winit=xavier", "must be a distribution and a fan, trunc_normal_in for one"),
      ("agent.dyn.rssm.blocks=7", "must divide deter, 8192"),
      ("agent.dyn.rssm.blocks=0", "must be at least 1"),
      ("agent.dec.simple.bspace=0", "must be at least 1"),
      ("agent.dec.simple.bspace=7", "must divide agent.dyn.rssm.deter, 8192"),
      (
        "agent.enc.simple.mults=[]",
        "must be a positive number for each stage, [2, 3, 4, 4] for one"
      ),
      (
        "agent.dec.simple.mults=[2, 0]",
        "must be a positive number for each stage, [2, 3, 4, 4] "
          + "for one"
      ),
      ("agent.value.bins=1", "must be at least 2"),
      ("agent.value.units=0", "must be at least 1"),
      ("agent.rewhead.output=mse", "must be symexp_twohot"),
      ("agent.conhead.output=mse", "must be binary"),
      ("agent.policy.mix=-0.1", "must be at least 0 and below 1"),
      ("agent.policy.maxstd=0.05", "must be at least agent.policy.minstd, 0.1"),
      ("agent.policy_dist_disc=onehot", "must be categorical"),
      ("agent.policy_dist_cont=tanh", "must be bounded_normal"),
      ("agent.loss_scales.repval=-1.0", "must be at least 0"),
      ("agent.imag_length=0", "must be at least 1"),
      ("agent.imag_last=65", "must be at most batch_length, 64"),
      (
        "agent.imag_last=1",
        "must be 0 or at least 2, for agent.repval_loss compares neighbouring "
          + "states"
      ),
      ("agent.horizon=1", "must be at least 2"),
      ("agent.imag_loss.lam=1.5", "must be 0 to 1"),
      ("agent.slowvalue.every=0", "must be at least 1"),
      ("agent.retnorm.impl=max", "must be one of none, meanstd, perc"),
      ("agent.retnorm.perclo=95.0", "must be below perchi, 95.0"),
    ])
  func range(assignment: String, text: String) {
    #expect(message(set: [assignment]) == "\(assignment) (--set): \(text)")
  }

  @Test("a schedule that falls needs to know when it ends")
  func schedule() throws {
    #expect(
      message(set: ["agent.opt.schedule=linear"])
        == "agent.opt.anneal=0: must be above agent.opt.warmup, 1000, for the linear schedule")
    _ = try TrainingConfiguration.resolve(
      set: ["agent.opt.schedule=cosine", "agent.opt.anneal=5000"])
  }

  @Test("replay's own checks are told with their keys")
  func replay() {
    #expect(
      message(set: ["replay.fracs.priority=0.5"])
        == "replay.fracs=1.0 + 0.5 + 0.0: uniform, priority and recency must not be negative and must "
        + "add up to 1")
    #expect(
      message(set: ["replay.memory=much"])
        == "replay.memory=much (--set): it must be a number of bytes with a unit, 512MB or 2GiB for "
        + "one")
    #expect(
      message(set: ["run.train_ratio=inf"]) == "run.train_ratio=.inf (--set): expected a number")
  }

  @Test("a configuration made in code is checked too")
  func madeInCode() {
    var configuration = TrainingConfiguration()
    configuration.agent.opt.lr = -1
    let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
    #expect(error?.description == "agent.opt.lr=-1.0: must be above 0")
  }

  @Test(
    "edits are counted as Levenshtein counts them",
    arguments: [
      ("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 2), ("same", "same", 0),
    ])
  func editDistance(from: String, to: String, edits: Int) {
    #expect(ConfigurationNames.editDistance(from, to) == edits)
    #expect(ConfigurationNames.editDistance(to, from) == edits)
    #expect(ConfigurationNames.nearest(to: from, among: []) == nil)
  }

  @Test(
    "wrappers have ranges",
    arguments: [
      ("repeat=0", "repeat=0 (--set): must be at least 1"),
      ("time_limit=-1", "time_limit=-1 (--set): must be at least 0"),
      ("reward_scale=0", "reward_scale=0.0 (--set): must be above 0"),
      ("reward_clip=-1", "reward_clip=-1.0 (--set): must be at least 0"),
      ("size=1025", "size=1025 (--set): must be 0 to 1024"),
      ("gray=1", "gray=1 (--set): expected true or false"),
      ("stack=0", "stack=0 (--set): must be 1 to 64"),
      (
        "grey=true", "grey=true (--set): there is no such key; the nearest is env.wrap.gray"
      ),
    ])
  func wrappers(setting: String, says: String) {
    #expect(message(set: ["env.wrap.\(setting)"]) == "env.wrap.\(says)")
  }
}
