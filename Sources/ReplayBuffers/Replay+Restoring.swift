import Files
import Foundation
import Kernels

extension Replay {
  /// Takes what a checkpoint holds, with every byte of it checked; changes no file. The memory has to
  /// be new, and of the same layout and sizes. Where the checkpoint has more streams, they stay.
  ///
  /// - Parameter owner: what the file must have been saved with; nil for anything.
  /// - Throws: `FileError`: `malformed` where something is damaged or of another run; `missing`.
  package func restore(from url: URL, of owner: String? = nil) throws {
    guard let disk else { preconditionFailure("a checkpoint of a memory without a folder") }
    let (state, body, _, _) = try SealedFile.read(url, as: ReplayState.self)
    guard state.owner == owner ?? state.owner else {
      throw SealedFile.damage(url, "is of another checkpoint than the files beside it")
    }
    try check(state, url)
    try state.check(of: url)
    makeStreams(state.streams.count)
    var parts = ReplayParts(body: body, url: url)
    let rows = state.chunks.reduce(0) { $0 + $1.count }
    let blocks = state.chunks.map { blockCount($0.count) }
    let origins = try parts.take(state.windowBytes)
    let pages = try parts.takePages(blocks.reduce(0, +))
    let chunks = try makeChunks(state, pages: pages, frames: &parts)
    let weights = try parts.take(state.priorityBytes)
    try parts.checkEnd()
    try restorePriorities(of: chunks, from: weights, rows: rows, state, url)
    try restoreStreams(state, url)
    guard
      let numbers = disk.unpacked(origins, count: state.windowCount * 2)?
        .elements(of: UInt16.self)
    else { throw SealedFile.damage(url, "has no list of windows") }
    try restoreWindows(numbers, state, url)
    (drawCounts, counters) = (state.drawCounts, state.statistics)
  }

  private func blockCount(_ rows: Int) -> Int {
    (rows + store.blockLayout.rows - 1) / store.blockLayout.rows
  }

  /// Refuses what is of another configuration.
  private func check(_ state: ReplayState, _ url: URL) throws {
    func require(_ holds: Bool, _ what: String, _ key: String) throws {
      if holds { return }
      throw FileError(
        .malformed, path: url.path, what: what, remedy: "resume with the run's own \(key)")
    }
    try require(
      state.version == ReplayState.currentVersion,
      "is of version \(state.version), and this program reads \(ReplayState.currentVersion)",
      "program")
    try require(
      state.layout == layout, "is of other observations, actions or latents",
      "environment and agent.dyn.rssm")
    try require(
      state.chunkSize == store.chunkSize,
      "is of chunks of \(state.chunkSize) rows, not of \(store.chunkSize)", "replay.chunksize")
    try require(
      state.windowLength == windowLength,
      "is of windows of \(state.windowLength) rows, not of \(windowLength)",
      "batch_length, report_length, consec_train, consec_report and replay_context")
  }

  // MARK: chunks

  /// Makes the chunks, with their files and pages checked.
  private func makeChunks(
    _ state: ReplayState, pages: [LatentPages.Page], frames: inout ReplayParts
  ) throws -> [Chunk] {
    try disk?.pages.restore(pages)
    var rest = pages[...]
    let chunks = try state.chunks.map { saved in
      let chunk = Chunk(
        number: saved.number, stream: saved.stream, capacity: store.chunkSize,
        predecessor: saved.predecessor)
      (chunk.successor, chunk.count) = (saved.successor, saved.count)
      let own = rest.prefix(blockCount(saved.count))
      rest = rest.dropFirst(own.count)
      try makeBlocks(of: chunk, saved, pages: own, frames: &frames)
      return chunk
    }
    store.restore(chunks, nextNumber: state.nextChunk)
    return chunks
  }

  private func makeBlocks(
    of chunk: Chunk, _ saved: ReplayState.ChunkState, pages: ArraySlice<LatentPages.Page>,
    frames: inout ReplayParts
  ) throws {
    chunk.blocks = pages.map { page in
      let block = Block()
      block.page = page
      return block
    }
    if chunk.isFull {
      let checksum = saved.checksum.flatMap { UInt64($0, radix: 16) }
      let records =
        try disk?.read(chunk.number, rows: chunk.count, checksum: checksum) ?? []
      for (block, record) in zip(chunk.blocks, records) { block.packed.withLock { $0 = record } }
      return
    }
    guard saved.frames.count == chunk.blocks.count else { throw frames.damage("lacks blocks") }
    let full = chunk.count / store.blockLayout.rows
    for (index, block) in chunk.blocks.enumerated() {
      let frame = try frames.take(saved.frames[index])
      if index < full {
        disk?.adopt(frame, as: block.packed)
      } else {
        try store.memory.revive(block, frame)
      }
    }
  }

  // MARK: windows

  /// Lets each environment go on, with what it and its coming windows refer to.
  private func restoreStreams(_ state: ReplayState, _ url: URL) throws {
    for chunk in store.all { chunk.successor.map(store.retain) }
    for (index, saved) in state.streams.enumerated() {
      streams[index].rowCount = saved.rowCount
      guard let number = saved.chunk else {
        if saved.rowCount == 0 { continue }
        throw SealedFile.damage(url, "has an environment without its rows")
      }
      let waiting = min(saved.rowCount, windowLength - 1)
      guard let chunk = store.chunk(number), !chunk.isFull, chunk.stream == index,
        saved.windowStart.row < store.chunkSize, store.chunk(saved.windowStart.chunk) != nil,
        store.existingRow(waiting, after: saved.windowStart)
          == StepID(chunk: number, row: chunk.count)
      else { throw SealedFile.damage(url, "has an environment without its rows") }
      streams[index].chunk = chunk
      streams[index].windowStart = saved.windowStart
      store.retain(number)
      for distance in 0..<waiting {
        store.retain(store.row(distance, after: saved.windowStart).chunk)
      }
    }
  }

