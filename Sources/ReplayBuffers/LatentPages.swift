import Files
import Foundation
import Kernels

/// The latents of blocks on disk, each block's in a page of one file.
///
/// A page that the last checkpoint knows is never written over: a block whose page it is goes to
/// another one, and the old one is free when the next checkpoint is complete. So whatever happens
/// after a checkpoint, its latents are there. The pages in use are known from the blocks alone.
final class LatentPages {
  /// Where a block's latents are, and what they must be.
  struct Page: Equatable {
    var number: Int
    var checksum: UInt64
  }

  private let url: URL
  private let pageBytes: Int
  private var file: RandomAccessFile?
  /// Whether the last checkpoint knows each page.
  private var isFrozen: [Bool] = []
  /// Pages that anything may be written to.
  private var free: [Int] = []
  /// Pages that the last checkpoint knows and nothing else.
  private var outdated: [Int] = []
  /// Pages that were written since the last checkpoint.
  private var fresh: [Int] = []
  /// Bytes written since the disk was last asked to take them.
  private(set) var unsynchronizedBytes = 0

  init(_ url: URL, pageBytes: Int) {
    self.url = url
    self.pageBytes = pageBytes
  }

  /// Pages that there are, in use or not.
  var count: Int { isFrozen.count }

  // MARK: beginning

  /// Takes the pages that a checkpoint knows; changes no file.
  func restore(_ used: [Page]) throws {
    guard !used.isEmpty else { return }
    let file = try RandomAccessFile(reading: url)
    self.file = file
    isFrozen = Array(repeating: false, count: try file.size() / max(pageBytes, 1))
    for page in used {
      guard isFrozen.indices.contains(page.number) else {
        throw SealedFile.damage(url, "is not all there")
      }
      guard !isFrozen[page.number] else {
        throw SealedFile.damage(url, "has a page of two blocks")
      }
      isFrozen[page.number] = true
    }
    let scratch = ByteStorage(count: pageBytes)
    try withExtendedLifetime(scratch) {
      for page in used.sorted(by: { $0.number < $1.number }) { try read(page, into: scratch.bytes) }
    }
    free = isFrozen.indices.reversed().filter { !isFrozen[$0] }
  }

  /// Opens the file for writing, an empty one where no checkpoint knows any.
  func begin() throws {
    let isKnown = file != nil
    file = try RandomAccessFile(url, making: true)
    if !isKnown, try file?.size() != 0 { try file?.truncate(to: 0) }
  }

  // MARK: pages

  /// Writes latents.
  ///
  /// - Parameter page: where the block's were before; nil where nowhere.
  /// - Returns: where they are now.
  func write(_ latents: Bytes, over page: Page?) throws -> Page {
    var number = page?.number
    if let old = number, isFrozen[old] {
      outdated.append(old)
      number = nil
    }
    let target = number ?? free.popLast() ?? isFrozen.count
    if number == nil { fresh.append(target) }
    if target == isFrozen.count { isFrozen.append(false) }
    try file?.write(latents.data, at: target * pageBytes)
    unsynchronizedBytes += pageBytes
    return Page(number: target, checksum: latents.checksum)
  }

  /// - Throws: `FileError`: `malformed` where they are not those that were written.
  func read(_ page: Page, into latents: Bytes) throws {
    guard let data = try file?.read(at: page.number * pageBytes, count: pageBytes),
      data.count == pageBytes
    else { throw SealedFile.damage(url, "is not all there") }
    latents.copy(from: data)
    guard latents.checksum == page.checksum else {
      throw SealedFile.damage(
        url, "is damaged or of another checkpoint: page \(page.number) is not what was written")
    }
  }

  /// Gives a page back that its block needs no more.
  func release(_ page: Page) {
    if isFrozen[page.number] {
      outdated.append(page.number)
    } else {
      free.append(page.number)
    }
  }

  // MARK: checkpoints

  /// Waits until the disk has all pages.
  func synchronize() throws {
    if unsynchronizedBytes > 0 { try file?.synchronize() }
    unsynchronizedBytes = 0
  }

  /// Takes it that the disk is bringing home what was written.
  func noteSynchronization() { unsynchronizedBytes = 0 }

  /// The pages in use are now those of the last checkpoint.
  func commit() {
    // Frozen now, or free again because the block went since.
    let freed = Set(free)
    for page in fresh where !freed.contains(page) { isFrozen[page] = true }
    fresh.removeAll(keepingCapacity: true)
    for page in outdated { isFrozen[page] = false }
    free.append(contentsOf: outdated)
    outdated.removeAll(keepingCapacity: true)
  }
}
