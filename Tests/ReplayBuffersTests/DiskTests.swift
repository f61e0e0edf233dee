import Files
import Foundation
import ReplayBuffers
import ReplaySettings
import TestSupport
import Testing

@Suite("Replay on disk")
struct DiskTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Little more than the blocks that are being filled.
  static let tight = "45kB"

  private var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: scratch.replay.path)) ?? []).sorted()
  }

  @Test("what is sampled depends neither on the disk nor on the bound", arguments: [0, 0.3])
  func bounds(priority: Double) throws {
    var expected = try Exercise(in: nil, priority: priority)
    let batches = try expected.run(0..<400)
    for memory in ["1GB", Self.tight] {
      let scratch = try Scratch()
      var exercise = try Exercise(in: scratch.replay, memory: memory, priority: priority)
      try exercise.replay.begin()
      #expect(try exercise.run(0..<400) == batches)
      #expect(exercise.replay.takeStatistics().items == expected.replay.takeStatistics().items)
    }
  }

  @Test("memory stays within the bound: blocks leave it and their memory is used again")
  func pages() throws {
    var exercise = try Exercise(in: scratch.replay, memory: "200kB", size: 3000)
    try exercise.replay.begin()
    _ = try exercise.run(0..<1600)
    // 32 rows take 3,872 and 576 bytes; what finds 3,200 rows takes some, too.
    #expect(exercise.replay.mostBlocksInMemory * (3872 + 576) < 150_000)
    #expect(exercise.replay.mostBlocksInMemory > 10)
    try exercise.replay.save(to: scratch.checkpoint("a"))
    #expect(files.filter { $0.hasSuffix(".chunk") }.count == 80)
  }

  @Test(
    "a run that goes on from a checkpoint samples what the other would have", arguments: [0, 0.3])
  func exactness(priority: Double) throws {
    for (stop, memory) in [(61, "1GB"), (100, Self.tight), (239, Self.tight), (320, "1GB")] {
      let scratch = try Scratch()
      var first = try Exercise(in: scratch.replay, memory: memory, priority: priority)
      try first.replay.begin()
      _ = try first.run(0..<stop / 2)
      try first.replay.save(to: scratch.checkpoint("half"))
      first.replay.commit()
      _ = try first.run(stop / 2..<stop)
      try first.replay.save(to: scratch.checkpoint("whole"))
      first.replay.commit()
      let state = first.streamState
      // What comes after the checkpoint is lost, whatever reached the disk.
      let batches = try first.run(stop..<420)
      let statistics = first.replay.takeStatistics()
      try first.replay.save(to: scratch.checkpoint("incomplete"))
      for _ in 0..<2 {
        var second = try Exercise(
          in: scratch.replay, memory: Self.tight, priority: priority)
        #expect(try second.restore(from: scratch.checkpoint("whole"), state))
        #expect(try second.run(stop..<420) == batches)
        #expect(second.replay.takeStatistics() == statistics.replacing(bytesOf: second.replay))
        try second.replay.save(to: scratch.checkpoint("incomplete"))
      }
    }
  }

  @Test("latents in memory reach the disk before a checkpoint, but for a sixteenth of the bound")
  func writingBehind() throws {
    var exercise = try Exercise(in: scratch.replay, memory: "400kB", size: 3000)
    try exercise.replay.begin()
    _ = try exercise.run(0..<600)
    // 1,200 rows are in 60 blocks of 3,872 and 576 bytes, for which there is room.
    #expect(exercise.replay.mostBlocksInMemory >= 60)
    let before = try exercise.replay.measureFiles().latents
    try exercise.replay.save(to: scratch.checkpoint("a"))
    let after = try exercise.replay.measureFiles().latents
    #expect(after == 60 * 576)
    #expect(before >= after - 400_000 / 16)
  }

  #if os(Linux)
    @Test(
      "a disk that takes latents slowly holds up a checkpoint and nothing else, and its error is told"
    )
    func slowDisk() throws {
      var configuration = ReplayConfiguration()
      (configuration.chunksize, configuration.memory) = (40, "24MB")
      let layout = ReplayLayout(
        imageSizes: [], vectorSizes: [1], actionSize: 1, deter: 8192, stochBytes: 1)
      let replay = try Replay(
        configuration, layout: layout, streamCount: 1, windowLength: 9, key: .init(seed: 0),
        in: scratch.replay)
      try replay.begin()
      // Whoever opens this waits until somebody writes to it.
      let latents = scratch.replay.appendingPathComponent("latents").path
      #expect(unlink(latents) == 0 && mkfifo(latents, 0o644) == 0)
      let start = ContinuousClock.now
      Thread.detachNewThread {
        Thread.sleep(forTimeInterval: 30)
        _ = open(latents, O_RDWR)
      }
      var recorder = Recorder(replay)
      try recorder.append(3000)
      #expect(ContinuousClock.now - start < .seconds(30))
      let writer = open(latents, O_RDWR)
      defer { close(writer) }
      // What is no file cannot be synced.
      let error = #expect(throws: FileError.self) { try replay.save(to: scratch.checkpoint("a")) }
      #expect(error?.what == "cannot be written (Invalid argument)")
    }
  #endif

  @Test("files of chunks that are gone stay until the next checkpoint is complete")
  func deletion() throws {
    var exercise = try Exercise(in: scratch.replay, size: 60)
    try exercise.replay.begin()
    _ = try exercise.run(0..<200)
    try exercise.replay.save(to: scratch.checkpoint("a"))
    exercise.replay.commit()
    let known = files
    _ = try exercise.run(200..<400)
    try exercise.replay.save(to: scratch.checkpoint("b"))
    #expect(Set(known).isSubset(of: files))
    exercise.replay.commit()
    #expect(files.count == known.count && files != known)
  }

  @Test("what no checkpoint knows is removed when a run goes on, and when one begins")
  func orphans() throws {
    var exercise = try Exercise(in: scratch.replay)
    try exercise.replay.begin()
    _ = try exercise.run(0..<100)
    try exercise.replay.save(to: scratch.checkpoint("a"))
    exercise.replay.commit()
    let known = files
    _ = try exercise.run(100..<200)
    try exercise.replay.save(to: scratch.checkpoint("b"))
    #expect(files.count > known.count)
    let resumed = try Exercise(in: scratch.replay)
    #expect(try resumed.restore(from: scratch.checkpoint("a"), nil))
    #expect(files == known)
    try Exercise(in: scratch.replay).replay.begin()
    #expect(files == ["latents"])
    #expect(try Data(contentsOf: scratch.replay.appendingPathComponent("latents")).isEmpty)
  }

  @Test("a checkpoint of other sizes is refused in words")
  func otherSizes() throws {
    let exercise = try Exercise(in: scratch.replay)
    try exercise.replay.begin()
    let url = scratch.checkpoint("a")
    try exercise.replay.save(to: url)
    var configuration = ReplayConfiguration()
    configuration.chunksize = 50
    let other = try Replay(
      configuration, layout: Exercise.layout, streamCount: 2, windowLength: 9,
      key: .init(seed: 0), in: scratch.replay)
    #expect {
      try other.restore(from: url)
    } throws: {
      "\($0)" == "\(url.path): is of chunks of 40 rows, not of 50; resume with the run's own "
        + "replay.chunksize"
    }
  }
}

extension ReplayStatistics {
  /// The same with the bytes of another memory, whose bound may be another.
  fileprivate func replacing(bytesOf replay: Replay) -> ReplayStatistics {
    var statistics = self
    statistics.bytes = replay.takeStatistics().bytes
    return statistics
  }
}
