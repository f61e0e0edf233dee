import Foundation
import Randomness
import Testing

/// Agents whose latents are of another family than the reference's, through all that a run is.
@Suite("Agents with other latents")
struct LatentFamilyRunTests {
  static let latents = ["gaussian", "full_gaussian", "vq", "fsq"]

  private static func setting(_ latent: String) -> [String] {
    [
      "agent.dyn.rssm.latent=\(latent)", "agent.dyn.rssm.codes=6", "agent.dyn.rssm.code_width=2",
      "agent.dyn.rssm.levels=[3,2]",
    ]
  }

  @Test(
    "a run that is killed at any write, or at any time, goes on as if it had not",
    arguments: latents)
  func kills(latent: String) throws {
    let setting = Self.setting(latent)
    let whole = try SmallRun()
    let outcome = try whole.train(setting)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let expected = try whole.result()
    let run = try SmallRun()
    for index in 0..<(latent == "gaussian" ? 3 : 2) {
      let moment = Int(Key(seed: 5).fold(latent).uniform(at: index) * 500) + 1
      let stopped = try run.train(setting, environment: ["DREAMER_STOP_AT": "\(moment)"])
      #expect(stopped.code == SIGKILL || stopped.code == 0, "\(stopped.errors)")
      let running = try run.shell.start(SmallRun.arguments + setting)
      Thread.sleep(forTimeInterval: 0.3 * Double(Key(seed: 6).uniform(at: index)))
      running.signal(SIGKILL)
      _ = try running.finish()
    }
    #expect(try run.train(setting).code == 0)
    #expect(try run.result() == expected)
  }

  @Test("is evaluated, imagined, inspected and reported on", arguments: latents)
  func commands(latent: String) throws {
    let run = try SmallRun()
    let trained = try run.train(Self.setting(latent))
    #expect(trained.code == 0, "\(trained.errors)")
    let metrics = try String(contentsOf: run.shell.url("run/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.contains("report/latents/active"))
    let hasCodes = ["vq", "fsq"].contains(latent)
    for name in ["perplexity", "dead_share"] { #expect(metrics.contains(name) == hasCodes) }
    #expect(metrics.contains("train/loss/codebook") == (latent == "vq"))
    for arguments in [
      ["evaluate", "run", "--episodes", "2"], ["imagine", "run", "--out", "dream.png"],
      ["report", "run", "--out", "report.html"], ["inspect", "run"],
    ] {
      let outcome = try run.shell.run(arguments)
      #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
      if arguments[0] == "inspect" { #expect(outcome.output.contains(latent)) }
    }
    let page = try String(contentsOf: run.shell.url("report.html"), encoding: .utf8)
    #expect(page.contains("as it is") != hasCodes && page.contains("code 0") == hasCodes)
    #expect(!page.contains("class 0"))
  }

  @Test("a latent that is none is refused with those that are, and another one on resuming")
  func refused() throws {
    let run = try SmallRun()
    let unknown = try run.train(["agent.dyn.rssm.latent=poisson"])
    #expect(unknown.code == 64)
    #expect(
      unknown.errors.contains("agent.dyn.rssm.latent") && unknown.errors.contains("gaussian"),
      "\(unknown.errors)")
    #expect(try run.train(["run.steps=40"]).code == 0)
    let changed = try run.train(Self.setting("gaussian"))
    #expect(changed.code == 65, "\(changed.errors)")
    #expect(changed.errors.contains("agent.dyn.rssm.latent"))
  }

  @Test(
    "what is about a divergence is refused where there is none, with the reason",
    arguments: [
      ("vq", "balance=0.8", "balanced"), ("fsq", "free_nats=3", "free below some nats"),
      ("vq", "anneal=linear", "annealed"),
    ])
  func divergence(latent: String, setting: String, reason: String) throws {
    let outcome = try SmallRun().train(
      Self.setting(latent) + ["agent.dyn.rssm.\(setting)"])
    #expect(outcome.code == 64, "\(outcome.errors)")
    let key = setting.split(separator: "=")[0]
    #expect(outcome.errors.contains("agent.dyn.rssm.\(key)"))
    #expect(
      outcome.errors.contains("a posterior of \(latent) is sure of its code")
        && outcome.errors.contains(reason), "\(outcome.errors)")
  }
}
