import Foundation
import Testing

/// What worlds show, can be told to do, and are wrapped in, from training to evaluation.
@Suite("Choices of worlds")
struct WorldChoiceTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  /// Trains and evaluates for seconds; the second report is at 100 steps.
  private func train(_ environment: String, _ settings: [String]) throws -> Shell.Outcome {
    let outcome = try shell.run(
      [
        "train", "--env", environment, "--preset", "debug", "--logdir", "run", "--steps", "110",
        "--set",
      ] + settings)
    guard outcome.code == 0 else { return outcome }
    let evaluation = try shell.run("evaluate", "run", "--episodes", "2", "--json")
    #expect(evaluation.code == 0, "\(evaluation.errors)")
    return outcome
  }

  private var videos: [String] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: shell.url("run/videos").path).sorted()
    }
  }

  @Test(
    "an agent trains on every observation of a gridworld",
    arguments: [
      ("view", "all", ["image"]), ("grid", "useful", ["grid"]), ("symbolic", "useful", []),
      ("view+grid", "all", ["grid", "image"]), ("view+symbolic", "useful", ["image"]),
      ("grid+symbolic", "all", ["grid"]), ("view+grid+symbolic", "useful", ["grid", "image"]),
    ] as [(String, String, [String])])
  func observations(observation: String, actions: String, images: [String]) throws {
    let outcome = try train(
      "gridworld/DoorKey-6x6",
      ["env.gridworld.observation=\(observation)", "env.gridworld.actions=\(actions)"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try videos == images.flatMap { ["100-\($0).gif", "100-\($0).png"] })
    let metrics = try String(contentsOf: shell.url("run/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.contains("\"train/loss/symbolic\": ") == observation.contains("symbolic"))
  }

  @Test(
    "an agent trains on wrapped frames",
    arguments: [
      ["env.wrap.size=48"], ["env.wrap.gray=true"], ["env.wrap.stack=4"],
      ["env.wrap.size=6"],
      [
        "env.wrap.size=48", "env.wrap.gray=true", "env.wrap.stack=2", "env.wrap.repeat=2",
        "env.wrap.time_limit=9", "env.wrap.reward_scale=10", "env.wrap.reward_clip=1",
      ],
      ["env.wrap.size=45", "agent.enc.simple.outer=true", "agent.dec.simple.outer=true"],
    ])
  func frames(settings: [String]) throws {
    for environment in ["gridworld/Empty-5x5", "pendulum/classic"] {
      let outcome = try train(environment, settings)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try videos == ["100-image.gif", "100-image.png"])
      try FileManager.default.removeItem(at: shell.url("run"))
    }
  }

  @Test("a size that cannot be halved is named with what to do", arguments: [1, 45])
  func oddFrames(size: Int) throws {
    let outcome = try train("gridworld/Empty-5x5", ["env.wrap.size=\(size)"])
    #expect(outcome.code == 64)
    #expect(
      outcome.errors == "dreamer: images of \(size)×\(size) pixels cannot be halved to 3 pixels or "
        + "more; set env.wrap.size to an even number of at least 6, or agent.enc.simple.outer and "
        + "agent.dec.simple.outer to true\n")
    #expect(try shell.contents().isEmpty)
  }

  @Test("recorded episodes stand in the run's folder, wherever the command runs")
  func recorded() throws {
    _ = try train("gridworld/Empty-5x5", ["env.wrap.record=episodes", "env.wrap.time_limit=10"])
    let files = try FileManager.default.contentsOfDirectory(atPath: shell.url("run/episodes").path)
    let scores = try String(contentsOf: shell.url("run/scores.jsonl"), encoding: .utf8)
    #expect(files.count == scores.split(separator: "\n").count)
    #expect(files.count >= 10)
  }
}
