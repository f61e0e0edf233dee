import Foundation
import TestSupport
import Testing

/// What `inspect` and `report` make of runs of `dreamer vae train`.
@Suite("runs of models of frames")
struct FrameRunTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private func train(_ posterior: String, _ more: String..., logdir: String = "run") throws {
    let outcome = try shell.run(
      [
        "vae", "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", logdir,
        "--set", "vae.posterior=\(posterior)",
      ] + more)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  private func page(_ name: String = "report.html") throws -> String {
    try String(contentsOf: shell.url(name), encoding: .utf8)
  }

  /// The headings of the second level, in their order.
  private func headings(_ page: String) -> [String] {
    page.components(separatedBy: "<h2>").dropFirst().map { String($0.prefix { $0 != "<" }) }
  }

  @Test("a run tells what it holds", arguments: ["gaussian", "categorical", "vq", "fsq"])
  func inspected(posterior: String) throws {
    try train(posterior)
    for path in ["run", "run/checkpoints/60"] {
      let outcome = try shell.run("inspect", path)
      #expect(outcome.code == 0, "\(outcome.output)")
      for text in [
        "  frames       16×16×3 of gridworld/Empty-5x5; ",
        "\n  model        \(posterior) posterior, vector; ",
        "  steps        60 of 60, 60 updates, finished\n", "               enc: ",
        "  problems     none\n",
      ] { #expect(outcome.output.contains(text), "\(text) in \(outcome.output)") }
    }
    #expect(try shell.run("inspect", "run").output.contains("  bounds       2 looks at validation"))
    let object = try Shell.object(shell.run("inspect", "run", "--json").output)
    let frames = object["frames"] as? [String: Any]
    #expect(frames?["shape"] as? String == "16×16×3")
    #expect(frames?["likelihood"] as? String == "bernoulli")
    #expect((object["scores"] as? [[String: Any]])?.count == 2)
    #expect(object["environment"] == nil)
  }

  @Test("a run has every part, stands alone, and is the same each time")
  func reported() throws {
    try train("gaussian")
    let outcome = try shell.run("report", "run")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let text = try page()
    #expect(
      headings(text) == [
        "Summary", "Learning", "Diagnosis", "Reconstructions", "Samples", "Rate and distortion",
        "What use is made of latents", "A map of the aggregate posterior",
        "What single latents mean", "How much detail is left", "Diagnostics", "Configuration",
        "How to run it again",
      ])
    for sign in ["http://", "https://", "src=\"/", "url(", "@import"] {
      #expect(!text.contains(sign))
    }
    #expect(text.contains("carries something (0.1)"))
    // The prior's contours, one for each thing that frames are coloured by.
    #expect(text.contains("<circle class=\"level\""))
    for source in ["From the prior", "From the aggregate posterior", "From a mixture"] {
      #expect(text.contains(source))
    }
    #expect(outcome.output.contains("gridworld/Empty-5x5, held-out frames:\n  "))
    #expect(outcome.output.contains("more than 0.1 nats"))
    #expect(try shell.run("report", "run", "--out", "again.html").code == 0)
    #expect(try page("again.html") == text)
  }

  @Test("latents that are codes have no directions", arguments: ["categorical", "vq", "fsq"])
  func codes(posterior: String) throws {
    try train(posterior)
    let outcome = try shell.run("report", "run")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let text = try page()
    let found = headings(text)
    #expect(found.contains("What use is made of latents"))
    #expect(!found.contains("What single latents mean"))
    #expect(!text.contains("<circle"))
    let isQuantised = posterior != "categorical"
    #expect(text.contains("How often each code is chosen") == isQuantised)
    #expect(text.contains("Nats of each dimension") != isQuantised)
  }

