import Configuration
import Foundation
import Runs
import TestSupport
import Testing
import TrainedAgents
import Training

@Suite("What a terminal shows of an agent's training")
struct TrainingProgressTests {
  @Test("the last panel has losses, divergence, use of the latents, and memory")
  func panel() throws {
    let scratch = try Scratch()
    let configuration = try TrainingConfiguration.resolve(
      task: "gridworld/Empty-5x5", presets: ["debug"], set: ["env.wrap.time_limit=10"]
    ).configuration
    var shown = ""
    let progress = ProgressDisplay(
      .init(isTerminal: true, size: { (24, 200) }, write: { shown += $0 }), now: { .zero })
    let folder = RunFolder(at: scratch.url.appendingPathComponent("run"))
    _ = try Trainer(configuration, in: folder, progress: progress).run()
    let lines = shown.split(separator: "\n").suffix(6)
    #expect(lines.count == 6)
    for (line, pattern) in zip(
      lines,
      [
        /.*100 %  200\/200 steps/, /return  [-.0-9]+   [0-9]+ updates.*/,
        /losses  image [-.e+0-9]+  .*rew [-.e+0-9]+.*/,
        /KL      [.0-9]+ nats, 1.00 free, [0-9]+ % of rows below/,
        /latents [0-2] of 2 active, perplexity [.0-9]+/,
        /memory  [0-9]+ MB, [0-9]+ windows of replay/,
      ])
    {
      #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
    }
  }
}
