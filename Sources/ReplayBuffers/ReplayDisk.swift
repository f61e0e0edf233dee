import Files
import Foundation
import Kernels
import ReplaySettings

/// The folder of a memory: a file for each full chunk, written by a thread of its own, and the pages
/// of latents, which another thread has the disk take.
final class ReplayDisk {
  let folder: URL
  let pages: LatentPages
  private let block: BlockLayout
  private let writer: JobQueue
  /// Waits for the disk, as nobody but a checkpoint has to.
  private let synchronizer = JobQueue(capacity: .max)
  private let compressor = ZstandardCompressor(level: 1)
  /// The caller's own.
  private let checkpointCompressor = ZstandardCompressor(level: 1)
  private let decompressor = ZstandardDecompressor()
  /// The first error of the two threads'.
  private let failure = Locked<(any Error)?>(nil)
  /// Bytes of packed blocks in memory.
  private let packedBytes = Locked(0)
  /// The checksums of the chunks' files, by their numbers.
  private let checksums = Locked<[Int: UInt64]>([:])
  /// Chunks that are gone and whose files the last checkpoint needs.
  private var doomed: [Int] = []

  /// What a chunk's file says of it.
  struct ChunkHeader: Codable, Equatable, Sendable {
    var number: Int
    var layout: ReplayLayout
    /// Rows of a block.
    var blockRows: Int
    /// Rows of the chunk.
    var rows: Int
    /// Bytes of each block's packed form.
    var lengths: [Int]
  }

  /// - Parameter pendingBytes: of records that wait for the writer, before appending waits, too.
  init(_ folder: URL, block: BlockLayout, pendingBytes: Int) {
    self.folder = folder
    self.block = block
    pages = LatentPages(
      folder.appendingPathComponent("latents"), pageBytes: block.latentBytes)
    writer = JobQueue(capacity: pendingBytes)
  }

  /// Where a chunk is written.
  func url(_ number: Int) -> URL { folder.appendingPathComponent("\(number).chunk") }

  /// Bytes of memory that packed blocks take.
  var packedMemory: Int { packedBytes.withLock { $0 } }

  /// Makes the folder hold nothing of replay's but what a checkpoint knows.
  ///
  /// - Parameter chunks: numbers of those with files.
  func begin(keeping chunks: Set<Int>) throws {
    let kept = Set(chunks.map { "\($0).chunk" }).union(["latents"])
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    for name in (names ?? []).sorted() where !kept.contains(name) && Self.isOurs(name) {
      AtomicFile.remove(folder.appendingPathComponent(name))
    }
    try pages.begin()
  }

  /// Whether a file is named as ours are: somebody may have put others there.
  private static func isOurs(_ name: String) -> Bool {
    let name = AtomicFile.target(ofPartial: name) ?? name
    return name.hasSuffix(".chunk") && Int(name.dropLast(".chunk".count)) != nil
  }

  // MARK: writing

  /// Packs a record, behind the caller's back.
  func pack(_ record: ByteStorage, into packed: Block.Packed) {
    packed.withLock { $0 = .pending }
    writer.submit(cost: block.recordBytes) { [compressor, failure, packedBytes] in
      guard let frame = compressor.compress(record.bytes) else {
        return failure.withLock { $0 = $0 ?? Self.memoryError }
      }
      packedBytes.withLock { $0 += frame.count }
      packed.withLock { $0 = .memory(frame) }
    }
  }