  /// Whether all rows of a window are there.
  private func isWhole(_ start: StepID) -> Bool {
    guard start.row < store.chunkSize, store.chunk(start.chunk) != nil,
      let end = store.existingRow(windowLength - 1, after: start),
      let chunk = store.chunk(end.chunk)
    else { return false }
    return end.row < chunk.count
  }

  /// Whether all windows are there.
  func holds(_ starts: [StepID]) -> Bool { starts.allSatisfy(isWhole) }

  /// Lets each environment's windows begin one row after the other.
  private func restoreWindows(_ origins: [UInt16], _ state: ReplayState, _ url: URL) throws {
    var next = state.streams.map(\.firstWindow)
    for origin in origins {
      guard Int(origin) < next.count, let start = next[Int(origin)], isWhole(start) else {
        throw SealedFile.damage(url, "has a window without its rows")
      }
      windows.append(start)
      store.retain(start.chunk)
      next[Int(origin)] = store.existingRow(1, after: start)
    }
    // A stretch may be gone, but not be of a chunk that is yet to come.
    for start in state.online
    where store.chunk(start.chunk) == nil ? start.chunk < state.nextChunk : isWhole(start) {
      onlineQueue.append(start)
    }
    guard onlineQueue.count == state.online.count, state.windowsSoFar >= windows.count else {
      throw SealedFile.damage(url, "has a stretch of experience without its rows")
    }
    weighRestoredWindows(windowsSoFar: state.windowsSoFar)
  }

  // MARK: priorities

  private func restorePriorities(
    of chunks: [Chunk], from frame: Data, rows: Int, _ state: ReplayState, _ url: URL
  ) throws {
    guard priorities != nil else { return }
    let count = state.isPrioritized ? rows : 0
    guard
      let bits = disk?.unpacked(frame, count: count * 4)?.elements(of: UInt32.self)
    else { throw SealedFile.damage(url, "lacks priorities") }
    var rest = bits[...]
    let initial = configuration.prio.weight(Float(configuration.prio.initial))
    for chunk in chunks {
      chunk.priorities = rest.prefix(chunk.count).map(Float.init(bitPattern:))
      rest = rest.dropFirst(chunk.count)
      if !state.isPrioritized {
        chunk.priorities = Array(repeating: initial, count: chunk.count)
      }
      chunk.windows = Array(repeating: -1, count: chunk.count)
    }
  }

  /// Numbers the windows as they were numbered, and weighs them.
  private func weighRestoredWindows(windowsSoFar end: Int) {
    windowsSoFar = end
    if priorities == nil { return }
    let restored = windows
    windows = RingQueue()
    for position in 0..<restored.count {
      windows.append(restored[position])
      windowsSoFar = end - restored.count + position + 1
      insertPriority(ofWindowAt: restored[position])
    }
  }
}

extension ReplayState {
  /// Refuses numbers that contradict each other.
  fileprivate func check(of url: URL) throws {
    let numbers = chunks.map(\.number)
    let rows = chunks.reduce(0) { $0 &+ $1.count }
    let known = Set(numbers)
    let isConsistent =
      zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
      && (numbers.first ?? 0) >= 0 && (numbers.last ?? -1) < nextChunk
      && nextChunk <= Int(UInt32.max) && 0...rows ~= windowCount && windowsSoFar <= 1 << 60
      && drawCounts.count == Replay.Purpose.allCases.count
      && (drawCounts + streams.map(\.rowCount) + statistics.counts)
        .allSatisfy { 0...(1 << 60) ~= $0 }
      && chunks.allSatisfy { chunk in
        0...chunkSize ~= chunk.count && 0..<streams.count ~= chunk.stream
          && (chunk.count == chunkSize) == (chunk.successor != nil)
          && chunk.successor.map { $0 > chunk.number && known.contains($0) } ?? true
          && chunk.predecessor.map { $0 >= 0 && $0 < chunk.number } ?? true
      }
    if !isConsistent { throw SealedFile.damage(url, "contradicts itself") }
  }
}

/// The body of a checkpoint's file, taken part by part.
struct ReplayParts {
  private let body: Data
  private let url: URL
  private var position = 0

  init(body: Data, url: URL) {
    self.body = body
    self.url = url
  }

  func damage(_ what: String) -> FileError { SealedFile.damage(url, what) }

  mutating func take(_ count: Int) throws -> Data {
    guard count >= 0, count <= body.count - position else { throw damage("lacks bytes") }
    defer { position += count }
    // A copy: a part must not keep the whole in memory.
    return body.subdata(in: (body.startIndex + position)..<(body.startIndex + position + count))
  }

  mutating func takePages(_ count: Int) throws -> [LatentPages.Page] {
    guard count <= body.count else { throw damage("lacks pages") }
    let numbers = try take(count * 4).elements(of: UInt32.self) ?? []
    let checksums = try take(count * 8).elements(of: UInt64.self) ?? []
    return zip(numbers, checksums).map { .init(number: Int($0), checksum: $1) }
  }

  func checkEnd() throws {
    if position != body.count { throw damage("has bytes that mean nothing") }
  }
}
