import Randomness

/// The memory of experience, as the reference keeps it (ALGORITHM section 10).
///
/// Each environment writes a stream of rows, stored in chunks that are linked in order. What is
/// sampled are windows: `windowLength` consecutive rows of a stream, at every offset, across the
/// borders of chunks and of episodes. When there are more windows than `capacity` the oldest goes,
/// and a chunk goes when no window needs it; its memory is used again.
///
/// Everything is a function of the rows, the order of calls and the key. The object belongs to one
/// thread at a time.
public final class Replay {
  /// What a sample is for. Each purpose draws from its own sequence, so that a report does not
  /// change what training sees.
  public enum Purpose: Int, Sendable, CaseIterable, Codable {
    /// Takes from the online queue before it draws.
    case train
    case report
    case evaluation
  }

  public let layout: ReplayLayout
  /// Rows of a window.
  public let windowLength: Int
  /// The most windows.
  public let capacity: Int

  var store: ChunkStore
  /// Where windows begin, the oldest first.
  var windows = RingQueue<StepID>()
  /// Where the windows begin that training takes next.
  var onlineQueue = RingQueue<StepID>()
  let selector: WindowSelector
  /// Where the draws of each purpose come from.
  let keys: [Key]
  /// Samples that were drawn for each purpose; with the key, these address the next draw.
  var drawCounts = Array(repeating: 0, count: Purpose.allCases.count)
  /// Inserts, samples and updates since they were last taken.
  var counters = ReplayStatistics()

  private let isOnline: Bool
  private var streams: [Stream]

  /// - Parameters:
  ///   - streamCount: environments that write.
  ///   - windowLength: rows of a window: consecutive pieces times their train length, plus context.
  ///   - key: where draws come from.
  public init(
    _ configuration: ReplayConfiguration, layout: ReplayLayout, streamCount: Int,
    windowLength: Int, key: Key
  ) throws {
    try configuration.validate()
    precondition(streamCount >= 1 && windowLength >= 1, "\(streamCount) × \(windowLength)")
    self.layout = layout
    self.windowLength = windowLength
    capacity = configuration.size
    isOnline = configuration.online
    selector = WindowSelector(
      recency: configuration.fracs.recency, exponent: configuration.recexp,
      capacity: configuration.size)
    keys = Purpose.allCases.map { key.fold($0.rawValue) }
    store = ChunkStore(layout: layout, chunkSize: configuration.chunksize)
    streams = Array(repeating: Stream(), count: streamCount)
  }

  /// Windows that can be sampled.
  public var windowCount: Int { windows.count }

  /// Whether training may begin: there are as many windows as a batch has trained rows.
  public func isReady(sequences: Int, length: Int) -> Bool {
    windowCount >= sequences * length
  }

  /// What the memory holds and what happened since the last call.
  public func takeStatistics() -> ReplayStatistics {
    defer { counters = ReplayStatistics() }
    var statistics = counters
    statistics.items = windows.count
    statistics.chunks = store.count
    statistics.streams = streams.count { $0.chunk != nil }
    statistics.bytes = store.bytes
    statistics.windowLength = windowLength
    return statistics
  }

  /// Chunks whose memory was ever allocated: what recycling keeps small.
  package var allocatedChunkCount: Int { store.allocated }
}

/// Where an environment writes.
private struct Stream {
  /// Takes the next row; nil before the first one.
  var chunk: Chunk?
  /// Rows so far.
  var rowCount = 0
  /// Where the next window begins.
  var windowStart = StepID(chunk: 0, row: 0)
}

// MARK: Recording

extension Replay {
  /// Stores the next row of an environment.
  /// - Parameter stream: which environment, from 0.
  public func append(_ row: ReplayRow, stream: Int) {
    row.check(layout)
    let chunk = streams[stream].chunk ?? begin(stream)
    chunk.append(row)
    chunk.references += 1  // A window will begin at this row.
    if chunk.count == chunk.capacity {
      streams[stream].chunk = store.makeSuccessor(of: chunk)
    }
    streams[stream].rowCount += 1
    if streams[stream].rowCount >= windowLength { insertWindow(of: stream) }
  }

  private func begin(_ stream: Int) -> Chunk {
    let chunk = store.makeChunk()
    streams[stream].chunk = chunk
    streams[stream].windowStart = StepID(chunk: chunk.number, row: 0)
    return chunk
  }

  /// Adds the window that a stream's newest row completes.
  private func insertWindow(of stream: Int) {
    let start = streams[stream].windowStart
    streams[stream].windowStart = store.row(1, after: start)
    while windows.count >= capacity, let oldest = windows.popFirst() {
      store.release(oldest.chunk)
    }
    windows.append(start)
    counters.inserts += 1
    // The reference counts a row only after this test, so that the first stretch begins at row 1
    // and the very first window never comes here.
    if isOnline, (streams[stream].rowCount - 1) % windowLength == 0 {
      onlineQueue.append(start)
    }
  }
}
