import Foundation
import Kernels

/// Some consecutive rows: in memory, or packed, or both; their latents in memory, or on a page, or
/// both.
///
/// What was recorded never changes; latents do. Both are in memory or neither is.
final class Block {
  /// What was recorded, while it is in memory.
  var record: ByteStorage?
  /// The latents, while they are in memory.
  var latents: ByteStorage?
  /// Whether the latents in memory are newer than those of the page.
  var isDirty = true
  /// Where the latents are on disk.
  var page: LatentPages.Page?
  let packed = Packed(.nothing)

  /// What was recorded in a packed form, which another thread makes.
  typealias Packed = Locked<PackedRecord>
}

/// Where the packed form of a block is.
enum PackedRecord {
  case nothing
  /// It is being made.
  case pending
  case memory(Data)
  /// In the file of a chunk.
  case file(URL, offset: Int, count: Int)

  var isThere: Bool {
    switch self {
    case .nothing, .pending: false
    case .memory, .file: true
    }
  }
}
