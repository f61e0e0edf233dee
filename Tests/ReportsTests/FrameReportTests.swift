import Files
import Foundation
import Reports
import TestSupport
import Testing

@Suite("Reports on models of frames, from files alone")
struct FrameReportTests {
  /// A run without a checkpoint.
  private func makeRun(
    _ name: String, _ configuration: String, metrics: String = "", scores: String = "",
    in scratch: Scratch
  ) throws -> String {
    let folder = scratch.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (file, text) in [
      ("config.yaml", configuration), ("metrics.jsonl", metrics), ("scores.jsonl", scores),
    ] where !text.isEmpty {
      try Data(text.utf8).write(to: folder.appendingPathComponent(file))
    }
    return folder.path
  }

  private func page(_ paths: String...) throws -> String {
    try Report(paths: paths, depth: .files, commit: "").make().html
  }

  private static let plain = "task: gridworld/Empty-8x8\nvae:\n  posterior: gaussian\n"

  private static func look(_ step: Int, rate: Double, distortion: Double) -> String {
    "{\"step\": \(step), \"eval/elbo\": \(-rate - distortion), \"eval/rate\": \(rate), "
      + "\"eval/distortion\": \(distortion)}\n"
  }

  @Test("a run has its bound, its losses, and nats of each dimension")
  func run() throws {
    let scratch = try Scratch()
    let metrics = [10, 20].map { step in
      "{\"step\": \(step), \"train/loss/distortion\": 30.5, \"train/loss/rate\": 4, "
        + "\"train/loss/mine\": 1, \"train/kl_weight\": 0.5, \"train/kl_dims/00\": 3, "
        + "\"train/kl_dims/01\": 0.01, \"train/kl_dims/over_0.1\": 1}\n"
    }.joined()
    let run = try makeRun(
      "a", Self.plain, metrics: metrics,
      scores: Self.look(10, rate: 3, distortion: 40) + Self.look(20, rate: 4, distortion: 30),
      in: scratch)
    let text = try page(run)
    #expect(text.contains("<title>gridworld/Empty-8x8: a</title>"))
    #expect(text.contains("<dt>Evidence bound</dt><dd>-34.00<small>validation frames</small>"))
    #expect(text.contains("<dt>Updates</dt><dd>20<small>of 5000</small>"))
    for title in ["Distortion", "Rate", "β", "Loss “mine”", "Dimensions that carry something"] {
      #expect(text.contains("<figcaption>\(title) <span"), "\(title)")
    }
    #expect(text.contains("a row for each of 2, from 0 (dark) to 3 (bright)"))
    #expect(text.contains("dreamer vae train --env gridworld/Empty-8x8 --seed 0 --logdir runs/a"))
    #expect(text.contains(">updates</text>") && !text.contains("environment steps"))
    // Rate, distortion and bound of the run.
    #expect(text.contains("<td>4</td><td>30</td><td>-34</td>"))
  }

  @Test("runs of several weights are points of one chart, seeds of one group")
  func comparison() throws {
    let scratch = try Scratch()
    let heavy = Self.plain + "  kl: {weight: 4}\n"
    let runs = try [
      makeRun("a", Self.plain, scores: Self.look(9, rate: 8, distortion: 20), in: scratch),
      makeRun(
        "b", Self.plain + "seed: 1\n", scores: Self.look(9, rate: 7, distortion: 23), in: scratch),
      makeRun("c", heavy, scores: Self.look(9, rate: 2, distortion: 40), in: scratch),
    ]
    let text = try Report(paths: runs, depth: .files, commit: "").make().html
    #expect(text.contains("<title>gridworld/Empty-8x8: 3 runs</title>"))
    #expect(text.contains("<h3>vae.kl.weight=4.0</h3>"))
    // -28 and -30: deviation √2.
    #expect(text.contains("<dd>-29.00 ± 1.4<small>"))
    let part = try #require(
      text.components(separatedBy: "<section").first { $0.contains("id=\"rate-distortion\"") })
    #expect(part.contains("rate, nats a frame"))
    #expect(part.components(separatedBy: "class=\"dots\"").count == 1 + 2 * 2)
  }

  @Test("a run that has only begun says what is missing")
  func begun() throws {
    let scratch = try Scratch()
    let run = try makeRun("a", Self.plain, in: scratch)
    let result = try Report(paths: [run], commit: "").make()
    #expect(
      result.problems == ["There is no complete checkpoint yet, so there is no model to look at."])
    #expect(result.emptyRuns == ["a"])
    for words in [
      "No look at the validation frames has been logged yet.", "There are no losses yet",
      "no model to look at", "Nothing has been logged yet.",
    ] { #expect(result.html.contains(words), "\(words)") }
    #expect(!result.html.contains("id=\"rate-distortion\""))
  }

  @Test("an agent's run and a model's stand on no page together")
  func mixed() throws {
    let scratch = try Scratch()
    let frames = try makeRun("frames", Self.plain, in: scratch)
    let agent = try makeRun("agent", "task: gridworld/Empty-5x5\n", in: scratch)
    for paths in [[frames, agent], [agent, frames]] {
      let error = #expect(throws: MixedRuns.self) { try Report(paths: paths, commit: "") }
      #expect(error?.description.contains("frames is of a model of frames") == true)
      #expect(error?.description.contains("agent is of an agent") == true)
    }
  }

  @Test("names become no markup")
  func names() throws {
    let scratch = try Scratch()
    let name = "<b>\"'\u{202E}&"
    let first = try makeRun(
      name, "data:\n  idx: '/<i>\"/x<script>'\nvae: {posterior: vq}\n",
      metrics:
        "{\"step\": 5, \"train/loss/<u>\": 1, \"warning/<s>\": 1, \"train/kl_dims/<q>\": 1}\n",
      scores: Self.look(5, rate: 1, distortion: 2), in: scratch)
    let other = try makeRun(
      "other", "data:\n  idx: '/<i>\"/x<script>'\nvae: {posterior: vq}\nbatch_size: 7\n",
      scores: Self.look(5, rate: 1, distortion: 3), in: scratch)
    let text = try page(first, other)
    for sign in ["<b>", "<i>", "x<script>", "<u>", "<s>", "<q>", "\u{202E}"] {
      #expect(!text.contains(sign), "\(sign)")
    }
    #expect(text.contains("x&lt;script&gt;"))
    #expect(text.contains("data.idx="))
  }
}
