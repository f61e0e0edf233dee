import Files
import Foundation
import Runs
import TestSupport
import Testing

@Suite("The run folder")
struct RunFolderTests {
  let scratch: Scratch
  let run: RunFolder

  init() throws {
    scratch = try Scratch()
    run = RunFolder(at: scratch.url.appendingPathComponent("run"))
  }

  private func fill(_ checkpoint: Checkpoint) throws {
    for url in [checkpoint.parameters, checkpoint.optimizer, checkpoint.state] {
      try AtomicFile.write(Data("x".utf8), to: url)
    }
  }

  private var checkpointNames: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: run.checkpoints.path)) ?? []).sorted()
  }

  @Test("a folder that holds a run is refused unless the run is resumed")
  func existingRun() throws {
    #expect(!run.holdsRun)
    try run.create(resuming: false)
    try AtomicFile.write(Data(), to: run.configuration)
    let error = #expect(throws: FileError.self) { try run.create(resuming: false) }
    #expect(error?.kind == .exists)
    #expect(
      error?.description == "\(run.url.path): already holds a run; "
        + "continue it with --resume or choose another --logdir")
    try run.create(resuming: true)
  }

  @Test("an empty folder, or one with other files, can take a run")
  func emptyFolder() throws {
    try AtomicFile.write(Data(), to: scratch.url.appendingPathComponent("notes.txt"))
    try RunFolder(at: scratch.url).create(resuming: false)
  }

  @Test("a folder that cannot be made is an error")
  func impossibleFolder() throws {
    let file = scratch.url.appendingPathComponent("file")
    try AtomicFile.write(Data(), to: file)
    let error = #expect(throws: FileError.self) {
      try RunFolder(at: file.appendingPathComponent("run")).create(resuming: false)
    }
    #expect(error?.kind == .system)
  }

  @Test("checkpoints are listed by step, and incomplete ones are not")
  func listing() throws {
    try run.create(resuming: false)
    for step in [1000, 200, 30] {
      try run.writeCheckpoint(step: step, keeping: CheckpointRetention(newest: 3), fill)
    }
    #expect(run.completeCheckpoints().map(\.step) == [30, 200, 1000])
    try FileManager.default.removeItem(at: run.completeCheckpoints()[2].optimizer)
    #expect(run.completeCheckpoints().map(\.step) == [30, 200])
  }

  @Test("only the newest checkpoints stay")
  func keeping() throws {
    try run.create(resuming: false)
    for step in [10, 20, 30] {
      try run.writeCheckpoint(step: step, keeping: CheckpointRetention(newest: 2), fill)
    }
    #expect(checkpointNames == ["20", "30"])
    try run.writeCheckpoint(step: 40, fill)
    #expect(checkpointNames == ["40"])
  }

  @Test("others stay by their steps and by the interval")
  func retention() throws {
    try run.create(resuming: false)
    let retention = CheckpointRetention(newest: 1, others: [20, 35], every: 25)
    for step in [10, 20, 25, 30, 35, 50, 60, 70] {
      try run.writeCheckpoint(step: step, keeping: retention, fill)
    }
    #expect(checkpointNames == ["20", "25", "35", "50", "70"])
  }

  @Test("a folder is one process's, or one run's, at a time")
  func locking() throws {
    let lock = try run.lock()
    let error = #expect(throws: FileError.self) { try run.lock() }
    #expect(error?.kind == .exists && error?.what == "is in use by another process")
    withExtendedLifetime(lock) {}
  }

  @Test("a folder can be had again when nobody holds it any more")
  func unlocking() throws {
    do { _ = try run.lock() }
    _ = try run.lock()
  }

  @Test("a write that fails leaves the checkpoints as they were")
  func failingWrite() throws {
    struct Failure: Error {}
    try run.create(resuming: false)
    try run.writeCheckpoint(step: 10, fill)
    #expect(throws: Failure.self) {
      try run.writeCheckpoint(step: 20) { checkpoint in
        try AtomicFile.write(Data(), to: checkpoint.parameters)
        throw Failure()
      }
    }
    #expect(run.completeCheckpoints().map(\.step) == [10])
    try run.writeCheckpoint(step: 20, fill)
    #expect(checkpointNames == ["20"])
  }

  @Test("an incomplete checkpoint is written anew and a complete one is left alone")
  func rewriting() throws {
    try run.create(resuming: false)
    try run.writeCheckpoint(step: 10, fill)
    try run.writeCheckpoint(step: 10) { _ in Issue.record("written again") }
    let checkpoint = try #require(run.completeCheckpoints().first)
    try FileManager.default.removeItem(at: checkpoint.state)
    try run.writeCheckpoint(step: 10, fill)
    #expect(run.completeCheckpoints() == [checkpoint])
  }

  @Test("a run means its newest checkpoint, and a checkpoint itself")
  func locating() throws {
    try run.create(resuming: false)
    for step in [10, 20] {
      try run.writeCheckpoint(step: step, keeping: CheckpointRetention(newest: 2), fill)
    }
    let newest = try RunFolder.locate(run.url)
    #expect(newest.checkpoint.step == 20)
    let older = try RunFolder.locate(run.checkpoints.appendingPathComponent("10"))
    #expect(older.checkpoint.step == 10)
    #expect(older.run?.url.path == run.url.path)
  }

  @Test("a folder without a run, or with nothing complete in it, is an error that says so")
  func locatingNothing() throws {
    let nowhere = scratch.url.appendingPathComponent("nowhere")
    var error = #expect(throws: FileError.self) { try RunFolder.locate(nowhere) }
    #expect(error?.kind == .missing)
    #expect(
      error?.description == "\(nowhere.path): there is no such folder; "
        + "name a run folder or a checkpoint in it")
    try run.create(resuming: false)
    error = #expect(throws: FileError.self) { try RunFolder.locate(run.url) }
    #expect(
      error?.description == "\(run.url.path): holds no complete checkpoint; "
        + "train longer, or name a run folder that has checkpoints/<step>")
    let empty = run.checkpoints.appendingPathComponent("5")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    error = #expect(throws: FileError.self) { try RunFolder.locate(empty) }
    #expect(error?.what == "is not a complete checkpoint")
  }
}

@Suite("Files that others write")
struct SynchronizingTests {
  @Test("one that is not there needs no disk; one that cannot be opened is an error")
  func opening() throws {
    let scratch = try Scratch()
    let url = scratch.url.appendingPathComponent("file")
    try AtomicFile.synchronize(url)
    try FileManager.default.createSymbolicLink(at: url, withDestinationURL: url)
    let error = #expect(throws: FileError.self) { try AtomicFile.synchronize(url) }
    #expect(error?.kind == .system)
    #expect(error?.path == url.path)
  }
}