  /// Writes a full chunk, behind the caller's back, when its blocks are packed.
  func write(_ number: Int, rows: Int, _ blocks: [Block.Packed]) {
    let url = url(number)
    writer.submit { [failure, packedBytes, checksums, block] in
      do {
        let frames = blocks.map { packed in
          packed.withLock { if case .memory(let frame) = $0 { frame } else { Data() } }
        }
        let header = ChunkHeader(
          number: number, layout: block.layout, blockRows: block.rows, rows: rows,
          lengths: frames.map(\.count))
        let body = frames.reduce(into: Data()) { $0.append($1) }
        var (offset, checksum) = try SealedFile.write(header, body, to: url)
        checksums.withLock { $0[number] = checksum }
        for (packed, frame) in zip(blocks, frames) {
          let place = PackedRecord.file(url, offset: offset, count: frame.count)
          packed.withLock { $0 = place }
          offset += frame.count
        }
        packedBytes.withLock { $0 -= body.count }
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
  }

  private static let memoryError = ReplayError(
    key: "replay.memory", value: "too large for this machine", reason: "there is no memory left")

  /// Waits for the writer.
  ///
  /// - Throws: what went wrong there.
  func drain() throws {
    writer.drain()
    try check()
  }

  /// - Throws: what went wrong behind the caller's back.
  func check() throws {
    if let error = failure.withLock({ $0 }) { throw error }
  }

  /// Has the disk take the latents that were written, behind the caller's back, when they are many: a
  /// checkpoint then waits for few.
  func trickle() {
    guard pages.unsynchronizedBytes > 16 << 20 else { return }
    pages.noteSynchronization()
    let url = folder.appendingPathComponent("latents")
    synchronizer.submit { [failure] in
      do {
        try AtomicFile.synchronize(url)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
  }

  // MARK: reading

  /// Fills a record from its packed form.
  ///
  /// - Throws: `FileError`: `malformed` where it is not what was packed.
  func unpack(_ packed: Block.Packed, into record: Bytes) throws {
    switch packed.withLock({ $0 }) {
    case .memory(let frame):
      guard decompressor.decompress(frame, into: record) else {
        throw SealedFile.damage(folder, "gave a block of replay that does not unpack")
      }
    case .file(let url, let offset, let count):
      let frame = try AtomicFile.read(url, at: offset, count: count)
      guard frame.count == count, decompressor.decompress(frame, into: record) else {
        throw SealedFile.damage(url, "is damaged: a block does not unpack")
      }
    case .nothing, .pending:
      preconditionFailure("a block that is neither in memory nor packed")
    }
  }

  /// Reads and checks the file of a chunk.
  ///
  /// - Parameter checksum: what it must have; nil where nothing knows, as in checkpoints of before.
  /// - Returns: where each block's packed form is.
  /// - Throws: `FileError`: `malformed` where it is not that chunk's; `missing`.
  func read(_ number: Int, rows: Int, checksum: UInt64?) throws -> [PackedRecord] {
    let url = url(number)
    let (header, body, start, found) = try SealedFile.read(url, as: ChunkHeader.self)
    guard found == checksum ?? found else {
      throw SealedFile.damage(url, "is of another run than the checkpoint")
    }
    checksums.withLock { $0[number] = found }
    let blocks = (rows + block.rows - 1) / block.rows
    guard header.number == number, header.layout == block.layout, header.blockRows == block.rows,
      header.rows == rows, header.lengths.count == blocks,
      header.lengths.allSatisfy({ $0 >= 0 && $0 <= body.count }),
      header.lengths.reduce(0, +) == body.count
    else { throw SealedFile.damage(url, "is not the chunk that the checkpoint knows") }
    var offset = start
    return header.lengths.map { count in
      defer { offset += count }
      return .file(url, offset: offset, count: count)
    }
  }

  // MARK: checkpoints

  /// The packed form of a block of a chunk that is not full.
  func frame(of block: Block) throws -> Data {
    if case .memory(let frame) = block.packed.withLock({ $0 }) { return frame }
    guard let record = block.record else {
      preconditionFailure("a block that is neither in memory nor packed")
    }
    guard let frame = checkpointCompressor.compress(record.bytes) else { throw Self.memoryError }
    return frame
  }

  /// The packed form of any bytes.
  func packed(_ data: Data) throws -> Data {
    let storage = ByteStorage(count: data.count)
    storage.bytes.copy(from: data)
    let frame = withExtendedLifetime(storage) { checkpointCompressor.compress(storage.bytes) }
    guard let frame else { throw Self.memoryError }
    return frame
  }

  /// What ``packed(_:)`` took; nil where it was not as many bytes.
  func unpacked(_ frame: Data, count: Int) -> Data? {
    let storage = ByteStorage(count: count)
    return withExtendedLifetime(storage) {
      decompressor.decompress(frame, into: storage.bytes) ? storage.bytes.data : nil
    }
  }

  /// Takes a packed block of a checkpoint.
  func adopt(_ frame: Data, as packed: Block.Packed) {
    packed.withLock { $0 = .memory(frame) }
    packedBytes.withLock { $0 += frame.count }
  }

  /// The checksum of a chunk's file; nil where there is none.
  func checksum(of number: Int) -> UInt64? { checksums.withLock { $0[number] } }

  /// A chunk is gone; its file goes when the next checkpoint is complete.
  func remove(_ number: Int) { doomed.append(number) }

  /// Waits until the disk has all that was handed to it.
  func synchronize() throws {
    synchronizer.drain()
    try drain()
    try pages.synchronize()
  }

  /// A checkpoint is complete: what only the one before needed goes.
  func commit() {
    for number in doomed where FileManager.default.fileExists(atPath: url(number).path) {
      AtomicFile.remove(url(number))
    }
    checksums.withLock { sums in for number in doomed { sums[number] = nil } }
    doomed.removeAll(keepingCapacity: true)
    pages.commit()
  }
}
