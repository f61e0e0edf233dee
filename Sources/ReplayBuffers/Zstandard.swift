internal import CZstd
import Foundation
import Kernels

/// Zstandard's compressor (github.com/facebook/zstd) with a checksum of what it compresses.
///
/// An object belongs to one thread at a time.
final class ZstandardCompressor: @unchecked Sendable {
  private let context = ZSTD_createCCtx()
  /// Where frames are made: as large as any was.
  private var scratch = ByteStorage(count: 0)

  /// - Parameter level: 1, the fastest, to 19.
  init(level: Int32) {
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit { ZSTD_freeCCtx(context) }

  /// - Returns: one frame; nil where there is no memory for it.
  func compress(_ bytes: Bytes) -> Data? {
    let bound = ZSTD_compressBound(bytes.count)
    if scratch.bytes.count < bound { scratch = ByteStorage(count: bound) }
    let target = scratch.bytes
    let count = ZSTD_compress2(
      context, target.memory.baseAddress, target.count, bytes.memory.baseAddress, bytes.count)
    return ZSTD_isError(count) == 0 ? target.slice(0, count: count).data : nil
  }
}

/// Zstandard's decompressor.
///
/// An object belongs to one thread at a time.
final class ZstandardDecompressor: @unchecked Sendable {
  private let context = ZSTD_createDCtx()

  deinit { ZSTD_freeDCtx(context) }

  /// Fills bytes with what a frame holds, and writes nowhere else whatever the frame says.
  ///
  /// - Returns: whether the frame is whole and holds as many bytes as there are.
  func decompress(_ frame: Data, into bytes: Bytes) -> Bool {
    frame.withUnsafeBytes {
      ZSTD_decompressDCtx(
        context, bytes.memory.baseAddress, bytes.count, $0.baseAddress, $0.count) == bytes.count
    }
  }
}
