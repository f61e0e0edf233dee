import Foundation
import Randomness
import Testing

/// An agent whose latents are of another family than the reference's, through all that a run is.
@Suite("An agent with Gaussian latents")
struct GaussianLatentTests {
  private static let setting = ["agent.dyn.rssm.latent=gaussian"]

  @Test("a run that is killed at any write, or at any time, goes on as if it had not")
  func kills() throws {
    let whole = try SmallRun()
    let outcome = try whole.train(Self.setting)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let expected = try whole.result()
    let run = try SmallRun()
    for index in 0..<3 {
      let moment = Int(Key(seed: 5).uniform(at: index) * 500) + 1
      let stopped = try run.train(
        Self.setting, environment: ["DREAMER_STOP_AT": "\(moment)"])
      #expect(stopped.code == SIGKILL || stopped.code == 0, "\(stopped.errors)")
      let running = try run.shell.start(SmallRun.arguments + Self.setting)
      Thread.sleep(forTimeInterval: 0.3 * Double(Key(seed: 6).uniform(at: index)))
      running.signal(SIGKILL)
      _ = try running.finish()
    }
    #expect(try run.train(Self.setting).code == 0)
    #expect(try run.result() == expected)
  }

  @Test("is evaluated, imagined, inspected and reported on")
  func commands() throws {
    let run = try SmallRun()
    let trained = try run.train(Self.setting)
    #expect(trained.code == 0, "\(trained.errors)")
    let metrics = try String(contentsOf: run.shell.url("run/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.contains("report/latents/active"))
    #expect(!metrics.contains("perplexity") && !metrics.contains("dead_share"))
    for arguments in [
      ["evaluate", "run", "--episodes", "2"], ["imagine", "run", "--out", "dream.png"],
      ["report", "run", "--out", "report.html"], ["inspect", "run"],
    ] {
      let outcome = try run.shell.run(arguments)
      #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
      if arguments[0] == "inspect" { #expect(outcome.output.contains("gaussian")) }
    }
    let page = try String(contentsOf: run.shell.url("report.html"), encoding: .utf8)
    #expect(page.contains("as it is") && !page.contains("class 0"))
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
    let changed = try run.train(Self.setting)
    #expect(changed.code == 65, "\(changed.errors)")
    #expect(changed.errors.contains("agent.dyn.rssm.latent"))
  }
}
