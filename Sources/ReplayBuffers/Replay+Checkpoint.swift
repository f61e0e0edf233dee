import Files
import Foundation
import Kernels

// What a checkpoint holds of the memory: a file that says which chunks and pages count, and holds what
// is in none of their files.

extension Replay {
  /// Brings everything to the disk and writes the checkpoint's file.
  ///
  /// ``commit()`` has to follow when the checkpoint is complete.
  ///
  /// - Parameter owner: what tells the checkpoint from all others, those of other runs among them.
  /// - Throws: `FileError`.
  package func save(to url: URL, of owner: String? = nil) throws {
    guard let disk else { preconditionFailure("a checkpoint of a memory without a folder") }
    let chunks = store.all
    for block in chunks.flatMap(\.blocks) { try store.memory.writeLatents(of: block) }
    try disk.synchronize()
    var state = makeState(chunks, of: owner)
    let pages = chunks.flatMap(\.blocks).compactMap(\.page)
    var body = try disk.packed(origins(firstWindows: &state.streams))
    state.windowBytes = body.count
    body.append(Data(elements: pages.map { UInt32($0.number) }))
    body.append(Data(elements: pages.map(\.checksum)))
    for (index, chunk) in chunks.enumerated() where !chunk.isFull {
      for frame in try chunk.blocks.map(disk.frame) {
        state.chunks[index].frames.append(frame.count)
        body.append(frame)
      }
    }
    let weights = try disk.packed(Data(elements: chunks.flatMap(\.priorities)))
    state.priorityBytes = weights.count
    body.append(weights)
    try SealedFile.write(state, body, to: url)
  }

  /// A checkpoint is complete: what only the one before needed goes.
  package func commit() { disk?.commit() }

  private func makeState(_ chunks: [Chunk], of owner: String?) -> ReplayState {
    ReplayState(
      owner: owner, layout: layout, windowLength: windowLength, chunkSize: store.chunkSize,
      isPrioritized: priorities != nil,
      streams: streams.map {
        .init(
          chunk: $0.chunk?.number, rowCount: $0.rowCount, firstWindow: nil,
          windowStart: $0.windowStart)
      },
      chunks: chunks.map {
        .init(
          number: $0.number, stream: $0.stream, predecessor: $0.predecessor,
          successor: $0.successor, count: $0.count, frames: [],
          checksum: $0.isFull ? disk?.checksum(of: $0.number).map { String($0, radix: 16) } : nil)
      },
      nextChunk: store.nextNumber, windowCount: windows.count, windowsSoFar: windowsSoFar,
      online: (0..<onlineQueue.count).map { onlineQueue[$0] }, drawCounts: drawCounts,
      statistics: counters, windowBytes: 0, priorityBytes: 0)
  }

  /// The environment of each window; notes where each environment's oldest window begins.
  private func origins(firstWindows streams: inout [ReplayState.StreamState]) -> Data {
    var origins = [UInt16](repeating: 0, count: windows.count)
    for position in origins.indices {
      let start = windows[position]
      let stream = store.chunk(start.chunk)?.stream ?? 0
      origins[position] = UInt16(stream)
      if streams[stream].firstWindow == nil { streams[stream].firstWindow = start }
    }
    return Data(elements: origins)
  }
}
