import Foundation
import TestSupport
import Testing

@Suite("What a run tells of itself")
struct TelemetryTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  /// The keys of all lines of a file of a run.
  private func keys(_ file: String) throws -> Set<String> {
    try String(contentsOf: shell.url("run/\(file)"), encoding: .utf8).split(separator: "\n")
      .reduce(into: []) { try $0.formUnion(Shell.object(String($1)).keys) }
  }

  /// Those of ALGORITHM section 13, and what is ours.
  private static let names: [String: [String]] = [
    "train/": [
      "loss/image", "loss/rew", "loss/con", "loss/dyn",
      "loss/rep", "loss/policy", "loss/value", "loss/repval",
      "dyn_ent", "rep_ent", "adv", "adv_std", "adv_mag", "ret", "ret_min", "ret_max", "ret_rate",
      "tar", "rew", "con", "val", "slowval", "weight", "ent/action", "rand/action", "kl", "kl_free",
    ],
    "train/opt/": [
      "loss", "grad_norm", "grad_rms", "update_rms", "param_rms", "param_count", "updates",
      "skipped",
    ],
    "report/": [
      "loss/image", "loss/rew", "kl", "latents/active", "latents/perplexity",
      "latents/dead_share", "recon/image/posterior", "recon/image/prior", "open_loop/image/h1",
      "open_loop/image/h2",
    ],
    "replay/": ["items", "chunks", "ram_gb", "inserts", "samples", "updates", "replay_ratio"],
    "epstats/": ["score", "length", "reward_rate"],
    "fps/": ["policy", "train", "updates", "gflops"],
    "usage/": ["proc_ram_gb", "proc_ram_peak_gb", "proc_cpu_cores"],
    "time/": ["environment", "replay", "world_model", "imagination", "optimizer"],
  ]

  @Test("its metrics have the reference's names")
  func metricNames() throws {
    try shell.train("--set", "env.wrap.time_limit=20")
    let found = try keys("metrics.jsonl")
    for (group, names) in Self.names {
      #expect(names.filter { !found.contains(group + $0) } == [], "\(group)")
    }
    #expect(try keys("scores.jsonl").isSuperset(of: ["episode/score", "episode/length"]))
  }

  @Test(
    "TensorBoard finds metrics, pictures and histograms",
    .enabled(if: Python.has("tensorboard"), Comment(rawValue: Python.remedy("tensorboard"))))
  func tensorBoard() throws {
    try shell.train()
    let program = """
      import sys
      from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
      found = EventAccumulator(sys.argv[1])
      found.Reload()
      tags = found.Tags()
      print([event.step for event in found.Scalars("train/loss/image")])
      print(tags["images"], tags["histograms"])
      """
    #expect(
      try Python.run(program, [shell.url("run").path]) == """
        [50, 100, 150, 200]
        ['report/openloop/image'] ['report/latents/deter', 'report/latents/class_use', \
        'report/latents/activity', 'report/latents/kl']

        """)
  }

  /// Every gradient overflows with this.
  private let overflow = "agent.loss_scales.rew=1e37"

  @Test("an update with numbers that are not finite ends the run with 70 and leaves its batch")
  func stopping() throws {
    let outcome = try shell.train("--set", overflow)
    #expect(outcome.code == 70)
    let message = outcome.errors.split(separator: "\n").last ?? ""
    #expect(message.hasPrefix("dreamer: the gradient of "))
    #expect(
      message.hasSuffix(
        " is inf in update 1; no parameter was changed; the batch is in "
          + "run/nonfinite/1-0.safetensors; resume from the last checkpoint with a smaller "
          + "agent.opt.lr, or leave such updates out with run.on_nonfinite=skip"))
    #expect(try shell.contents().keys.contains("run/nonfinite/1-0.safetensors"))
  }

  @Test("run.on_nonfinite=skip leaves such updates out, counts them, and says so once")
  func skipping() throws {
    let outcome = try shell.train(
      "--set", overflow, "run.on_nonfinite=skip", "run.keep.last=9", "run.report_every=0")
    #expect(outcome.code == 0)
    #expect(outcome.errors.split(separator: "\n").count { $0.hasPrefix("warning: ") } == 1)
    // What is done already is no advice.
    #expect(!outcome.errors.contains("run.on_nonfinite"))
    let files = try shell.contents()
    #expect(files.keys.filter { $0.hasPrefix("run/nonfinite/") }.count == 3)
    #expect(
      files["run/checkpoints/0/parameters.safetensors"]
        == files["run/checkpoints/200/parameters.safetensors"])
    let last = try #require(
      String(contentsOf: shell.url("run/metrics.jsonl"), encoding: .utf8).split(separator: "\n")
        .last)
    #expect(try Shell.object(String(last))["train/opt/skipped"] as? Int ?? 0 > 3)
    #expect(try keys("metrics.jsonl").contains("warning/skipped_update"))
  }
}
