import Agents
import Configuration
import EnvironmentInterface
import Evaluation
import Files
import Foundation
import Pictures
import Randomness
import Storyboards
import TestSupport
import Testing
import TrainedAgents
import Worlds

@Suite("Storyboards")
struct StoryboardTests {
  let trained: TrainedAgent

  init() throws { trained = try Self.agent(in: "gridworld/Empty-5x5") }

  /// An agent that has learnt nothing.
  private static func agent(in task: String) throws -> TrainedAgent {
    let configuration = try TrainingConfiguration.resolve(
      task: task, presets: ["debug"], files: [], set: []
    ).configuration
    let world = try EnvironmentRegistry.make(configuration.task, configuration.env)
    return TrainedAgent(
      kept(
        try Agent(
          configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
          key: Key(seed: 0))), configuration: configuration, step: 0)
  }

  private func board(_ change: (inout RolloutPlan) -> Void = { _ in }) throws -> Storyboard {
    var plan = RolloutPlan()
    (plan.context, plan.horizon, plan.sequences) = (2, 3, 2)
    change(&plan)
    return Storyboard(try trained.rollout(plan), title: "test", scale: 1)
  }

  /// The columns of pixels, and the rows, that have so many pixels of a colour.
  private func runs(
    of color: Picture.Color, atLeast count: Int, in picture: Picture
  ) -> (columns: Int, rows: Int) {
    func isColor(_ row: Int, _ column: Int) -> Bool {
      picture.color(row: row, column: column) == color
    }
    let columns = (0..<picture.width).count { column in
      (0..<picture.height).count { isColor($0, column) } >= count
    }
    let rows = (0..<picture.height).count { row in
      (0..<picture.width).count { isColor(row, $0) } >= count
    }
    return (columns, rows)
  }

