import EnvironmentInterface
import Files
import Foundation
import ReplayBuffers
import ReplaySettings
import Runs
import TrainedAgents
import Worlds

/// What a memory can begin with: `replay.preload`.
protocol Experience {
  /// Rows of all episodes.
  var rowCount: Int { get }

  /// Appends all rows, as the experience of one environment. Their latents are zeros until training
  /// refreshes them, and they do not come to the online queue.
  func append(to replay: Replay, stream: Int) throws
}

/// Episodes that a `RecordedEnvironment` wrote.
struct Recordings: Experience {
  private let files: [URL]
  private let world: any Environment
  private let layout: ReplayLayout
  let rowCount: Int

  /// Finds the recordings in a folder and looks at them all, in the order of their names.
  ///
  /// - Throws: `FileError` where there is none; `SafeTensorsError`; ``RunFileError`` where one is not
  ///   of the world's spaces.
  init(in folder: URL, world: any Environment, layout: ReplayLayout) throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    // Other systems leave files beside ours whose names begin with a dot: `._name`.
    files = names.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }.sorted()
      .map(folder.appendingPathComponent)
    self.world = world
    self.layout = layout
    guard !files.isEmpty else {
      throw FileError(
        .missing, path: folder.path, what: "holds no recorded episodes",
        remedy: "record some with env.wrap.record, name a run's folder for what it remembers, or "
          + "leave replay.preload empty")
    }
    rowCount = try files.reduce(0) {
      try $0 + EpisodeRecord(usable: $1, in: world).steps.count
    }
  }

  func append(to replay: Replay, stream: Int) throws {
    var row = ReplayRow(observation: world.makeObservation(), layout: layout)
    for file in files {
      let episode = try EpisodeRecord(usable: file, in: world)
      for index in episode.steps.indices {
        episode.copy(index, actionSpace: world.actionSpace, to: &row)
        try replay.append(row, stream: stream, isOnline: false)
      }
    }
    _ = replay.takeStatistics()
  }
}

/// What another run remembers in the same world.
struct RememberedRun: Experience {
  private let remembered: Replay
  private let world: any Environment
  private let layout: ReplayLayout

  var rowCount: Int { remembered.rememberedRowCount }

  /// Reads the newest checkpoint of a run and changes nothing. Its agent may be another.
  ///
  /// - Throws: `FileError`: `exists` where the run goes on, and so changes what it remembers; as the
  ///   reading of a checkpoint does; ``RunFileError`` where it is of another world.
  init(in run: RunFolder, world: any Environment, layout: ReplayLayout) throws {
    (self.world, self.layout) = (world, layout)
    guard !run.isInUse else {
      throw FileError(
        .exists, path: run.url.path, what: "is in use by another process",
        remedy: "wait for its end, or copy the folder when it has saved and stopped")
    }
    remembered = try RunFolder.reading(run.url) { run, checkpoint in
      let opened = try OpenCheckpoint(checkpoint, in: run)
      guard let configuration = opened.configuration, let run, opened.holdsRun else {
        throw RunFileError(
          file: checkpoint.url.path, problem: "it holds an agent that remembers nothing",
          remedy: "name a run's folder in replay.preload")
      }
      guard configuration.task == world.id else {
        throw RunFileError(
          file: checkpoint.url.path,
          problem: "it is of \(configuration.task), not of \(world.id)",
          remedy: "name a run in the same world in replay.preload")
      }
      let replay = try Replay(
        configuration.replay,
        layout: ReplayLayout(world: world, configuration.agent.dyn.rssm),
        streamCount: configuration.streamCount, windowLength: configuration.windowLength,
        key: .init(seed: 0), in: run.replay)
      try replay.restore(from: checkpoint.replay, of: opened.ownerOfReplay)
      return replay
    }
  }

  func append(to replay: Replay, stream: Int) throws {
    let row = ReplayRow(observation: world.makeObservation(), layout: layout)
    try remembered.forEachRow(over: row) {
      try replay.append($0, stream: stream, isOnline: false)
    }
    _ = replay.takeStatistics()
  }
}

extension ReplayConfiguration {
  /// What to begin with; nil where there is to be nothing.
  func experience(
    for world: any Environment, layout: ReplayLayout
  ) throws -> (any Experience)? {
    guard !preload.isEmpty else { return nil }
    let run = RunFolder(at: URL(fileURLWithPath: preload))
    return FileManager.default.fileExists(atPath: run.checkpoints.path)
      ? try RememberedRun(in: run, world: world, layout: layout)
      : try Recordings(in: run.url, world: world, layout: layout)
  }
}

extension EpisodeRecord {
  /// Puts a step into a row of replay.
  fileprivate func copy(
    _ index: Int, actionSpace: ActionSpace, to row: inout ReplayRow
  ) {
    func part<Value>(_ values: [Value]) -> [Value] {
      let width = values.count / steps.count
      return Array(values[(index * width)..<((index + 1) * width)])
    }
    row.observation.images = images.map(part)
    row.observation.vectors = vectors.map(part)
    row.reward = Float(steps[index].reward)
    row.isFirst = steps[index].isFirst
    row.isLast = steps[index].isLast
    row.isTerminal = steps[index].isTerminal
    guard index < actions.count else { return }
    row.action = actionSpace.stored(actions[index])
  }
}
