import Foundation
import Randomness
import ReplaySettings

/// The memory of experience, as the reference keeps it (ALGORITHM section 10).
///
/// Each environment writes a stream of rows, stored in chunks that are linked in order. What is
/// sampled are windows: `windowLength` consecutive rows of a stream, at every offset, across the
/// borders of chunks and of episodes. When there are more windows than `capacity` the oldest goes,
/// and a chunk goes when no window needs it; its memory is used again.
///
/// With a folder, chunks go to the disk as they fill and memory stays within `replay.memory`; README.md
/// says how. Everything that is sampled is a function of the rows, the order of calls and the key. The
/// object belongs to one thread at a time.
package final class Replay {
  /// What a sample is for. Each purpose draws from its own sequence, so that a report does not
  /// change what training sees.
  package enum Purpose: Int, Sendable, CaseIterable, Codable {
    /// Takes from the online queue before it draws.
    case train
    case report
    case evaluation
  }

  package let configuration: ReplayConfiguration
  package let layout: ReplayLayout
  /// Rows of a window.
  package let windowLength: Int
  /// The most windows.
  package var capacity: Int { configuration.size }

  let store: ChunkStore
  /// Where windows begin, the oldest first.
  var windows = RingQueue<StepID>()
  /// Windows that ever came: the newest has the number before.
  var windowsSoFar = 0
  /// Where the windows begin that training takes next.
  var onlineQueue = RingQueue<StepID>()
  let selector: WindowSelector
  /// What prioritised sampling draws from; nil where there is none.
  var priorities: PriorityTree?
  /// Where the draws of each purpose come from.
  let keys: [Key]
  /// Samples that were drawn for each purpose; with the key, these address the next draw.
  var drawCounts = Array(repeating: 0, count: Purpose.allCases.count)
  /// Inserts, samples and updates since they were last taken.
  var counters = ReplayStatistics()
  var streams: [Stream]

  var disk: ReplayDisk? { store.memory.disk }

  /// - Parameters:
  ///   - streamCount: environments that write.
  ///   - windowLength: rows of a window: consecutive pieces times their train length, plus context.
  ///   - key: where draws come from.
  ///   - folder: where chunks go; nil for keeping all in memory. ``begin()`` must be called before
  ///     anything is appended.
  /// - Throws: ``ReplayError``; no file is touched.
  package init(
    _ configuration: ReplayConfiguration, layout: ReplayLayout, streamCount: Int,
    windowLength: Int, key: Key, in folder: URL? = nil
  ) throws {
    try configuration.validate()
    precondition(streamCount >= 1 && windowLength >= 1, "\(streamCount) × \(windowLength)")
    self.configuration = configuration
    self.layout = layout
    self.windowLength = windowLength
    selector = WindowSelector(configuration)
    if configuration.fracs.priority > 0 { priorities = PriorityTree() }
    keys = Purpose.allCases.map { key.fold($0.rawValue) }
    let block = BlockLayout(layout, chunkSize: configuration.chunksize)
    let bound = try configuration.memoryBytes()
    if folder != nil { try block.check(bound, streamCount: streamCount, configuration) }
    let disk = folder.map { ReplayDisk($0, block: block, pendingBytes: bound / 8) }
    store = ChunkStore(
      block, chunkSize: configuration.chunksize,
      memory: BlockMemory(block, disk: disk, bound: bound, reserve: streamCount))
    streams = Array(repeating: Stream(), count: streamCount)
  }

  /// Makes the folder ready to be written to: what no checkpoint knows goes.
  ///
  /// - Throws: `FileError`.
  package func begin() throws {
    let chunks = store.all
    try disk?.begin(keeping: Set(chunks.filter(\.isFull).map(\.number)))
    // Where a resumed run pins less than the one before.
    for chunk in chunks { store.sweep(chunk.number) }
  }

  /// Windows that can be sampled.
  package var windowCount: Int { windows.count }

  /// Rows that were recorded so far, those that are gone included.
  package var rowCount: Int { streams.reduce(0) { $0 + $1.rowCount } }

  /// What has written or may write rows.
  package var streamCount: Int { streams.count }

  /// Makes room for more streams, where a checkpoint has them: of those whose environments are no more,
  /// rows are still remembered.
  func makeStreams(_ count: Int) {
    guard count > streams.count else { return }
    streams += Array(repeating: Stream(), count: count - streams.count)
    store.memory.reserve = streams.count
  }

  /// Whether training may begin: there are as many windows as a batch has trained rows.
  package func isReady(sequences: Int, length: Int) -> Bool {
    windowCount >= sequences * length
  }

  /// What the memory holds and what happened since the last call.
  package func takeStatistics() -> ReplayStatistics {
    defer { counters = ReplayStatistics() }
    var statistics = counters
    statistics.items = windows.count
    statistics.chunks = store.count
    statistics.streams = streams.count { $0.chunk != nil }
    let bytes = store.count * store.chunkSize * layout.bytesPerRow
    statistics.bytes = disk == nil ? bytes : min(bytes, store.memory.bound)
    statistics.windowLength = windowLength
    return statistics
  }

  /// The most blocks that had memory at once: what recycling and the bound keep small.
  package var mostBlocksInMemory: Int { store.memory.most }
}

/// Where an environment writes.
struct Stream {
  /// Takes the next row; nil before the first one.
  var chunk: Chunk?
  /// Rows so far.
  var rowCount = 0
  /// Where the next window begins.
  var windowStart = StepID(chunk: 0, row: 0)
}

extension BlockLayout {
  /// Refuses a bound that not even the blocks keep which are being filled.
  fileprivate func check(
    _ bound: Int, streamCount: Int, _ configuration: ReplayConfiguration
  ) throws {
    let least = (streamCount + 2) * (recordBytes + latentBytes) * 4 / 3 + 1
    guard bound < least else { return }
    throw ReplayError(
      key: "replay.memory", value: configuration.memory,
      reason: "must be at least \(ByteSize.text(least)) for \(streamCount) environments with "
        + "\(ByteSize.text(layout.bytesPerRow)) a step")
  }
}