  @Test("rows are truth, reconstruction, a row for each sample, and the error")
  func rows() throws {
    let board = try board { $0.samples = 2 }
    #expect(
      board.rows == [.truth, .reconstruction, .imagination(0), .imagination(1), .error])
  }

  @Test("there is a frame for each step, all of one size, green while observed and red after")
  func frames() throws {
    let board = try board()
    let frames = (0..<5).map { board.frame(step: $0) }
    #expect(Set(frames.map { [$0.height, $0.width] }).count == 1)
    for (step, frame) in frames.enumerated() {
      let (shown, absent) =
        step < 2 ? (Theme.observed, Theme.imagined) : (Theme.imagined, Theme.observed)
      // Four rows of tiles 60 pixels high: each of two sequences has two sides of two pixels.
      #expect(runs(of: shown, atLeast: 4 * 60, in: frame).columns == 2 * 2 * 2)
      #expect(runs(of: absent, atLeast: 60, in: frame).columns == 0)
      // Four rows of tiles have two edges of two pixels, across both sequences.
      #expect(runs(of: shown, atLeast: 2 * 60, in: frame).rows == 4 * 2 * 2)
    }
  }

  @Test("in a space, images are as large as there is room for; twice the room is left to enlarging")
  func spaces() throws {
    let board = Storyboard(try board().rollout, title: "")
    let usual = board.frame(step: 0)
    // Images of 56 pixels are usually enlarged twice: one time less is 56 less for each of two.
    func width(_ width: Int, _ height: Int) -> Int {
      board.frame(step: 0, width: width, height: height).width
    }
    #expect(width(usual.width, usual.height) == usual.width)
    #expect(width(usual.width - 1, usual.height) == usual.width - 2 * 56)
    #expect(width(1, 1) == usual.width - 2 * 56)
    #expect(width(usual.width + 2 * 56, usual.height + 4 * 56) == usual.width + 2 * 56)
    #expect(width(2 * usual.width, 2 * usual.height) == usual.width)
  }

  @Test("a strip has a column of tiles for each step, the first of them green")
  func strip() throws {
    let strip = try board { $0.sequences = 1 }.strip()
    #expect(runs(of: Theme.observed, atLeast: 4 * 60, in: strip).columns == 2 * 2 * 2)
    #expect(runs(of: Theme.imagined, atLeast: 4 * 60, in: strip).columns == 3 * 2 * 2)
    let both = try board().strip()
    #expect(both.width == strip.width && both.height > strip.height)
  }

  @Test("where a tile is narrower than a step's number, every other step has one")
  func numbers() throws {
    var plan = RolloutPlan()
    plan.sequences = 1
    let strip = Storyboard(
      try Self.agent(in: "pendulum/classic").rollout(plan), title: "", scale: 1
    ).strip()
    // Tiles of 32 pixels and their borders, two pixels apart; a line of numbers below the title's.
    func isBlank(_ columns: Range<Int>) -> Bool {
      columns.allSatisfy { column in
        (40..<48).allSatisfy { strip.color(row: $0, column: column) == Theme.background }
      }
    }
    for step in Array(0..<5) + stride(from: 5, to: 19, by: 2) {
      let column = 103 + 38 * step
      #expect(isBlank(column - 5..<column) && !isBlank(column..<column + 5))
    }
  }

  @Test("a picture is at least as wide as its title")
  func titles() throws {
    let rollout = try board { ($0.sequences, $0.horizon) = (1, 1) }.rollout
    let title = "a title that is wider than everything below it by more than a few letters"
    let board = Storyboard(rollout, title: title, scale: 1)
    let margins = 2 * 12
    #expect(board.strip().width >= Picture.width(of: title, scale: 2) + margins)
    #expect(board.frame(step: 0).width == Picture.width(of: title) + margins)
    // The step and how far ahead it is can be wider than one small image, too.
    let narrow = Storyboard(rollout, title: "", scale: 1).frame(step: 2)
    #expect(narrow.width >= Picture.width(of: "step 3: imagined, 1 ahead") + margins)
  }

  @Test("the first tile of the first row is what the world shows")
  func truth() throws {
    let board = try board { $0.sequences = 1 }
    let strip = board.strip()
    // The tile begins inside the first green pixel's border.
    let corner = (0..<strip.height * strip.width).first {
      $0 % strip.width + 8 < strip.width
        && (0..<8).allSatisfy { [index = $0] offset in
          strip.color(row: index / strip.width, column: index % strip.width + offset)
            == Theme.observed
        }
    }
    let (row, column) = try #require(corner.map { ($0 / strip.width + 2, $0 % strip.width + 2) })
    let image = board.rollout.truth.images[0]
    for y in stride(from: 0, to: 56, by: 5) {
      for x in stride(from: 0, to: 56, by: 5) {
        let pixel = (y * 56 + x) * 3
        #expect(
          strip.color(row: row + y, column: column + x)
            == .init(image[pixel], image[pixel + 1], image[pixel + 2]))
      }
    }
  }

  @Test("the same seed gives the same bytes, another one does not")
  func reproducible() throws {
    let first = try board().animation(5).gif()
    #expect(try board().animation(5).gif() == first)
    #expect(try board { $0.seed = 1 }.animation(5).gif() != first)
    let read = try GIFReader(first)
    #expect(read.frames.count == 5 && read.delays == [20, 20, 20, 20, 120])
  }

  @Test("a dream goes on where the world's episode is unknown, and shows what the world did")
  func dream() throws {
    let board = try board {
      $0.dreams = true
      $0.samples = 2
    }
    let rollout = board.rollout
    #expect(rollout.dreams && rollout.steps == 5 && rollout.imagined.count == 2)
    #expect(rollout.truth.lengths.allSatisfy { 3...5 ~= $0 })
    #expect(board.animation(5).count == 5)
  }

  @Test("recorded episodes are imagined from, and dreamt on without a truth")
  func recorded() throws {
    let episode = try trained.playEpisode(key: Key(seed: 7), policy: .random)
    var plan = RolloutPlan()
    (plan.context, plan.horizon) = (2, 3)
    let rollout = try trained.rollout(plan, of: [episode])
    #expect(rollout.sequences == 1)
    #expect(
      rollout.truth.images[0] == Array(episode.images[0].prefix(rollout.truth.images[0].count)))
    plan.dreams = true
    let dream = try trained.rollout(plan, of: [episode])
    #expect(dream.truth.lengths == [2] && dream.steps == 5)
    #expect(Storyboard(dream, title: "").animation(5).count == 5)
    // Nothing tells how it goes on; of an episode that is played to its end, the end is known.
    #expect(!dream.truth.hasEnd(0))
    (plan.dreams, plan.horizon) = (false, 1000)
    let whole = try trained.rollout(plan, of: [episode])
    #expect(whole.steps == episode.steps.count && whole.truth.hasEnd(0))
  }

  @Test("what no memory has room for is refused before it is taken")
  func sizes() throws {
    let rollout = try board().rollout
    let folder = FileManager.default.temporaryDirectory
    for name in ["a.png", "a.gif", "a.mp4"] {
      let file = try PictureFile(path: folder.appendingPathComponent(name).path)
      #expect(throws: PictureSizeError.self) {
        try Storyboard(rollout, title: "", scale: 1_000_000).write(to: file, framesPerSecond: 5)
      }
      try Storyboard(rollout, title: "", scale: 1).checkSize(for: file)
    }
    #expect(throws: PictureSizeError.self) {
      try Storyboard(rollout, title: "", scale: 1_000_000).checkSize(for: nil)
    }
    var plan = RolloutPlan()
    (plan.context, plan.horizon, plan.dreams) = (2, 1_000_000, true)
    #expect(throws: RolloutError.tooMuch(images: 3 * (2 * 1_000_002 + 1_000_000))) {
      try trained.rollout(plan)
    }
  }

  @Test("a folder keeps no frames of an earlier, longer run, but all else")
  func frameFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let kept = ["frame-1.png", "frame-0006.png", "frame-006.gif", "my-frame-006.png"]
    for name in kept { try Data().write(to: folder.appendingPathComponent(name)) }
    let board = try board { $0.sequences = 1 }
    try board.write(to: .folder(folder), framesPerSecond: 5)
    // Frames of ours, as of a longer film.
    for name in ["frame-006.png", "frame-1234.png"] {
      try FileManager.default.copyItem(
        at: folder.appendingPathComponent("frame-001.png"), to: folder.appendingPathComponent(name))
    }
    try board.write(to: .folder(folder), framesPerSecond: 5)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.sorted() == (kept + (1...5).map { "frame-00\($0).png" }).sorted())
    let frame = folder.appendingPathComponent("frame-003.png")
    #expect(try Picture(png: Data(contentsOf: frame)) == board.frame(step: 2))
    // Without the mark it is somebody else's.
    try board.frame(step: 2).writePNG(to: frame)
    let error = #expect(throws: FileError.self) {
      try board.write(to: .folder(folder), framesPerSecond: 5)
    }
    #expect(error?.kind == .exists && error?.path == frame.path)
  }

  @Test("a context that is longer than an episode is an error with words")
  func shortEpisode() throws {
    var plan = RolloutPlan()
    plan.context = 1000
    let error = #expect(throws: RolloutError.self) { try trained.rollout(plan) }
    guard case .shortEpisode(1000, let steps, nil) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(
      error?.description
        == "a context of 1000 steps leaves nothing to imagine of an episode of \(steps); choose a "
        + "context below \(steps), or other episodes")
    #expect(throws: RolloutError.self) { try trained.openLoopError(plan) }
  }
}