  @Test("with files alone no model is loaded, and agents' options have no place")
  func files() throws {
    try train("gaussian")
    #expect(try shell.run("report", "run", "--files-only").code == 0)
    #expect(
      headings(try page()) == [
        "Summary", "Learning", "Rate and distortion", "The model", "Diagnostics", "Configuration",
        "How to run it again",
      ])
    let outcome = try shell.run("report", "run", "--episodes", "9")
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("--episodes is for probes of agents"))
  }

  @Test("an agent's run beside a model's is bad usage")
  func mixed() throws {
    for (folder, text) in [("a", "agent: {horizon: 9}\n"), ("b", "vae: {posterior: vq}\n")] {
      try FileManager.default.createDirectory(
        at: shell.url(folder), withIntermediateDirectories: false)
      try Data(("task: gridworld/Empty-5x5\n" + text).utf8)
        .write(to: shell.url("\(folder)/config.yaml"))
    }
    let outcome = try shell.run("report", "a", "b")
    #expect(outcome.code == 64)
    #expect(
      outcome.errors
        == "dreamer: a is of an agent and b is of a model of frames: one page cannot compare them; give "
        + "each a page of its own\n")
  }

  @Test("what is damaged is told, and the rest shown")
  func damaged() throws {
    try train("vq")
    let file = shell.url("run/checkpoints/60/parameters.safetensors")
    try Data(contentsOf: file).dropLast(100).write(to: file)
    let inspection = try shell.run("inspect", "run", "--json")
    #expect(inspection.code == 65)
    let problems = try Shell.object(inspection.output)["problems"] as? [String]
    #expect(problems?.count == 1 && problems?.first?.contains("parameters.safetensors: ") == true)
    let report = try shell.run("report", "run")
    #expect(report.code == 0)
    #expect(report.errors.contains("The model cannot be looked at: "))
    #expect(headings(try page()).contains("The model"))
    // Without a state that tells, the configuration says what kind of run it is.
    try Data("{".utf8).write(to: shell.url("run/checkpoints/60/state.json"))
    let damaged = try shell.run("inspect", "run")
    #expect(damaged.code == 65)
    #expect(damaged.output.contains("vq posterior"))
    #expect(damaged.output.contains("state.json: it is damaged"))
  }

  @Test("frames that are gone take nothing from what the files tell")
  func gone() throws {
    try train("fsq")
    let configuration = shell.url("run/config.yaml")
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try Data(text.replacing("Empty-5x5", with: "Gone-<b>5").utf8).write(to: configuration)
    let copy = shell.url("run/checkpoints/60/config.yaml")
    try FileManager.default.removeItem(at: copy)
    let outcome = try shell.run("report", "run")
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("The model cannot be looked at: "))
    #expect(try !page().contains("<b>"))
  }

  @Test(
    "TensorBoard finds the bound and its parts, and the pictures of each look",
    .enabled(if: Python.has("tensorboard"), Comment(rawValue: Python.remedy("tensorboard"))))
  func tensorBoard() throws {
    try train("gaussian")
    let program = """
      import sys
      from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
      found = EventAccumulator(sys.argv[1], size_guidance={"images": 0})
      found.Reload()
      tags = found.Tags()["scalars"]
      print([tag for tag in tags if tag.startswith(("eval/", "train/loss/"))])
      for tag in found.Tags()["images"]:
        print(tag, [event.step for event in found.Images(tag)])
      """
    #expect(
      try Python.run(program, [shell.url("run").path]) == """
        ['train/loss/distortion', 'train/loss/rate', 'eval/distortion', 'eval/elbo', 'eval/rate']
        eval/reconstructions [30, 60]
        eval/samples [30, 60]

        """)
  }

  @Test("a run that goes on can be looked at")
  func running() throws {
    let run = try shell.start([
      "vae", "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run",
      "--steps", "1000000", "--set", "run.save_every=5", "run.eval_every=20",
    ])
    run.wait {
      FileManager.default.fileExists(atPath: shell.url("run/scores.jsonl").path)
        && (try? Data(contentsOf: shell.url("run/scores.jsonl")).isEmpty) == false
    }
    for _ in 0..<3 {
      let inspection = try shell.run("inspect", "run")
      #expect(inspection.code == 0, "\(inspection.output)")
      #expect(inspection.output.contains(", running\n"))
    }
    let report = try shell.run("report", "run")
    #expect(report.code == 0, "\(report.errors)")
    #expect(report.output.contains("held-out frames"), "\(report.errors)")
    run.signal(SIGTERM)
    #expect(try run.finish().code == 143)
  }
}
